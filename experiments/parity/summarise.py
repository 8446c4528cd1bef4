"""Prints the MRPC scores of both engines and whether their means agree.

usage: summarise.py SCORES.csv
The score is the mean of accuracy and F1 in percent. Agreement: |difference of means| <= 2 SE, where
SE = sqrt(s1²/n1 + s2²/n2) and s is the standard deviation over seeds.
"""

import csv
import statistics
import sys
from collections import defaultdict


def main(path):
    scores = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            score = 50 * (float(row["accuracy"]) + float(row["f1"]))
            scores[row["method"], int(row["examples"]), row["engine"]].append(score)
    print("| method | examples | seeds | autopeft | PyTorch | difference | 2 SE | verdict |")
    print("|---|---|---|---|---|---|---|---|")
    for method, examples in sorted({(method, count) for method, count, _ in scores}):
        pair = scores[method, examples, "autopeft"], scores[method, examples, "pytorch"]
        seeds = f"{len(pair[0])} + {len(pair[1])}"
        if min(len(values) for values in pair) < 2:
            print(f"| {method} | {examples} | {seeds} | | | | | not measured |")
            continue
        means = [statistics.mean(values) for values in pair]
        deviations = [statistics.stdev(values) for values in pair]
        error = sum(d * d / len(values) for d, values in zip(deviations, pair)) ** 0.5
        difference = means[0] - means[1]
        verdict = "within" if abs(difference) <= 2 * error else "**outside**"
        print(
            f"| {method} | {examples} | {seeds} | {means[0]:.2f} ± {deviations[0]:.2f} "
            f"| {means[1]:.2f} ± {deviations[1]:.2f} | {difference:+.2f} | {2 * error:.2f} "
            f"| {verdict} two standard errors |")


if __name__ == "__main__":
    main(sys.argv[1])
