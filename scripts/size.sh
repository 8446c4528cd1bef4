#!/usr/bin/env bash
# Lines per module, then the files over the soft limit of 400 lines.
set -euo pipefail
cd "$(dirname "$0")/.."
for module in Sources/*/ Tests/*/; do
  lines=$(find "$module" \( -name '*.swift' -o -name '*.c' -o -name '*.h' \) -exec cat {} + | wc -l)
  printf '%7d  %s\n' "$lines" "${module%/}"
done | sort -rn
find Sources Tests -name '*.swift' -exec wc -l {} + | awk '$2 != "total" && $1 > 400' | sort -rn
