#!/usr/bin/env bash
# LoRA in the top third of models/minilm: an epoch with kept states of the layers below and without.
# frozen-states.sh [TASK]
set -euo pipefail
cd "$(dirname "$0")/.."
.build/release/autopeft bench training --backbone models/minilm --task "${1:-nli2}" --threads 1 \
  --method lora --layers 4-5 --steps 12 --format json |
  python3 -c '
import json, sys
frozen = json.load(sys.stdin)["frozen_states"]
ratio, equal = frozen["epoch_ratio"], frozen["is_bit_equal"]
print(f"an epoch with kept states is {ratio:.2f} times as fast (at least 2); equal bits: {equal}")
sys.exit(0 if ratio >= 2 and equal else 1)'
