"""Trains the PyTorch twin of a traced training on MRPC for one epoch and scores it once.

usage: mrpc.py TRACE BACKBONE TRAIN.jsonl TEST.jsonl SEED

TRACE says which method, which optimizer settings and which factor of the schedule each step has;
initial values, the choice and order of examples and dropout are the library's own under torch's
seed. Prints
one line: accuracy,f1.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoTokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "compare"))
from torch_twin import Trace, Twin


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def encoded(tokenizer, rows, limit):
    inputs = tokenizer(
        [row["text_a"] for row in rows], [row["text_b"] for row in rows],
        truncation="longest_first", max_length=limit, padding="longest", return_tensors="pt")
    inputs["labels"] = torch.tensor([int(row["label"]) for row in rows])
    return inputs


def scores(predicted, expected):
    right = sum(p == e for p, e in zip(predicted, expected))
    both = sum(p == e == 1 for p, e in zip(predicted, expected))
    positives = sum(predicted) + sum(expected)
    return right / len(expected), 2 * both / positives if positives else 0.0


def main(trace_folder, backbone, train, test, seed):
    trace = Trace(trace_folder)
    training = trace.settings["job"]["configuration"]["training"]
    batch, limit = training["batch"], training["maximumLength"]
    rows = read(train)
    count = min(training.get("examples", len(rows)), len(rows))
    steps = -(-count // batch)
    if len(trace.steps) != steps:
        sys.exit(f"mrpc: the trace has {len(trace.steps)} steps, one epoch has {steps}")
    tokenizer = AutoTokenizer.from_pretrained(backbone)
    twin = Twin(trace, backbone, dropout=training["backboneDropout"], seed=int(seed))
    optimizer = twin.optimizer()
    order = torch.randperm(len(rows)).tolist()[:count]
    for number, step in enumerate(trace.steps):
        chosen = [rows[index] for index in order[number * batch:(number + 1) * batch]]
        twin.step(optimizer, encoded(tokenizer, chosen, limit), step["factor"])
    twin.model.eval()
    held_out = read(test)
    predicted = []
    with torch.no_grad():
        for start in range(0, len(held_out), 64):
            inputs = encoded(tokenizer, held_out[start:start + 64], limit)
            predicted += twin.model(**inputs).logits.argmax(-1).tolist()
    accuracy, f1 = scores(predicted, [int(row["label"]) for row in held_out])
    print(f"{accuracy:.6f},{f1:.6f}")


if __name__ == "__main__":
    main(*sys.argv[1:6])
