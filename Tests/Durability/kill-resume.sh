#!/usr/bin/env bash
# Kills a search with SIGKILL at random moments, resumes it each time, and compares it byte for
# byte with the same search that was never killed: trials, winner, exported tensors.
#
#   kill-resume.sh [--kills N] [--trials N] [--seed N] [--space FILE] [--task NAME] [--set K=V]…
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/.build/release/autopeft

kills=25
trials=16
seed=7
space=spaces/quickstart.yaml
task=nli2
pause=40
extra=(--set training.examples=300 --set training.epochs=2)
options=()
while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=$2; shift 2 ;;
    --trials) trials=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    --space) space=$2; shift 2 ;;
    --task) task=$2; shift 2 ;;
    --pause) pause=$2; shift 2 ;;
    --backbone) options+=(--backbone "$2"); shift 2 ;;
    --set) options+=(--set "$2"); extra=(); shift 2 ;;
    *) echo "kill-resume: unknown option $1" >&2; exit 2 ;;
  esac
done
options+=(${extra[@]+"${extra[@]}"})

work=$(mktemp -d)
trap 'pkill -9 -f "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
RANDOM=$seed

search() {  # name
  "$program" search "$space" --task "$task" --run "$1" --runs-dir "$work" --trials "$trials" \
    --parallel 2 --seed "$seed" ${options[@]+"${options[@]}"}
}

echo "kill-resume: the search that is never killed"
search whole > "$work/whole.out" 2> "$work/whole.err"

echo "kill-resume: the search that is killed $kills times"
done_kills=0
unfinished=1
while [ $unfinished = 1 ]; do
  if [ -e "$work/killed/study.sqlite" ]; then
    setsid "$program" resume killed --runs-dir "$work" > "$work/killed.out" 2>> "$work/killed.err" &
  else
    rm -rf "$work/killed"
    search killed > "$work/killed.out" 2>> "$work/killed.err" &
  fi
  controller=$!
  if [ $done_kills -lt "$kills" ]; then
    # A moment between 0.05 and about `pause` tenths of a second after the start.
    sleep "$(awk -v r=$RANDOM -v p="$pause" 'BEGIN { printf "%.3f", 0.05 + r / 32768 * p / 10 }')"
    if kill -0 $controller 2>/dev/null; then
      case $((RANDOM % 3)) in
        0) kill -9 $controller 2>/dev/null || true ;;
        1) pkill -9 -f "worker --run $work/killed" || true ;;
        2) kill -9 $controller 2>/dev/null || true; pkill -9 -f "worker --run $work/killed" || true ;;
      esac
      done_kills=$((done_kills + 1))
    fi
  fi
  status=0
  wait $controller 2>/dev/null || status=$?
  case $status in
    0) [ $done_kills -lt "$kills" ] && [ "${again:-0}" -lt 1 ] && again=1; unfinished=0 ;;
    137) ;;
    *) echo "kill-resume: exit code $status"; tail -20 "$work/killed.err"; exit 1 ;;
  esac
done
echo "kill-resume: $done_kills kills before the search ended"

compare() {  # what, file, file
  cmp "$2" "$3" || { echo "kill-resume: $1 differ"; diff "$2" "$3" | head -20; exit 1; }
  echo "kill-resume: $1 are byte-equal"
}
for run in whole killed; do
  "$program" trials $run --runs-dir "$work" --format json --without-times > "$work/$run.trials"
  "$program" best $run --runs-dir "$work" --format json > "$work/$run.best"
  "$program" export $run --runs-dir "$work" --format config --output "$work/$run.export" > /dev/null
  "$program" verify $run --runs-dir "$work"
done
compare "trials" "$work/whole.trials" "$work/killed.trials"
compare "winners" "$work/whole.best" "$work/killed.best"
for file in "$work/whole.export"/*; do
  compare "exported $(basename "$file")" "$file" "$work/killed.export/$(basename "$file")"
done
