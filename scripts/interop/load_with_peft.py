"""Loads exports with PeftModel.from_pretrained; see comparison.py."""

import peft
import transformers

from comparison import compare


def load(backbone, export, outputs):
    base = transformers.AutoModelForSequenceClassification.from_pretrained(
        backbone, num_labels=outputs)
    return peft.PeftModel.from_pretrained(base, export)


compare(["peft", "transformers", "torch"], load)
