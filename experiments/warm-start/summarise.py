"""Prints what an earlier run gains, from hypervolume.csv, as Markdown tables.

Means over seeds of the share of the best hypervolume; paired differences to `cold` with percentile
bootstrap intervals over seeds (10,000 draws, 95 %).
"""
import csv
import random
import statistics
import sys
from collections import defaultdict

MARKS = (10, 20, 30, 40)
runs = defaultdict(dict)
for row in csv.DictReader(open(sys.argv[1])):
    runs[row["strategy"], int(row["seed"])][int(row["trials"])] = float(row["hypervolume"])
arms = [a for a in ("cold", "related", "unrelated", "adverse") if any(k[0] == a for k in runs)]


def seeds_of(name):
    return sorted(seed for arm, seed in runs if arm == name)


def interval(values):
    source = random.Random(1)
    means = sorted(
        statistics.mean(source.choices(values, k=len(values))) for _ in range(10_000))
    return means[249], means[9749]


print("| earlier run | seeds | " + " | ".join(map(str, MARKS)) + " |")
print("|---" * (len(MARKS) + 2) + "|")
for arm in arms:
    seeds = seeds_of(arm)
    cells = [f"{statistics.mean(runs[arm, s][m] for s in seeds):.4f}" for m in MARKS]
    print(f"| {arm} | {len(seeds)} | " + " | ".join(cells) + " |")

print("\n| minus cold | trials | mean difference | 95 % interval | ahead | equal |")
print("|---|---|---|---|---|---|")
for arm in arms[1:]:
    for mark in MARKS[1:]:
        seeds = [s for s in seeds_of(arm) if ("cold", s) in runs]
        gaps = [runs[arm, s][mark] - runs["cold", s][mark] for s in seeds]
        low, high = interval(gaps)
        print(f"| {arm} | {mark} | {statistics.mean(gaps):+.4f} | {low:+.4f} … {high:+.4f} | "
              f"{sum(g > 0 for g in gaps)} of {len(gaps)} | {sum(g == 0 for g in gaps)} |")
