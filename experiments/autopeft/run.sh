#!/usr/bin/env bash
# Compares strategies on the made-up task of `autopeft bench search`, one process for each strategy
# and seed, and gathers their lines in hypervolume.csv. Finished runs are kept, so it can be stopped
# and started again at any time.
#
#   experiments/autopeft/run.sh [cheap|saas|all] [FIRST-SEED LAST-SEED] [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${PROGRAM:-.build/release/autopeft}
part=${1:-all}
first=${2:-1}
last=${3:-20}
folder=${4:-runs/autopeft-bench}
mkdir -p "$folder"

# label strategy trials seed settings…
one() {
  local label=$1 strategy=$2 trials=$3 seed=$4
  shift 4
  local file=$folder/$label-$seed.csv
  [ -s "$file" ] && return
  "$program" bench search --strategy "$strategy" --label "$label" --trials "$trials" \
    --first-seed "$seed" "${@/#/--set=strategy.}" > "$file.part"
  mv "$file.part" "$file"
}

gather() {
  {
    echo "strategy,seed,trials,hypervolume,seconds"
    for file in "$folder"/*.csv; do grep -v '^strategy,' "$file"; done
  } > experiments/autopeft/hypervolume.csv
}

for seed in $(seq "$first" "$last"); do
  if [ "$part" != saas ]; then
    one random random 400 "$seed"
    one evolution evolution 200 "$seed"
    one nsga2 nsga2 200 "$seed"
    one tpe tpe 200 "$seed"
    one bayes bayes 200 "$seed"
    one bayes-100 bayes 200 "$seed" initial=100
  fi
  if [ "$part" != cheap ] && [ "$seed" -le 5 ]; then
    one autopeft autopeft 200 "$seed"
    one autopeft-as-released autopeft 200 "$seed" as-released=true
    one saas-100 saas 200 "$seed" initial=100
  fi
  gather
  echo "seed $seed done" >&2
done
python3 experiments/autopeft/summarise.py experiments/autopeft/hypervolume.csv
