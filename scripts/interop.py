"""Loads an export with PeftModel.from_pretrained and compares its logits with `autopeft predict`.

usage: interop.py BACKBONE ADAPTER PREDICTIONS.jsonl
Each line of the predictions holds text, pair (or null) and logits.
"""

import json
import sys

import peft
import torch
import transformers

TOLERANCE = 1e-4


def main(backbone: str, adapter: str, predictions: str) -> int:
    rows = [json.loads(line) for line in open(predictions, encoding="utf-8")]
    labels = len(rows[0]["logits"])
    tokenizer = transformers.AutoTokenizer.from_pretrained(backbone)
    base = transformers.BertForSequenceClassification.from_pretrained(backbone, num_labels=labels)
    model = peft.PeftModel.from_pretrained(base, adapter).eval()
    largest = 0.0
    with torch.no_grad():
        for row in rows:
            inputs = tokenizer(
                row["text"], row.get("pair"), truncation="longest_first",
                max_length=row.get("maximum_length", 128), return_tensors="pt")
            logits = model(**inputs).logits[0].tolist()
            largest = max(largest, *(abs(a - b) for a, b in zip(logits, row["logits"])))
    print(
        f"peft {peft.__version__}, transformers {transformers.__version__}, torch {torch.__version__}:"
        f" largest logit difference {largest:.2e} on {len(rows)} examples (limit {TOLERANCE:.0e})")
    return 0 if largest <= TOLERANCE and rows else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
