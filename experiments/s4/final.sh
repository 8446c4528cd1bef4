#!/usr/bin/env bash
# The final comparison: S4's design and its rivals at equal budgets, each with the same tuning effort,
# then paired seeds on the test split of tasks that no search has touched.
#
#   experiments/s4/final.sh [embedded|minilm] [FOLDER]
#
# Every arm is trained at the same grid of learning rates (TUNING values) on the tuning task; its best
# rate by validation is trained with SEEDS seeds on each final task. Trainings that are there stay.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=.build/release/autopeft
backbone=${1:-embedded}
folder=${2:-runs/s4-final}
here=experiments/s4/$backbone
seeds=${SEEDS:-10}
case $backbone in
  embedded) model=embedded; budget=5%; tuning=nli2; finals=(nli2 lex)
    rates=(1e-3 1.5e-3 2e-3 3e-3 4e-3 5e-3 7e-3 1e-2 1.4e-2 2e-2 2.8e-2 4e-2)
    changes=(--set training.examples=1000 --set training.epochs=3 --set training.length=48) ;;
  minilm) model=models/minilm; budget=0.5%; tuning="sst2:${SST2:-data/sst2}"
    finals=("$tuning" "mrpc:${MRPC:-data/mrpc}")
    rates=(5e-5 1e-4 1.5e-4 2e-4 3e-4 4e-4 6e-4 8e-4 1.2e-3 1.6e-3 2.4e-3 3.2e-3)
    changes=(--set training.examples=1024 --set training.epochs=3 --set training.batch=16
      --set training.length=64) ;;
  *) echo "usage: final.sh [embedded|minilm] [folder]" >&2; exit 2 ;;
esac
mkdir -p "$folder" "$here"

score() { # folder → score, or empty for a failed training
  python3 -c 'import json, sys
score = json.load(open(sys.argv[1] + "/result.json")).get("score")
print("" if score is None else score)' "$1"
}

train() { # design rate task replicate split
  local place=$folder/$1/${3%%:*}-$5-$2-$4
  [ -e "$place/result.json" ] || "$program" train --design "$1" --budget "$budget" \
    --backbone "$model" --task "$3" --replicate "$4" --split "$5" --output "$place" \
    --set "training.learning-rate=$2" "${changes[@]}" > /dev/null 2>&1 || true
  [ -e "$place/result.json" ] && score "$place" || echo ""
}

echo "design,rate,task,split,replicate,score" > "$here/final.csv.tmp"
for design in s4 adapter prefix bitfit lora unipelt; do
  best="" rate=""
  for candidate in "${rates[@]}"; do
    value=$(train "$design" "$candidate" "$tuning" 0 validation)
    echo "$design,$candidate,${tuning%%:*},validation,0,$value" >> "$here/final.csv.tmp"
    [ -n "$value" ] || continue
    if [ -z "$best" ] || python3 -c "import sys; sys.exit(not $value > $best)"; then
      best=$value rate=$candidate
    fi
  done
  [ -n "$rate" ] || { echo "$design: no training was completed" >&2; continue; }
  for task in "${finals[@]}"; do
    for replicate in $(seq 1 "$seeds"); do
      value=$(train "$design" "$rate" "$task" "$replicate" test)
      echo "$design,$rate,${task%%:*},test,$replicate,$value" >> "$here/final.csv.tmp"
    done
  done
  echo "$design done at rate $rate"
done
mv "$here/final.csv.tmp" "$here/final.csv"
