"""Loads exports with AutoModelForSequenceClassification.from_pretrained; see comparison.py."""

import transformers

from comparison import compare


def load(backbone, export, outputs):
    model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
        export, output_loading_info=True)
    unexpected = [loading[key] for key in ("missing_keys", "unexpected_keys") if loading[key]]
    if unexpected:
        raise ValueError(f"{unexpected}")
    return model


compare(["transformers", "torch"], load)
