"""Arms of a comparison with equal tuning effort: each is trained at every rate of one grid on the
tuning task, and its best rate by validation is then trained with paired seeds on the final tasks.

A training that is there is never repeated, so a killed experiment goes on where it was. Needs nothing
but Python's own library. Used by experiments/s4/final.py and experiments/placement/run.py.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = ".build/release/autopeft"
COLUMNS = ["arm", "tuning", "rate", "task", "split", "seed", "score", "parameters"]
# What differs from run to run stands in a table of its own, so that scores are the same byte for byte.
TIMES = ["seconds", "peak_bytes", "evaluation_ms"]


@dataclass
class Arm:
    name: str
    # What `autopeft train` trains: options, or the path of a configuration.
    source: list
    # The configuration holds its rate, which a search has tuned; `tuning` says with how many trainings.
    is_tuned: bool = False
    tuning: int = 0


@dataclass
class Study:
    folder: Path
    backbone: str
    tuning_task: str
    final_tasks: list
    rates: list
    seeds: int
    parallel: int
    settings: list = field(default_factory=list)

    def train(self, arm, rate, task, seed, split):
        """The result of one training; an empty one where it failed."""
        place = self.folder / arm.name / f"{label(task)}-{split}-{rate}-{seed}"
        if not (place / "result.json").exists():
            shutil.rmtree(place, ignore_errors=True)
            settings = [] if arm.is_tuned else ["--set", f"training.learning-rate={rate}"]
            done = subprocess.run(
                [PROGRAM, "train", *arm.source, *self.settings, *settings, "--backbone", self.backbone, "--task", task,
                 "--replicate", str(seed), "--split", split, "--output", str(place)],
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            if not (place / "result.json").exists():
                print(f"{arm.name} at {rate}: {done.stderr.strip().splitlines()[-1:]}",
                      file=sys.stderr)
                if done.returncode < 0:
                    raise SystemExit("stopped; the same command goes on")
                return {}
        return json.loads((place / "result.json").read_text())

    def rows(self, pool, arm):
        """All rows of an arm's table."""
        rates, tuning = ["own"], arm.tuning
        if not arm.is_tuned:
            rates, tuning = self.rates, len(self.rates)
            results = list(pool.map(
                lambda rate: self.train(arm, rate, self.tuning_task, 0, "validation"), rates))
            yield from (self.row(arm, tuning, rate, self.tuning_task, "validation", 0, result)
                        for rate, result in zip(rates, results))
            scored = [(result.get("score"), -i) for i, result in enumerate(results)]
            best, place = max((s for s in scored if s[0] is not None), default=(None, 0))
            if best is None:
                print(f"{arm.name}: no training was completed", file=sys.stderr)
                return
            rates = [rates[-place]]
        jobs = [(task, seed) for task in self.final_tasks for seed in range(1, self.seeds + 1)]
        results = pool.map(lambda job: self.train(arm, rates[0], job[0], job[1], "test"), jobs)
        for (task, seed), result in zip(jobs, results):
            yield self.row(arm, tuning, rates[0], task, "test", seed, result)

    @staticmethod
    def row(arm, tuning, rate, task, split, seed, result):
        """`evaluation_ms` is the time of one text in evaluations, validation after each epoch included."""
        row = [arm.name, tuning, rate, label(task), split, seed, result.get("score", "")]
        if not result:
            return row + [""] * (len(COLUMNS) + len(TIMES) - len(row))
        counts, timing = result["counts"], result["timing"]
        texts = len(result["epochs"]) * counts["validationExamples"]
        texts += counts["scoredExamples"] if split == "test" else 0
        return row + [
            counts["trainedParameters"], round(timing["seconds"], 1), timing["peakMemoryBytes"],
            round(1000 * timing["evaluationSeconds"] / texts, 3)]

    def run(self, arms, output):
        """Trains what is missing and writes the table anew after every arm; the arms' names."""
        rows, names = [], []
        with ThreadPoolExecutor(self.parallel) as pool:
            for arm in arms:
                rows += self.rows(pool, arm)
                write(rows, output)
                names.append(arm.name)
                print(f"{arm.name}: done", flush=True)
        return names


def label(task):
    """The task's name without folder and ending."""
    return Path(task.split(":")[0]).stem


def write(rows, output):
    """The scores into `output`, times and memory into a file beside it."""
    width = len(COLUMNS)
    write_table([COLUMNS] + [row[:width] for row in rows], output)
    write_table([COLUMNS[:6] + TIMES] + [row[:6] + row[width:] for row in rows],
                output.with_name(f"{output.stem}-times.csv"))


def write_table(rows, output):
    output.parent.mkdir(parents=True, exist_ok=True)
    unfinished = output.with_suffix(".tmp")
    with open(unfinished, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    os.replace(unfinished, output)


def compare(table, output, *options):
    """Writes what `autopeft compare` says of the test scores."""
    text = subprocess.run(
        [PROGRAM, "compare", str(table), "--block", "seed", "--where", "split=test", *options],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    output.write_text(text)
    print(text)
