"""Best validation score after 20, 25, 30, 35 and 40 trials, by strategy, with paired statistics.

usage: summarise.py scores.csv

The test is a one-sided sign-flip permutation test on the paired differences bayes - random of the
seeds, exact over all 2^n sign patterns.
"""

import csv
import itertools
import statistics
import sys
from collections import defaultdict

CHECKPOINTS = (20, 25, 30, 35, 40)


def main(path: str) -> None:
    scores = defaultdict(dict)
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if row["score"]:
                key = (row["strategy"], int(row["seed"]))
                scores[key][int(row["trial"])] = float(row["score"])
    seeds = sorted(
        seed for strategy, seed in scores
        if strategy == "bayes" and len(scores["bayes", seed]) >= 40
        and len(scores.get(("random", seed), {})) >= 40)
    print(f"{len(seeds)} seeds: {', '.join(map(str, seeds))}")
    print("| trials | bayes | random | mean difference | bayes ahead | p (one-sided) |")
    print("|---|---|---|---|---|---|")
    for count in CHECKPOINTS:
        best = {
            strategy: [
                max(score for trial, score in scores[strategy, seed].items() if trial <= count)
                for seed in seeds]
            for strategy in ("bayes", "random")}
        differences = [a - b for a, b in zip(best["bayes"], best["random"])]
        observed = sum(differences)
        patterns = list(itertools.product((1, -1), repeat=len(differences)))
        extreme = sum(
            sum(sign * value for sign, value in zip(pattern, differences)) >= observed - 1e-12
            for pattern in patterns)
        print(
            f"| {count} | {statistics.mean(best['bayes']):.4f} | {statistics.mean(best['random']):.4f}"
            f" | {observed / len(seeds):+.4f} | {sum(d > 0 for d in differences)} of {len(seeds)}"
            f" | {extreme / len(patterns):.4f} |")


if __name__ == "__main__":
    main(sys.argv[1])
