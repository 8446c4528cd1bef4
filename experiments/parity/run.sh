#!/usr/bin/env bash
# autopeft beside PyTorch: 50 losses of one training replayed, then MRPC scores of three seeds.
# Rows that scores.csv has already are not measured again, so a stopped run goes on.
#
#   experiments/parity/run.sh DATA [ENVIRONMENTS] [EXAMPLES]
#
# DATA is a folder with train.jsonl, val.jsonl and test.jsonl of MRPC (the official dev file is
# test.jsonl) with the fields text_a, text_b and label. ENVIRONMENTS holds peft/ and adapters/, which
# are made where they are missing. EXAMPLES are drawn from the training file anew for each seed; all
# of them by default. One thread each; PyTorch takes about an hour and a half of one core for all.
set -euo pipefail
cd "$(dirname "$0")/../.."
data=$(realpath "${1:?usage: experiments/parity/run.sh DATA [ENVIRONMENTS] [EXAMPLES]}")
environments=${2:-.venv}
examples=${3:-3294}
python=${PYTHON:-python3}
program=${PROGRAM:-.build/release/autopeft}
backbone=models/minilm
here=experiments/parity
seeds="1 2 3"
export OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false HF_HUB_OFFLINE=1

environment() {  # name, packages…
  local folder=$environments/$1
  shift
  if [ ! -x "$folder/bin/python" ]; then
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet "$@"
  fi
  echo "$folder/bin/python"
}
peft=$(environment peft torch transformers peft safetensors)
adapters=$(environment adapters torch adapters safetensors)
twin() { if [ "$1" = adapter ]; then echo "$adapters"; else echo "$peft"; fi }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/mrpc.yaml" <<TASK
kind: pair-classification
metric: mean(accuracy, f1)
labels: {0: not_equivalent, 1: equivalent}
columns: {text: text_a, pair: text_b, label: label}
train: $data/train.jsonl
validation: $data/val.jsonl
test: $data/test.jsonl
TASK

train() {  # configuration, name, further options…
  local configuration=$1 name=$2
  shift 2
  "$program" train "$configuration" --backbone "$backbone" --task "$work/mrpc.yaml" \
    --head trained-pooler --output "$work/$name" "$@" >&2
}

# 50 losses with dropout off: same initial values, same batches.
touch "$here/losses.txt" "$here/scores.csv"
for method in lora adapter bitfit; do
  grep -q "^$method:" "$here/losses.txt" && continue
  sed 's/batch: 32/batch: 8/; s/backbone-dropout: 0.1/backbone-dropout: 0, examples: 400/' \
    "$here/configurations/$method.yaml" > "$work/$method-plain.yaml"
  train "$work/$method-plain.yaml" "$method-plain" --seed 1 --trace "$work/$method-losses"
  if "$(twin $method)" "$here/replay.py" "$work/$method-losses" "$backbone" > "$work/line"; then
    cat "$work/line" >> "$here/losses.txt"
  else
    touch "$work/failed"
  fi
  cat "$work/line" >&2
done

# MRPC, one epoch with dropout, three seeds each.
[ -s "$here/scores.csv" ] || echo "engine,method,examples,seed,accuracy,f1" > "$here/scores.csv"
for seed in $seeds; do
  for method in lora adapter bitfit; do
    configuration=$work/$method.yaml
    sed "s/backbone-dropout: 0.1/&, examples: $examples/" "$here/configurations/$method.yaml" \
      > "$configuration"
    settings=$work/$method-settings
    tracing=()
    [ -d "$settings" ] || tracing=(--trace "$settings" --trace-steps 100000)
    if ! grep -q "^autopeft,$method,$examples,$seed," "$here/scores.csv"; then
      train "$configuration" "$method-$seed" --seed "$seed" --split test "${tracing[@]}"
      "$python" -c 'import json, sys; m = json.load(open(sys.argv[1]))["metrics"]
print("autopeft,%s,%.6f,%.6f" % (sys.argv[2], m["accuracy"], m["f1"]))' \
        "$work/$method-$seed/result.json" "$method,$examples,$seed" >> "$here/scores.csv"
    fi
    if ! grep -q "^pytorch,$method,$examples,$seed," "$here/scores.csv"; then
      [ -d "$settings" ] || train "$configuration" "$method-settings-run" "${tracing[@]}"
      line=$("$(twin $method)" "$here/mrpc.py" "$settings" "$backbone" "$data/train.jsonl" \
        "$data/test.jsonl" "$seed")
      echo "pytorch,$method,$examples,$seed,$line" >> "$here/scores.csv"
    fi
  done
done
"$python" "$here/summarise.py" "$here/scores.csv"
[ ! -e "$work/failed" ]
