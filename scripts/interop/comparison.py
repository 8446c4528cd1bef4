"""What the loaders of `make interop` share: one sentence at a time against `autopeft predict`.

A loader is called as `load_with_LIBRARY.py BACKBONE FOLDER…`. Each folder holds an export in
`export/` and `predictions.jsonl`, whose lines hold text, pair (or null) and logits. A loader prints a
line of JSON for each folder: {folder, library, largest, count} or {folder, library, error}.
"""

import json
import pathlib
import sys
import traceback
from importlib.metadata import version

import torch
import transformers


def compare(packages, load):
    """Runs a loader: `load(backbone, export, outputs)` gives a model whose output has logits."""
    library = ", ".join(f"{name} {version(name)}" for name in packages)
    backbone, folders = sys.argv[1], sys.argv[2:]
    tokenizer = transformers.AutoTokenizer.from_pretrained(backbone)
    for folder in map(pathlib.Path, folders):
        line = {"folder": str(folder), "library": library}
        try:
            rows = [json.loads(text) for text in
                    (folder / "predictions.jsonl").read_text(encoding="utf-8").splitlines()]
            model = load(backbone, str(folder / "export"), len(rows[0]["logits"])).eval()
            line |= {"largest": largest(model, tokenizer, rows), "count": len(rows)}
        except Exception as error:  # a library that refuses a folder is a result, not an end
            traceback.print_exc()
            line["error"] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        print(json.dumps(line), flush=True)


def largest(model, tokenizer, rows):
    differences = []
    with torch.no_grad():
        for row in rows:
            # In lists an empty second text stays one; alone the tokenizer takes it for none.
            pair = None if row["pair"] is None else [row["pair"]]
            inputs = tokenizer(
                [row["text"]], pair, truncation="longest_first",
                max_length=row["maximum_length"], return_tensors="pt")
            expected = torch.tensor(row["logits"])
            differences.append((model(**inputs).logits[0] - expected).abs().max())
    return torch.stack(differences).max().item()
