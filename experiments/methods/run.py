#!/usr/bin/env python3
"""Every method with its defaults in all layers: three rates, then fresh seeds on the test split.

    experiments/methods/run.py embedded|minilm

embedded: the generated inference task nli2. minilm: SST-2, whose GLUE files stand in data/sst2. Each
method is trained on 1,024 examples for 3 epochs at three rates of its kind; the best by validation is
then trained with SEEDS (3) fresh seeds. Writes scores-BACKBONE.csv and the table of README.md.
PARALLEL (2) and RUNS (runs/methods) may be set in the environment; what is there is not trained
again, so a stopped experiment goes on.
"""

import csv
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean, stdev

os.chdir(Path(__file__).resolve().parents[2])
sys.path.insert(0, "experiments")
from tuned_arms import PROGRAM, Arm, Study  # noqa: E402

HERE = Path("experiments/methods")
COLUMNS = ["method", "rate", "split", "seed", "score", "trained_parameters", "seconds", "peak_bytes"]
# Kinds of methods by the size of step that they want, with rates for the two backbones: all weights;
# matrices in the layers; vectors, prompts and gates, of which each number must move far. CIAT, which
# does not start as the identity, and the MLP before a prefix go wrong at the rates of matrices; so
# does UniPELT, which has one, on MiniLM.
RATES = {
    "embedded": {
        "all": ["3e-4", "1e-3", "3e-3"], "matrices": ["2e-3", "6e-3", "1.8e-2"],
        "vectors": ["6e-3", "1.8e-2", "5.4e-2"]},
    "minilm": {
        "all": ["5e-5", "1.5e-4", "5e-4"], "matrices": ["5e-4", "1.5e-3", "4.5e-3"],
        "vectors": ["3e-3", "1e-2", "3e-2"]},
}
KINDS = {"full": "all", "embeddings": "all", "ciat": "all", "prefix": "all"} | dict.fromkeys(
    ["head-only", "prompt-tuning", "smop", "p-tuning-v2", "apt", "vera", "ia3", "bitfit", "said"],
    "vectors")
OWN_KINDS = {"embedded": {}, "minilm": {"unipelt": "all"}}
LAYERS = {"embedded": 12, "minilm": 6}
BACKBONES = {"embedded": "embedded", "minilm": "models/minilm"}
TASKS = {"embedded": "nli2", "minilm": "experiments/s4/tasks/sst2.yaml"}
# Student's t at 97.5 % for 1, 2, … degrees of freedom.
STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262]


def methods(backbone):
    """Names and scopes of the methods that the backbone takes."""
    listed = subprocess.run(
        [PROGRAM, "methods", "--backbone", BACKBONES[backbone], "--format", "jsonl"], check=True,
        stdout=subprocess.PIPE, text=True).stdout
    return [(m["method"], m["scope"]) for m in map(json.loads, listed.splitlines())
            if m["refusal"] is None]


def arm(name, scope, folder, backbone):
    """The method alone in all layers, or nothing but the head, as a configuration file."""
    instance = "{}" if scope is None else f"{{{name}: {{}}}}"
    text = f"version: 1\ngroups: [{{layers: {LAYERS[backbone]}, methods: "
    text += (instance if scope != "model" else "{}") + "}]\n"
    if scope == "model":
        text += f"model: {instance}\n"
    file = folder / f"{name}.yaml"
    file.write_text(text, encoding="utf-8")
    return Arm(name, [str(file)])


def row(name, rate, split, seed, result):
    timing = result.get("timing", {})
    return [name, rate, split, seed, result.get("score", ""),
            result.get("counts", {}).get("trainedParameters", ""),
            round(timing["trainingSeconds"], 1) if timing else "",
            timing.get("peakMemoryBytes", "")]


def scores(study, pool, arm, rates):
    tried = list(pool.map(
        lambda rate: study.train(arm, rate, study.tuning_task, 0, "validation"), rates))
    yield from (row(arm.name, rate, "validation", 0, result)
                for rate, result in zip(rates, tried))
    scored = [(result["score"], -place) for place, result in enumerate(tried) if "score" in result]
    if not scored:
        return
    best = rates[-max(scored)[1]]
    seeds = range(1, study.seeds + 1)
    results = pool.map(
        lambda seed: study.train(arm, best, study.tuning_task, seed, "test"), seeds)
    yield from (row(arm.name, best, "test", seed, result) for seed, result in zip(seeds, results))


def table(rows):
    """A Markdown table of the test scores, the best method first."""
    found = {}
    for entry in rows:
        if entry[2] == "test" and entry[4] != "":
            found.setdefault(entry[0], []).append(entry)
    lines = []
    for name, own in found.items():
        values = [float(entry[4]) for entry in own]
        half = STUDENT[len(values) - 2] * stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0
        lines.append((mean(values), (
            f"| `{name}` | {own[0][1]} | {mean(values):.3f} ± {half:.3f} | {int(own[0][5]):,} | "
            f"{mean(float(entry[6]) for entry in own):.1f} | "
            f"{max(int(entry[7]) for entry in own) / 2**20:.0f} |")))
    lines.sort(key=lambda line: -line[0])
    head = ["| method | rate | test accuracy (95 %) | trained | seconds | MiB |",
            "|---|---|---|---|---|---|"]
    return "\n".join(head + [text for _, text in lines])


def write(rows, backbone):
    with open(HERE / f"scores-{backbone}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    document = HERE / "README.md"
    begin, end = f"<!-- {backbone}: begin -->", f"<!-- {backbone}: end -->"
    text = document.read_text(encoding="utf-8")
    filled = re.sub(
        f"{re.escape(begin)}.*{re.escape(end)}",
        lambda _: f"{begin}\n{table(rows)}\n{end}", text, flags=re.DOTALL)
    document.write_text(filled, encoding="utf-8")


def main(backbone):
    folder = Path(os.environ.get("RUNS", "runs/methods")) / backbone
    folder.mkdir(parents=True, exist_ok=True)
    study = Study(
        folder=folder, backbone=BACKBONES[backbone], tuning_task=TASKS[backbone], final_tasks=[],
        rates=[], seeds=int(os.environ.get("SEEDS", "3")),
        parallel=int(os.environ.get("PARALLEL", "2")),
        settings=["--set", "training.examples=1024", "--set", "training.epochs=3",
                  "--set", "training.batch=16",
                  "--set", f"training.length={48 if backbone == 'embedded' else 64}"])
    rows = []
    # A second method is under way while the first one's last training leaves a core idle.
    with ThreadPoolExecutor(study.parallel) as pool, ThreadPoolExecutor(2) as ahead:
        def found(entry):
            name, scope = entry
            kind = OWN_KINDS[backbone].get(name) or KINDS.get(name, "matrices")
            rates = RATES[backbone][kind]
            return list(scores(study, pool, arm(name, scope, folder, backbone), rates))

        for own in ahead.map(found, [("head-only", None), *methods(backbone)]):
            rows += own
            write(rows, backbone)
            print(rows[-1], flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in BACKBONES:
        sys.exit("usage: run.py embedded|minilm")
    main(sys.argv[1])
