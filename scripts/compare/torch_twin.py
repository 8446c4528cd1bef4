"""The PyTorch twin of a traced training: the same model, built by the libraries people use.

LoRA comes from Hugging Face PEFT, adapters and prefixes from AdapterHub's `adapters`, biases from
plain transformers. The folder of `autopeft … --trace` (docs/replay.md) says what to build, and gives
initial values and batches. Only what the comparisons need is built: one group of layers with one
method; anything else is refused.
"""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import BertForSequenceClassification

# The head is new by design, so the library's warning of that says nothing.
transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()

# Module paths inside a BERT layer and our names for them.
MODULES = {
    "attention.self.query": "query", "attention.self.key": "key",
    "attention.self.value": "value", "attention.output.dense": "attention-output",
    "intermediate.dense": "feed-forward-in", "output.dense": "feed-forward-out"}
NORMS = {
    "attention.output.LayerNorm": "attention-norm", "output.LayerNorm": "feed-forward-norm"}
LORA_TARGETS = {
    "query": "query", "key": "key", "value": "value", "output": "attention-output",
    "ffn-in": "feed-forward-in", "ffn-out": "feed-forward-out"}
BOTTLENECK_PARTS = {
    "down.weight": "adapter_down.0.weight", "down.bias": "adapter_down.0.bias",
    "up.weight": "adapter_up.weight", "up.bias": "adapter_up.bias"}


class Refusal(Exception):
    """The twin cannot be built from this trace."""


def versions():
    names = ["torch", "transformers", "peft", "adapters"]
    found = [f"python {platform.python_version()}"]
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


