#!/usr/bin/env bash
# A first search on the embedded backbone: 40 trials, two workers, no download.
# With --brief a small one that only shows that the program works from end to end.
set -euo pipefail
cd "$(dirname "$0")/.."
program=.build/release/autopeft

trials=40
settings=()
name=quickstart
if [ "${1:-}" = --brief ]; then
  trials=8
  settings=(--set training.examples=200 --set training.epochs=1)
  name=quickstart-brief
fi
number=1
run=$name
while [ -e "runs/$run" ]; do
  number=$((number + 1))
  run=$name-$number
done

"$program" search spaces/quickstart.yaml --task nli2 --run "$run" --trials "$trials" --parallel 2 \
  ${settings[@]+"${settings[@]}"}
"$program" best "$run"
echo
echo "Next: $program trials $run; $program show $run; $program export $run --format config --output exported"
