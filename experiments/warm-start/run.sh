#!/usr/bin/env bash
# Measures what an earlier run gains and costs: `bayes` on the made-up task of `autopeft bench search`
# without one, and with one on a related, an unrelated and an adverse task. Finished runs are kept, so
# it can be stopped and started again at any time.
#
#   experiments/warm-start/run.sh [FIRST-SEED LAST-SEED] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-.build/release/autopeft}
first=${1:-1}
last=${2:-20}
folder=${3:-runs/warm-start-bench}
mkdir -p "$folder"

# label seed options…
one() {
  local file=$folder/$1-$2.csv
  [ -s "$file" ] && return
  "$program" bench search --strategy bayes --label "$1" --trials 40 --first-seed "$2" "${@:3}" \
    > "$file.part"
  mv "$file.part" "$file"
}

for seed in $(seq "$first" "$last"); do
  one cold "$seed"
  for task in related unrelated adverse; do one "$task" "$seed" --from "$task" --from-trials 60; done
  echo "seed $seed done" >&2
done
{
  echo "strategy,seed,trials,hypervolume,seconds"
  for file in "$folder"/*.csv; do grep -v '^strategy,' "$file"; done
} > experiments/warm-start/hypervolume.csv
python3 experiments/warm-start/summarise.py experiments/warm-start/hypervolume.csv
