#!/usr/bin/env bash
# The discovery of S4 (arXiv 2301.01821) on a backbone: the factorial design on two tasks, and the
# greedy procedure. Runs that are complete are kept, stopped or killed ones go on; after each run its
# report is written anew beside this script, so that results can be committed stage by stage.
#
#   experiments/s4/run.sh [embedded|minilm] [FOLDER-FOR-RUNS]
#
# MODELS (32), BLOCKS (48), PILOT (12), PARALLEL (2), SEED (0) may be set in the environment.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=.build/release/autopeft
backbone=${1:-embedded}
folder=${2:-runs/s4}
here=experiments/s4/$backbone
models=${MODELS:-32} blocks=${BLOCKS:-48} pilot=${PILOT:-12} parallel=${PARALLEL:-2} seed=${SEED:-0}

case $backbone in
  # 0.5 % leaves 265 parameters a layer of the embedded backbone, where 12 of the 15 sets of methods
  # do not fit: 5 % there. A backbone this narrow wants large rates.
  embedded)
    model=(--backbone embedded); tasks=(nli2 agr2)
    changes=(--set budget.deployed=5% --set training.examples=1000 --set training.epochs=3
      --set training.length=48 --set 'training.learning-rate={float: [1.5e-3, 2e-2], log: true}') ;;
  minilm)
    model=(--backbone models/minilm); tasks=("sst2:${SST2:-data/sst2}")
    changes=(--set training.examples=1024 --set training.epochs=3 --set training.batch=16
      --set training.length=64) ;;
  *) echo "usage: run.sh [embedded|minilm] [folder]" >&2; exit 2 ;;
esac
mkdir -p "$folder" "$here"

run() { # name task strategy settings…
  local name=$1 task=$2 strategy=$3
  shift 3
  if [ -e "$folder/$name/study.sqlite" ]; then
    "$program" resume "$name" --runs-dir "$folder" --parallel "$parallel"
  else
    "$program" search spaces/s4.yaml "${model[@]}" --task "$task" --strategy "$strategy" \
      --seed "$seed" --run "$name" --runs-dir "$folder" --parallel "$parallel" \
      "${changes[@]}" "$@"
  fi
}

report() { # folder runs…
  local output=$1
  shift
  "$program" report "$@" --runs-dir "$folder" --output "$here/$output" --without-times
}

names=()
for task in "${tasks[@]}"; do
  name=factorial-${task%%:*}
  run "$name" "$task" s4-factorial \
    --set "strategy.blocks=$blocks" --set "strategy.pilot=$pilot"
  names+=("$name")
  report factorial "${names[@]}"
done
for task in "${tasks[@]}"; do
  name=greedy-${task%%:*}
  run "$name" "$task" s4 --set "strategy.models-per-space=$models"
  report "$name" "$name"
done
