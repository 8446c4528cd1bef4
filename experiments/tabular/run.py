#!/usr/bin/env python3
"""Trains every point of space.yaml on the embedded backbone: a table that strategies are compared on.

    experiments/tabular/run.py [nli2|agr2 …]

1,638 points, three seeds, two tasks: 9,828 trainings of 512 examples × 4 epochs. For each task and
seed a run in RUNS (runs/tabular) draws all points without repetition; a stopped one goes on. After
each run TASK.csv.xz is written anew, a line for each point that all finished seeds hold: sizes, the
pairs of layers that hold them (from the input side), parameters as the paper counts them, and the
validation score after each epoch. PARALLEL (2) may be set in the environment, and TRIALS to stop a
run early.
"""

import csv
import io
import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

os.chdir(Path(__file__).resolve().parents[2])
PROGRAM = ".build/release/autopeft"
HERE = Path("experiments/tabular")
POINTS, SEEDS, PAIRS = 1638, 3, 6
SIZES = {"adapter": "bottleneck", "parallel-adapter": "bottleneck", "prefix": "length"}


def train(task, seed, folder):
    """Starts a run or goes on with it; its name."""
    name = f"{task}-{seed}"
    common = ["--runs-dir", str(folder), "--parallel", os.environ.get("PARALLEL", "2")]
    if (folder / name / "study.sqlite").exists():
        command = ["resume", name]
    else:
        command = ["search", str(HERE / "space.yaml"), "--task", task, "--seed", str(seed), "--run",
                   name, "--trials", os.environ.get("TRIALS", str(POINTS))]
    subprocess.run([PROGRAM, *command, *common], check=True, stdout=subprocess.DEVNULL)
    return name


def point(configuration):
    """Sizes, active pairs of layers."""
    layers = [group["methods"] for group in configuration["groups"] for _ in range(group["layers"])]
    tuned = next(methods for methods in layers if methods)
    sizes = dict.fromkeys(SIZES, 0)
    for method in tuned:
        sizes[method["name"]] = method["parameters"][SIZES[method["name"]]]
    mask = "".join("1" if layers[2 * pair] else "0" for pair in range(PAIRS))
    return (*sizes.values(), mask)


def scores(name, folder):
    """Published parameters and the scores by epoch of every point of a run."""
    listed = subprocess.run(
        [PROGRAM, "trials", name, "--runs-dir", str(folder), "--format", "jsonl"], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    found = {}
    for trial in map(json.loads, listed.splitlines()):
        if trial["state"] != "complete":
            raise SystemExit(f"{name}: trial {trial['trial']} is {trial['state']}")
        result = json.loads(
            (folder / name / "trials" / f"{trial['trial']:04}" / "result.json").read_text())
        found[point(json.loads(trial["configuration"]))] = [
            epoch["validationScore"] for epoch in result["epochs"]]
    return found


def write(task, seeds):
    """The points that all seeds hold, in a fixed order."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    epochs = len(next(iter(seeds[0].values())))
    table.writerow([*SIZES, "layers"] + [
        f"seed{seed}-epoch{epoch + 1}" for seed in range(len(seeds)) for epoch in range(epochs)])
    for key in sorted(set.intersection(*(set(seed) for seed in seeds))):
        table.writerow([*key] + [f"{score:.6f}" for seed in seeds for score in seed[key]])
    (HERE / f"{task}.csv.xz").write_bytes(lzma.compress(text.getvalue().encode(), preset=9))


def main(tasks):
    folder = Path(os.environ.get("RUNS", "runs/tabular"))
    folder.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        seeds = []
        for seed in range(SEEDS):
            seeds.append(scores(train(task, seed, folder), folder))
            write(task, seeds)
            print(f"{task}, seed {seed}: {len(seeds[-1])} points", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["nli2", "agr2"])
