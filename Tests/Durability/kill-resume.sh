#!/usr/bin/env bash
# Kills searches with SIGKILL at random moments, resumes each time, and compares byte for byte with
# the same search that was never killed: trials, winner, exported files.
#
#   kill-resume.sh [--kills N] [--trials N] [--seed N] [--pause TENTHS] [--space FILE] [--task NAME]
#                  [--backbone DIR] [--strategy NAME] [--format NAME] [--program FILE] [--set K=V]…
#
# A killed search that ends before N kills is compared, and another one is started.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$PWD/.build/release/autopeft

kills=25
trials=14
seed=7
space=spaces/quickstart.yaml
task=nli2
pause=15
format=config
options=()
settings=()
while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=$2 ;;
    --trials) trials=$2 ;;
    --seed) seed=$2 ;;
    --space) space=$2 ;;
    --task) task=$2 ;;
    --pause) pause=$2 ;;
    --format) format=$2 ;;
    --program) program=$2 ;;
    --backbone | --strategy) options+=("$1" "$2") ;;
    --set) settings+=(--set "$2") ;;
    *) echo "kill-resume: unknown option $1" >&2; exit 2 ;;
  esac
  shift 2
done
if [ ${#settings[@]} = 0 ]; then
  settings=(--set training.examples=300 --set training.epochs=2)
fi

work=$(mktemp -d)
trap 'pkill -9 -f "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
RANDOM=$seed

# Replaces the shell that calls it, so that a signal to that shell reaches the program.
search() {  # name
  exec "$program" search "$space" --task "$task" --run "$1" --runs-dir "$work" --trials "$trials" \
    --parallel 2 --seed "$seed" ${options[@]+"${options[@]}"} ${settings[@]+"${settings[@]}"}
}

# Writes what must be equal between two runs of one search.
record() {  # name
  "$program" verify "$1" --runs-dir "$work" 2>> "$work/verify.log" || { cat "$work/verify.log"; exit 1; }
  "$program" trials "$1" --runs-dir "$work" --format json --without-times > "$work/$1.trials"
  "$program" best "$1" --runs-dir "$work" --format json > "$work/$1.best"
  "$program" export "$1" --runs-dir "$work" --format "$format" --output "$work/$1.export" > "$work/$1.log"
  sed -i "s/$1/RUN/g" "$work/$1.export/README.md"
}

compare() {  # name
  for part in trials best; do
    cmp "$work/whole.$part" "$work/$1.$part" || {
      echo "kill-resume: $part of $1 differ from the search that was never killed" >&2
      diff "$work/whole.$part" "$work/$1.$part" | cut -c1-300 | head -20 >&2
      exit 1
    }
  done
  diff -r "$work/whole.export" "$work/$1.export" || {
    echo "kill-resume: the exported files of $1 differ" >&2
    exit 1
  }
}

# A moment between 0.05 s and `pause` tenths of a second from here.
wait_a_moment() {
  sleep "$(awk -v r=$RANDOM -v p="$pause" 'BEGIN { printf "%.3f", 0.05 + r / 32768 * p / 10 }')"
}

echo "kill-resume: the search that is never killed"
(search whole) > "$work/whole.log" 2>&1 || { tail -20 "$work/whole.log"; exit 1; }
record whole

done_kills=0
round=0
while [ $done_kills -lt "$kills" ]; do
  round=$((round + 1))
  run=killed-$round
  before=$done_kills
  spared=0
  while true; do
    if [ -e "$work/$run/study.sqlite" ]; then
      "$program" resume "$run" --runs-dir "$work" --parallel 2 >> "$work/$run.log" 2>&1 &
    else
      search "$run" >> "$work/$run.log" 2>&1 &
    fi
    controller=$!
    # Workers alone are killed once a search: their controller goes on, and a second loss of a worker
    # at the same step would rightly count as a failed trial.
    while [ $done_kills -lt "$kills" ]; do
      wait_a_moment
      kill -0 $controller 2>/dev/null || break
      victims=$((RANDOM % (spared == 0 ? 3 : 2) + spared))
      [ $victims = 1 ] || pkill -9 -P $controller 2>/dev/null || true
      [ $victims = 0 ] || kill -9 $controller 2>/dev/null || true
      done_kills=$((done_kills + 1))
      [ $victims = 0 ] || break
      spared=1
    done
    status=0
    wait $controller 2>/dev/null || status=$?
    case $status in
      0) break ;;
      137) ;;
      *) echo "kill-resume: exit code $status" >&2; tail -20 "$work/$run.log" >&2; exit 1 ;;
    esac
  done
  record "$run"
  compare "$run"
  echo "kill-resume: search $round, killed $((done_kills - before)) times, is byte-equal (trials, winner, export)"
done
echo "kill-resume: $done_kills kills, $round searches, all byte-equal"
