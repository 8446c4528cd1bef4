#!/usr/bin/env bash
# Exports a per-layer-rank LoRA winner and loads it with the real Hugging Face PEFT, and a
# configuration for each method of the AdapterHub format with the real adapters: the logits must
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
if [ ! -x "$environments/adapters/bin/python" ]; then  # adapters wants a transformers of its own
  "$python" -m venv "$environments/adapters"
  "$environments/adapters/bin/pip" install --quiet torch adapters safetensors numpy
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

space=scripts/interop-adapterhub.yaml
count=$(grep -c '^  - groups:' $space)
"$program" search $space --backbone models/minilm --task "$task" --run adapterhub \
  --runs-dir "$work" --trials "$count" --parallel 2 --strategy random --keep all
folders=()
for trial in $(seq 1 "$count"); do
  folder=$work/configuration-$trial
  mkdir "$folder"
  "$program" export adapterhub --runs-dir "$work" --trial "$trial" --format adapterhub \
    --output "$folder/adapter" --check
  "$program" predict adapterhub --runs-dir "$work" --trial "$trial" --split test \
    > "$folder/predictions.jsonl"
  folders+=("$folder")
done
"$environments/adapters/bin/python" scripts/interop_adapterhub.py models/minilm "${folders[@]}"
