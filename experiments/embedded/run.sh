#!/usr/bin/env bash
# What PEFT methods reach on the generated tasks with the embedded backbone, and with one that was
# never trained: the acceptance of the backbone. Test scores after the best epoch, three seeds each.
# Rows that scores.csv has already are not measured again, so a stopped run goes on.
#
#   experiments/embedded/run.sh [FIRST-SEED LAST-SEED]
set -euo pipefail
cd "$(dirname "$0")/../.."
first=${1:-1}
last=${2:-3}
program=${PROGRAM:-.build/release/autopeft}
here=experiments/embedded
scores=$here/scores.csv

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -s "$scores" ] || echo "backbone,task,configuration,seed,score" > "$scores"

measure() {  # backbone's name, its place, task, configuration, seed
  local key=$1,$3,$4,$5 folder=$work/$1-$3-$4-$5
  grep -q "^$key," "$scores" && return
  "$program" train "$here/configurations/$4.yaml" --backbone "$2" --task "$3" --seed "$5" \
    --split test --output "$folder" > "$folder.out" 2> "$folder.log" \
    || { tail -n 3 "$folder.log" >&2; return 1; }
  echo "$key,$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["score"])' \
    "$folder/result.json")" >> "$scores"
}

# The initial weights of a pretraining; it says that they fall short, and ends with 1.
"$program" pretrain --steps 0 --output "$work/random" > /dev/null 2>&1 || [ -s "$work/random/model.safetensors" ]

for seed in $(seq "$first" "$last"); do
  for task in agr2 nli2 lex val; do
    for configuration in lora lora-lowest-3 lora-middle-6 lora-top-3 adapter full head; do
      measure embedded embedded $task $configuration "$seed"
    done
    measure random "$work/random" $task lora "$seed"
    measure random "$work/random" $task full "$seed"
  done
done
python3 "$here/summarise.py" "$scores"
