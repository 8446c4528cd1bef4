#!/usr/bin/env python3
"""The placement study of LLM-Adapters (arXiv 2304.01933) at equal budgets.

    experiments/placement/run.py

Twelve cells: a series adapter, a parallel adapter (plain, and scaled by 4) and LoRA, at the attention
block, the feed-forward block, or both, in every layer of the embedded backbone, sizes solved from one
budget. Each cell is trained at every rate of one grid on nli2; its best rate by validation is then
trained with paired seeds on the test splits of two tasks. SEEDS (10), PARALLEL (2), BUDGET (5%) and
RUNS (runs/placement) may be set in the environment.
"""

import os
import sys
from pathlib import Path

os.chdir(Path(__file__).resolve().parents[2])
sys.path.insert(0, "experiments")
from tuned_arms import Arm, Study, compare  # noqa: E402

ATTENTION, FEED_FORWARD = "query, key, value", "ffn-in, ffn-out"
PLACES = {
    "series": ("adapter", "placement", "", [
        ("attention", "houlsby-attention"), ("feed-forward", "houlsby-feed-forward"),
        ("both", "houlsby")]),
    "parallel": ("parallel-adapter", "placement", "1", [
        ("attention", "attention"), ("feed-forward", "feed-forward"), ("both", "both")]),
    "scaled-parallel": ("parallel-adapter", "placement", "4", [
        ("attention", "attention"), ("feed-forward", "feed-forward"), ("both", "both")]),
    "lora": ("lora", "targets", "", [
        ("attention", f"[{ATTENTION}]"), ("feed-forward", f"[{FEED_FORWARD}]"),
        ("both", f"[{ATTENTION}, {FEED_FORWARD}]")]),
}


def cells(budget):
    for name, (method, key, scale, places) in PLACES.items():
        for place, value in places:
            source = ["--design", method, "--budget", budget, "--set",
                      f"methods.{method}.{key}={value}"]
            if scale:
                source += ["--set", f"methods.{method}.scale={scale}"]
            yield Arm(f"{name}:{place}", source)


def main():
    budget = os.environ.get("BUDGET", "5%")
    study = Study(
        folder=Path(os.environ.get("RUNS", "runs/placement")) / budget.replace("%", ""),
        backbone="embedded", tuning_task="nli2", final_tasks=["nli2", "agr2"],
        rates=["2e-3", "6e-3", "1.8e-2"], seeds=int(os.environ.get("SEEDS", "10")),
        parallel=int(os.environ.get("PARALLEL", "2")),
        settings=["--set", "training.examples=1000", "--set", "training.epochs=3",
                  "--set", "training.length=48"])
    here = Path("experiments/placement")
    table = here / f"scores-{budget.replace('%', '')}.csv"
    study.run(list(cells(budget)), table)
    for question, arms in (
        ("series", "series:feed-forward,series:attention,series:both"),
        ("parallel", "parallel:feed-forward,parallel:attention,parallel:both"),
        ("scaled-parallel",
         "scaled-parallel:feed-forward,scaled-parallel:attention,scaled-parallel:both"),
        ("lora", "lora:both,lora:attention,lora:feed-forward"),
        ("parallel-or-series", "parallel:feed-forward,series:feed-forward"),
    ):
        compare(table, table.with_suffix(f".{question}.txt"), "--task", "task", "--arms", arms,
                "--against", arms.split(",")[0])


if __name__ == "__main__":
    main()
