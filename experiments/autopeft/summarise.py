"""Prints the comparison of strategies from hypervolume.csv as Markdown tables.

Means over seeds of the share of the best hypervolume, and paired one-sided sign-flip permutation tests
against `random` (exact up to 16 seeds, 200,000 random flips beyond).
"""
import csv
import itertools
import random
import statistics
import sys
from collections import defaultdict

runs = defaultdict(dict)
seconds = {}
for row in csv.DictReader(open(sys.argv[1])):
    runs[row["strategy"], int(row["seed"])][int(row["trials"])] = float(row["hypervolume"])
    seconds[row["strategy"], int(row["seed"])] = float(row["seconds"])
strategies = sorted({key[0] for key in runs}, key=lambda name: (name != "random", name))


def seeds_of(name):
    return sorted(seed for strategy, seed in runs if strategy == name)


def p_value(differences):
    """Probability of a mean at least as large under random signs."""
    observed = sum(differences)
    if len(differences) <= 16:
        flips = itertools.product([1, -1], repeat=len(differences))
        sums = [sum(s * d for s, d in zip(signs, differences)) for signs in flips]
    else:
        source = random.Random(1)
        sums = [sum(source.choice((1, -1)) * d for d in differences) for _ in range(200_000)]
    return sum(s >= observed - 1e-12 for s in sums) / len(sums)


print("| strategy | seeds | 100 | 130 | 160 | 200 | s of processor time |")
print("|---|---|---|---|---|---|---|")
for name in strategies:
    seeds = seeds_of(name)
    cells = [statistics.mean(runs[name, s][t] for s in seeds)
             for t in (100, 130, 160, 200)]
    time = statistics.mean(seconds[name, s] for s in seeds)
    print(f"| {name} | {len(seeds)} | " + " | ".join(f"{c:.4f}" for c in cells) + f" | {time:.1f} |")

print("\n| against random, 200 trials | mean difference | ahead | p (one-sided) |")
print("|---|---|---|---|")
for name in strategies:
    if name == "random":
        continue
    differences = [runs[name, s][200] - runs["random", s][200]
                   for s in seeds_of(name) if ("random", s) in runs]
    if differences:
        print(f"| {name} | {statistics.mean(differences):+.4f} | "
              f"{sum(d > 0 for d in differences)} of {len(differences)} | {p_value(differences):.5f} |")

pairs = [(a, b) for a in strategies for b in strategies if a < b and "random" not in (a, b)]
print("\n| pair, 200 trials | mean difference | ahead | p (one-sided) |")
print("|---|---|---|---|")
for a, b in pairs:
    common = sorted(set(seeds_of(a)) & set(seeds_of(b)))
    differences = [runs[a, s][200] - runs[b, s][200] for s in common]
    if sum(differences) < 0:
        a, b, differences = b, a, [-d for d in differences]
    if len(common) > 1:
        print(f"| {a} over {b} | {statistics.mean(differences):+.4f} | "
              f"{sum(d > 0 for d in differences)} of {len(common)} | {p_value(differences):.5f} |")

if "random" in strategies and all(400 in runs["random", s] for s in seeds_of("random")):
    doubled = statistics.mean(runs["random", s][400] for s in seeds_of("random"))
    print(f"\nrandom after 400 trials: {doubled:.4f}.")
    for name in strategies:
        if name == "random":
            continue
        reached = next((t for t in range(10, 201, 10)
                        if statistics.mean(runs[name, s][t] for s in seeds_of(name)) >= doubled), None)
        print(f"{name} has that mean after {reached or 'more than 200'} trials.")
