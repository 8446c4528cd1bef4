#!/usr/bin/env python3
"""The final comparison: S4's design and its rivals at equal budgets, each with the same tuning effort,
then paired seeds on the test split, of a task that no search has touched among others.

    experiments/s4/final.py embedded|minilm

Arms: S4's design, each method alone, a mixture like UniPELT's, a random design of S4's space (its
first draw that can be trained), all at the same twelve learning rates; the best of twelve random
trials and of twelve trials of `bayes` on the tuning task; and, with more effort than the others, the
best of sixty trials of `bayes`. ARMS (all of them), SEEDS (10), PARALLEL (2) and RUNS (runs/s4-final)
may be set in the environment.
"""

import os
import subprocess
import sys
from pathlib import Path

os.chdir(Path(__file__).resolve().parents[2])
sys.path.insert(0, "experiments")
from tuned_arms import PROGRAM, Arm, Study, compare, label  # noqa: E402

TRIALS = 12
MANY = 60


def search(study, strategy, trials, budget):
    """The configuration of the best trial of a search of S4's space."""
    name = f"{strategy}-{trials}"
    if (study.folder / name / "study.sqlite").exists():
        command = ["resume", name]
    else:
        rates = f"{{float: [{study.rates[0]}, {study.rates[-1]}], log: true}}"
        command = ["search", "spaces/s4.yaml", "--backbone", study.backbone, "--task",
                   study.tuning_task, "--strategy", strategy, "--trials", str(trials), "--run", name,
                   "--set", f"budget.deployed={budget}", "--set", "references=off",
                   "--set", f"training.learning-rate={rates}", *study.settings]
    subprocess.run(
        [PROGRAM, *command, "--runs-dir", str(study.folder), "--parallel", str(study.parallel)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    place = study.folder / f"{name}-configuration"
    if not place.exists():
        subprocess.run(
            [PROGRAM, "export", name, "--runs-dir", str(study.folder), "--format", "config",
             "--output", str(place)], check=True, stdout=subprocess.DEVNULL)
    return str(place / "configuration.yaml")


def arms(study, budget):
    """The wanted arms, one after the other; a search runs when its turn comes."""
    designs = ("s4", "adapter", "prefix", "bitfit", "lora", "unipelt")
    searches = {f"{strategy}-{trials}": (strategy, trials) for strategy, trials in (
        ("random", TRIALS), ("bayes", TRIALS), ("bayes", MANY))}
    for name in os.environ.get("ARMS", ",".join([*designs, "random-design", *searches])).split(","):
        if name in designs:
            yield Arm(name, ["--design", name, "--budget", budget])
        elif name == "random-design":
            yield Arm(name, [search(study, "random", 1, budget)])
        elif name in searches:
            strategy, trials = searches[name]
            yield Arm(name, [search(study, strategy, trials, budget)], is_tuned=True, tuning=trials)
        else:
            raise SystemExit(f"no arm '{name}'; arms are {', '.join([*designs, 'random-design', *searches])}")


def main(backbone):
    folder = Path(os.environ.get("RUNS", "runs/s4-final")) / backbone
    shared = dict(folder=folder, seeds=int(os.environ.get("SEEDS", "10")),
                  parallel=int(os.environ.get("PARALLEL", "2")))
    if backbone == "embedded":
        budget = "5%"
        study = Study(
            **shared, backbone="embedded", tuning_task="nli2", final_tasks=["nli2", "lex"],
            rates=["1e-3", "1.5e-3", "2e-3", "3e-3", "4e-3", "5e-3", "7e-3", "1e-2", "1.4e-2",
                   "2e-2", "2.8e-2", "4e-2"],
            settings=["--set", "training.examples=1000", "--set", "training.epochs=3",
                      "--set", "training.length=48"])
    else:
        budget = "0.5%"
        tasks = "experiments/s4/tasks"
        study = Study(
            **shared, backbone="models/minilm", tuning_task=f"{tasks}/sst2.yaml",
            final_tasks=[f"{tasks}/sst2.yaml", f"{tasks}/banking77.yaml"],
            rates=["1e-4", "1.5e-4", "2e-4", "3e-4", "4e-4", "6e-4", "8e-4", "1.2e-3", "1.6e-3",
                   "2.4e-3", "3.2e-3", "4.8e-3"],
            settings=["--set", "training.examples=1024", "--set", "training.epochs=3",
                      "--set", "training.batch=16", "--set", "training.length=64"])
    folder.mkdir(parents=True, exist_ok=True)
    here = Path("experiments/s4") / backbone
    names = study.run(arms(study, budget), here / "final.csv")
    equal = ",".join(name for name in names if name != f"bayes-{MANY}")
    compare(here / "final.csv", here / "final.txt", "--task", "task", "--arms", equal,
            "--against", "s4")
    for task in map(label, study.final_tasks):
        compare(here / "final.csv", here / f"final-{task}.txt", "--where", f"task={task}", "--arms",
                equal, "--against", "s4")
    for name in (f"bayes-{TRIALS}", f"bayes-{MANY}"):
        if name not in names:
            continue
        compare(here / "final.csv", here / f"final-{name}.txt", "--task", "task", "--against", name)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ("embedded", "minilm"):
        sys.exit("usage: final.py embedded|minilm")
    main(sys.argv[1])