class Trace:
    """The folder of a traced training."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.settings = json.loads((self.folder / "settings.json").read_text(encoding="utf-8"))
        if self.settings["version"] != 1:
            raise Refusal(f"{folder}: a trace of version {self.settings['version']}, expected 1")
        lines = (self.folder / "steps.jsonl").read_text(encoding="utf-8").splitlines()
        self.steps = [json.loads(line) for line in lines]

    def initial(self):
        return load_file(self.folder / "initial.safetensors")

    def method(self):
        """Name and parameters of the one method in all layers; (None, {}) for head only."""
        configuration = self.settings["job"]["configuration"]
        groups = configuration["groups"]
        if len(groups) != 1 or configuration["model"] or len(groups[0]["methods"]) > 1:
            raise Refusal("the twin is built for one method, the same in all layers")
        if not groups[0]["methods"]:
            return None, {}
        method = groups[0]["methods"][0]
        return method["name"], method["parameters"]


class Slot:
    """Where one of our tensors lives in the twin: a parameter, or a part of one."""

    def __init__(self, parameter, part=lambda tensor: tensor):
        self.parameter, self.part = parameter, part

    def set(self, values):
        with torch.no_grad():
            self.part(self.parameter).copy_(values)


class Twin:
    """A BERT classifier with one method attached, its trained tensors under our names."""

    def __init__(self, trace, backbone, dropout, seed=0):
        self.settings = trace.settings
        if self.settings["head"] not in ("pooler", "trained-pooler"):
            raise Refusal(
                f"the twin's head is pooler or trained-pooler, got {self.settings['head']}")
        torch.manual_seed(seed)
        self.model = BertForSequenceClassification.from_pretrained(
            backbone, num_labels=self.settings["outputCount"],
            hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
            classifier_dropout=dropout)
        if self.settings["outputCount"] == 1:
            self.model.config.problem_type = "regression"
        self.bert = self.model.bert
        name, parameters = trace.method()
        builders = {
            None: lambda _: {}, "lora": self._lora, "adapter": self._adapter,
            "prefix": self._prefix, "bitfit": self._bitfit}
        if name not in builders:
            raise Refusal(f"no twin of method '{name}'; known: {sorted(filter(None, builders))}")
        self.slots = builders[name](parameters)
        head = self._head()
        self.slots["head.output.weight"] = Slot(head.weight)
        self.slots["head.output.bias"] = Slot(head.bias)
        if self.settings["head"] == "trained-pooler":
            pooler = self.bert.pooler.dense
            self.slots["head.pooler.weight"] = Slot(pooler.weight)
            self.slots["head.pooler.bias"] = Slot(pooler.bias)
        self._check_names()
        wanted = {id(slot.parameter) for slot in self.slots.values()}
        for parameter in self.model.parameters():
            parameter.requires_grad_(id(parameter) in wanted)
        self.model.train()

    def _check_names(self):
        ours = {name for group in self.settings["groups"] for name in group["tensors"]}
        if ours != set(self.slots):
            raise Refusal(f"tensors differ from the trace's: {sorted(ours ^ set(self.slots))}")

    def _head(self):
        head = self.model.classifier if hasattr(self.model, "classifier") else None
        if head is None:
            head = self.model.base_model.model.classifier
        saved = getattr(head, "modules_to_save", None)
        return saved["default"] if saved is not None else head

    # MARK: methods

    def _lora(self, values):
        from peft import LoraConfig, get_peft_model

        rank = values.get("rank", 8)
        points = [LORA_TARGETS[name] for name in values.get("targets", ["query", "value"])]
        paths = [path for path, point in MODULES.items() if point in points]
        config = LoraConfig(
            task_type="SEQ_CLS", r=rank, lora_alpha=values.get("alpha-ratio", 1) * rank,
            lora_dropout=values.get("dropout", 0),
            use_rslora=values.get("scaling", "standard") == "rslora", bias="none",
            target_modules=r"bert\.encoder\.layer\.\d+\.("
            + "|".join(path.replace(".", r"\.") for path in paths) + ")")
        self.model = get_peft_model(self.model, config)
        slots = {}
        for index, layer in enumerate(self.bert.encoder.layer):
            for path in paths:
                module = layer.get_submodule(path)
                for factor in ("lora_A", "lora_B"):
                    slots[f"layer.{index}.{MODULES[path]}.{factor}"] = Slot(
                        getattr(module, factor)["default"].weight)
        return slots

    def _adapter(self, values):
        import adapters

        if values.get("placement", "pfeiffer") != "pfeiffer":
            raise Refusal("the twin of an adapter is built for placement pfeiffer")
        size, width = values.get("bottleneck", 48), self.model.config.hidden_size
        if width % size:
            raise Refusal(f"a bottleneck of {size} is no whole reduction of a width of {width}")
        adapters.init(self.model)
        self.model.add_adapter("twin", config=adapters.SeqBnConfig(
            reduction_factor=width // size, non_linearity=values.get("activation", "relu"),
            dropout=values.get("dropout", 0)))
        self.model.set_active_adapters("twin")
        return {
            f"layer.{index}.feed-forward-block.adapter.{ours}":
                Slot(layer.output.adapters["twin"].get_parameter(theirs))
            for index, layer in enumerate(self.bert.encoder.layer)
            for ours, theirs in BOTTLENECK_PARTS.items()}

    def _prefix(self, values):
        import adapters

        length, inner = values.get("length", 10), values.get("mlp-width", 512)
        adapters.init(self.model)
        self.model.add_adapter("twin", config=adapters.PrefixTuningConfig(
            prefix_length=length, flat=inner == 0, bottleneck_size=inner or 512, dropout=0.0))
        self.model.set_active_adapters("twin")
        prefix = self.bert.prefix_tuning.prefix_tunings["twin"]["self_prefix"]
        width = self.model.config.hidden_size
        layers = self.model.config.num_hidden_layers
        # Keys of layer l stand in slot 2l of the wide output, values in slot 2l + 1.
        places = {
            (layer, kind): slice((2 * layer + number) * width, (2 * layer + number + 1) * width)
            for layer in range(layers) for number, kind in enumerate(("keys", "values"))}
        if inner == 0:
            return {
                f"layer.{layer}.attention.prefix.{kind}": Slot(
                    prefix.control_trans,
                    lambda tensor, place=place: tensor.view(length, -1)[:, place])
                for (layer, kind), place in places.items()}
        first, last = prefix.control_trans[0], prefix.control_trans[2]
        path = "layer.0.attention.prefix"
        slots = {
            f"{path}.embedding": Slot(prefix.wte.weight),
            f"{path}.inner.weight": Slot(first.weight), f"{path}.inner.bias": Slot(first.bias)}
        for (layer, kind), place in places.items():
            for name, parameter in (("weight", last.weight), ("bias", last.bias)):
                slots[f"layer.{layer}.attention.prefix.outer-{kind}.{name}"] = Slot(
                    parameter, lambda tensor, place=place: tensor[place])
        return slots

    def _bitfit(self, values):
        if "terms" in values and len(values["terms"]) != 7:
            raise Refusal("the twin of bitfit is built for all biases")
        slots = {}
        for index, layer in enumerate(self.bert.encoder.layer):
            for path, point in MODULES.items():
                # The key bias has no gradient but rounding; autopeft does not train it.
                if point != "key":
                    slots[f"layer.{index}.{point}.bias"] = Slot(layer.get_submodule(path).bias)
            for path, point in NORMS.items():
                slots[f"layer.{index}.{point}.shift"] = Slot(layer.get_submodule(path).bias)
        return slots

    # MARK: training

    def load(self, initial):
        if set(initial) != set(self.slots):
            raise Refusal(f"initial tensors differ: {sorted(set(initial) ^ set(self.slots))}")
        for name, values in initial.items():
            self.slots[name].set(values)

    def optimizer(self):
        """AdamW with the trace's groups; the rate of each step is set by `step`."""
        constants = self.settings["optimizer"]
        groups = []
        for group in self.settings["groups"]:
            parameters = {}
            for name in group["tensors"]:
                parameters[id(self.slots[name].parameter)] = self.slots[name].parameter
            groups.append({
                "params": list(parameters.values()), "lr": group["learningRate"],
                "weight_decay": group["weightDecay"]})
        return torch.optim.AdamW(
            groups, betas=(constants["beta1"], constants["beta2"]), eps=constants["epsilon"])

    def step(self, optimizer, inputs, factor):
        """One training step; the loss before it."""
        for group, ours in zip(optimizer.param_groups, self.settings["groups"]):
            group["lr"] = ours["learningRate"] * factor
        optimizer.zero_grad(set_to_none=True)
        loss = self.model(**inputs).loss
        loss.backward()
        idle = [name for name, slot in self.slots.items() if slot.parameter.grad is None]
        if idle:
            raise Refusal(f"tensors without a gradient, so the library does not use them: {idle}")
        if self.settings["clip"] > 0:
            torch.nn.utils.clip_grad_norm_(
                [p for group in optimizer.param_groups for p in group["params"]],
                self.settings["clip"])
        optimizer.step()
        return loss.item()


def padded(step):
    """A packed step of a trace as the padded inputs of transformers, longest sequence as length."""
    lengths = step["lengths"]
    inputs = {
        name: torch.zeros(len(lengths), max(lengths), dtype=torch.long)
        for name in ("input_ids", "token_type_ids", "attention_mask")}
    start = 0
    for row, length in enumerate(lengths):
        place = slice(start, start + length)
        inputs["input_ids"][row, :length] = torch.tensor(step["tokens"][place])
        inputs["token_type_ids"][row, :length] = torch.tensor(step["types"][place])
        inputs["attention_mask"][row, :length] = 1
        start += length
    inputs["labels"] = (
        torch.tensor(step["classes"]) if "classes" in step
        else torch.tensor(step["values"], dtype=torch.float32))
    return inputs
