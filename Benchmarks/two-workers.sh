#!/usr/bin/env bash
# Two trainings side by side, as a share of two matrix products side by side, against one training
# alone as a share of one product. Steps and products alternate within each process.
# two-workers.sh [TASK]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
train() {
  .build/release/autopeft bench training --backbone models/minilm --task "$1" --threads 1 \
    --method lora --steps 12 --format json > "$2"
}
task=${1:-nli2}
train "$task" "$folder/alone.json"
train "$task" "$folder/first.json" &
train "$task" "$folder/second.json"
wait
python3 - "$folder" <<'PYTHON'
import json, sys

def read(name):
    return json.load(open(f"{sys.argv[1]}/{name}.json"))

alone, pair = read("alone"), [read("first"), read("second")]
together = sum(r["training_gigaflops"] for r in pair) / sum(r["sgemm_gigaflops"] for r in pair)
ratio = together / (alone["training_gigaflops"] / alone["sgemm_gigaflops"])
print(f"two workers reach {together:.3f} of two matrix products, one reaches "
      f"{alone['sgemm_share']:.3f} of one: ratio {ratio:.3f} (at least 0.95)")
sys.exit(0 if ratio >= 0.95 else 1)
PYTHON
