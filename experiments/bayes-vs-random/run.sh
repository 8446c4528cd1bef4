#!/usr/bin/env bash
# Searches the quick-start space with `bayes` and with `random`, the same seeds for both, and writes
# the scores of all trials to scores.csv. Runs that are complete are kept, others go on.
#
#   experiments/bayes-vs-random/run.sh [FIRST-SEED LAST-SEED] [FOLDER-FOR-RUNS]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-.build/release/autopeft}
first=${1:-1}
last=${2:-10}
folder=${3:-runs/bayes-vs-random}
here=experiments/bayes-vs-random

mkdir -p "$folder"
for seed in $(seq "$first" "$last"); do
  for strategy in bayes random; do
    run=$strategy-$seed
    if [ -e "$folder/$run/study.sqlite" ]; then
      "$program" resume "$run" --runs-dir "$folder" --parallel 2 2>/dev/null
    else
      "$program" search spaces/quickstart.yaml --task nli2 --strategy "$strategy" --seed "$seed" \
        --run "$run" --runs-dir "$folder" --trials 40 --parallel 2 2>/dev/null
    fi
  done
  {
    echo "strategy,seed,trial,origin,score"
    for complete in "$folder"/*-*/; do
      name=$(basename "$complete")
      "$program" trials "$name" --runs-dir "$folder" --format csv --without-times | tr -d '\r' \
        | awk -F, -v s="${name%-*}" -v n="${name##*-}" 'NR > 1 { print s "," n "," $1 "," $3 "," $5 }'
    done
  } > "$here/scores.csv"
  echo "seed $seed done"
done
python3 "$here/summarise.py" "$here/scores.csv"
