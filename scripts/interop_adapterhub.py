"""Loads exports with AutoAdapterModel.load_adapter and compares logits with `autopeft predict`.

usage: interop_adapterhub.py BACKBONE FOLDER…
Each folder holds an export in `adapter/` and `predictions.jsonl`, whose lines hold text, pair (or
null) and logits. The examples go through the model in padded batches.
"""

import json
import pathlib
import sys
from importlib.metadata import version

import torch
import transformers
from adapters import AutoAdapterModel

TOLERANCE = 1e-4
BATCH = 16


def difference(backbone: str, folder: pathlib.Path) -> tuple[float, int]:
    rows = [json.loads(line) for line in open(folder / "predictions.jsonl", encoding="utf-8")]
    tokenizer = transformers.AutoTokenizer.from_pretrained(backbone)
    model = AutoAdapterModel.from_pretrained(backbone)
    loading = {}
    model.load_adapter(str(folder / "adapter"), set_active=True, loading_info=loading)
    if loading["missing_keys"] or loading["unexpected_keys"]:
        raise SystemExit(f"{folder}: {loading}")
    model.eval()
    differences = []
    with torch.no_grad():
        for start in range(0, len(rows), BATCH):
            batch = rows[start:start + BATCH]
            pairs = [row.get("pair") for row in batch]
            inputs = tokenizer(
                [row["text"] for row in batch], pairs if pairs[0] is not None else None,
                truncation="longest_first", max_length=batch[0].get("maximum_length", 128),
                padding=True, return_tensors="pt")
            expected = torch.tensor([row["logits"] for row in batch])
            differences.append((model(**inputs).logits - expected).abs().max())
    return torch.stack(differences).max().item(), len(rows)


def main(backbone: str, folders: list[str]) -> int:
    failed = not folders
    for folder in map(pathlib.Path, folders):
        largest, count = difference(backbone, folder)
        failed |= not largest <= TOLERANCE or count == 0
        print(f"{folder.name}: largest logit difference {largest:.2e} on {count} examples"
              f" (limit {TOLERANCE:.0e})")
    print(", ".join(f"{name} {version(name)}" for name in ["adapters", "transformers", "torch"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
