#!/usr/bin/env bash
# Speed of four methods, as a share of this machine's own matrix product.
# methods.sh [TASK …]: tasks for models/minilm; a generated task where none is named.
set -euo pipefail
cd "$(dirname "$0")/.."
program=.build/release/autopeft
tasks=("$@")
[ ${#tasks[@]} -gt 0 ] || tasks=(nli2)

for task in "${tasks[@]}"; do
  for method in "lora" "bitfit" "adapter --parameter bottleneck=24" \
    "prefix --parameter length=10 --parameter mlp-width=0"; do
    echo "== $task, $method"
    # shellcheck disable=SC2086  # a method's name and its options are words
    "$program" bench training --backbone models/minilm --task "$task" --threads 1 --method $method
  done
done
echo "== nli2, the embedded default, lora"
"$program" bench training --backbone embedded --task nli2 --threads 1 --method lora
