"""Loads exports with AutoAdapterModel.load_adapter; see comparison.py."""

from adapters import AutoAdapterModel

from comparison import compare


def load(backbone, export, outputs):
    model = AutoAdapterModel.from_pretrained(backbone)
    loading = {}
    model.load_adapter(export, set_active=True, loading_info=loading)
    if loading["missing_keys"] or loading["unexpected_keys"]:
        raise ValueError(f"{loading}")
    return model


compare(["adapters", "transformers", "torch"], load)
