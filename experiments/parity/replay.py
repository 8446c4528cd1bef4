"""Replays a traced training with PyTorch and compares the losses step by step.

usage: replay.py TRACE BACKBONE [--limit 1e-4]

TRACE is the folder of `autopeft train … --trace`. The twin starts from our initial tensors, sees our
batches, and trains by itself: nothing is corrected on the way. Exits with 1 where the largest
relative difference of a loss is above the limit.
"""

import argparse
import math
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "compare"))
from torch_twin import Trace, Twin, padded, versions


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trace")
    parser.add_argument("backbone")
    parser.add_argument("--limit", type=float, default=1e-4)
    arguments = parser.parse_args()
    trace = Trace(arguments.trace)
    training = trace.settings["job"]["configuration"]["training"]
    if training["backboneDropout"] != 0:
        sys.exit("replay: the masks of dropout are not in a trace; train with backbone-dropout 0")
    twin = Twin(trace, arguments.backbone, dropout=0.0)
    twin.load(trace.initial())
    optimizer = twin.optimizer()
    largest, place = 0.0, 0
    for step in trace.steps:
        loss = twin.step(optimizer, padded(step), step["factor"])
        difference = abs(loss - step["loss"]) / abs(step["loss"])
        if math.isnan(difference):
            difference = math.inf
        if difference > largest:
            largest, place = difference, step["step"]
    name, _ = trace.method()
    print(
        f"{name or 'head only'}: {len(trace.steps)} losses from {trace.steps[0]['loss']:.4f} to "
        f"{trace.steps[-1]['loss']:.4f}, largest relative difference {largest:.2e} at step {place} "
        f"(limit {arguments.limit:.0e}); {versions()}, {torch.get_num_threads()} thread(s)")
    return 0 if largest <= arguments.limit and len(trace.steps) > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
