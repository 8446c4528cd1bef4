#!/usr/bin/env bash
# Exports a per-layer-rank LoRA winner and loads it with the real Hugging Face PEFT: the logits must
# equal those of `autopeft predict` on every pair of the RTE validation file.
#
#   interop.sh ENVIRONMENTS [TASK-FILE] [TEXT-FILE]
set -euo pipefail
cd "$(dirname "$0")/.."
environments=${1:-.venv}
task=${2:-Tests/Fixtures/tasks/rte.yaml}
python=${PYTHON:-python3}
program=.build/release/autopeft

if [ ! -x "$environments/peft/bin/python" ]; then  # the newest versions; interop.py prints them
  "$python" -m venv "$environments/peft"
  "$environments/peft/bin/pip" install --quiet torch transformers peft safetensors
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" search spaces/lora-ranks.yaml --backbone models/minilm --task "$task" --run interop \
  --runs-dir "$work" --trials 5 --parallel 2 --strategy random --keep all \
  --set training.examples=128 --set training.epochs=1
# The first proposal of the strategy that holds LoRA in at least one group; references come first.
trial=4
"$program" export interop --runs-dir "$work" --trial $trial --format hf-peft \
  --output "$work/adapter" --check
"$program" predict interop --runs-dir "$work" --trial $trial --split test > "$work/predictions.jsonl"
"$environments/peft/bin/python" scripts/interop.py models/minilm "$work/adapter" "$work/predictions.jsonl"
