"""Prints what each method reaches on each generated task, and which acceptance limits are kept.

usage: summarise.py SCORES.csv
Scores are in percent: accuracy of agr2, nli2 and lex, 100 times the correlation of val. A row is
measured when all of its seeds are there; limits are checked on means over seeds.
"""

import csv
import statistics
import sys
from collections import defaultdict

TASKS = ["agr2", "nli2", "lex", "val"]
ROWS = [
    ("embedded", "lora"), ("embedded", "lora-lowest-3"), ("embedded", "lora-middle-6"),
    ("embedded", "lora-top-3"), ("embedded", "adapter"), ("embedded", "full"),
    ("embedded", "head"), ("random", "lora"), ("random", "full")]
SEEDS = 3

# Name, value from the means, sense, limit.
LIMITS = [
    ("agr2 LoRA", lambda m: m("agr2", "lora"), ">=", 76),
    ("agr2 head only", lambda m: m("agr2", "head"), "<=", 62),
    ("agr2 LoRA − lowest 3", lambda m: m("agr2", "lora") - m("agr2", "lora-lowest-3"), ">=", 10),
    ("agr2 LoRA − middle 6", lambda m: m("agr2", "lora") - m("agr2", "lora-middle-6"), ">=", 4),
    ("agr2 LoRA − adapter", lambda m: m("agr2", "lora") - m("agr2", "adapter"), None, None),
    ("agr2 full", lambda m: m("agr2", "full"), ">=", 84),
    ("agr2 LoRA, random backbone", lambda m: m("agr2", "lora", "random"), "<=", 55),
    ("nli2 LoRA", lambda m: m("nli2", "lora"), ">=", 77),
    ("nli2 LoRA top 3", lambda m: m("nli2", "lora-top-3"), "<=", 70),
    ("nli2 LoRA − random backbone", lambda m: m("nli2", "lora") - m("nli2", "lora", "random"),
     ">=", 5),
    ("lex LoRA", lambda m: m("lex", "lora"), ">=", 80),
    ("lex LoRA lowest 3 − top 3", lambda m: m("lex", "lora-lowest-3") - m("lex", "lora-top-3"),
     ">=", 2),
    ("val LoRA", lambda m: m("val", "lora"), ">=", 90),
]


def main(path):
    scores = defaultdict(list)
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["backbone"], row["task"], row["configuration"]
            scores[key].append(100 * float(row["score"]))

    print("| backbone, configuration | " + " | ".join(TASKS) + " |")
    print("|---|" + "---|" * len(TASKS))
    for backbone, configuration in ROWS:
        cells = []
        for task in TASKS:
            values = scores[backbone, task, configuration]
            spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
            seeds = "" if len(values) == SEEDS else f" ({len(values)})"
            cells.append(f"{statistics.mean(values):.1f}{spread}{seeds}" if values else "–")
        print(f"| {backbone}, {configuration} | " + " | ".join(cells) + " |")

    def mean(task, configuration, backbone="embedded"):
        values = scores[backbone, task, configuration]
        if len(values) < SEEDS:
            raise LookupError
        return statistics.mean(values)

    print("\n| check | wanted | reached | verdict |\n|---|---|---|---|")
    for name, value, sense, limit in LIMITS:
        wanted = f"{sense} {limit}" if sense else "report only"
        try:
            reached = value(mean)
        except LookupError:
            print(f"| {name} | {wanted} | | not measured |")
            continue
        kept = sense is None or (reached >= limit if sense == ">=" else reached <= limit)
        verdict = "–" if sense is None else "yes" if kept else "**no**"
        print(f"| {name} | {wanted} | {reached:.1f} | {verdict} |")


if __name__ == "__main__":
    main(sys.argv[1])
