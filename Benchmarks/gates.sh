#!/usr/bin/env bash
# Gates that do not depend on the clock: allocations of a steady step, and instructions of a step in
# our own code (the BLAS left out) on a fixed kind of processor.
# gates.sh [--record]
set -euo pipefail
cd "$(dirname "$0")/.."
program=.build/release/autopeft
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
# valgrind does not read the newest debugging information.
strip --strip-debug -o "$folder/autopeft" "$program"
ln -s "$PWD/.build/release/autopeft_Training.resources" "$folder/"

# Instructions outside libopenblas of a run with some steps of the embedded default.
instructions() {
  OPENBLAS_CORETYPE=Haswell valgrind --tool=callgrind --callgrind-out-file="$folder/out" \
    "$folder/autopeft" bench training --task nli2 --method "$1" --examples 128 --steps "$2" --format json \
    > /dev/null 2> "$folder/log" || { cat "$folder/log"; exit 1; }
  python3 - "$folder/out" <<'PYTHON'
import re, sys

# Callgrind's format: `ob=(number) name` sets the object of the following costs; a line after
# `calls=` is the inclusive cost of a call and is left out.
names, current, total, is_call = {}, None, 0, False
for line in open(sys.argv[1]):
    match = re.match(r"ob=\((\d+)\)(?: (.*))?", line)
    if match:
        if match[2]:
            names[match[1]] = match[2].strip()
        current = names[match[1]]
    elif re.match(r"cob=\((\d+)\) ", line):
        number, name = re.match(r"cob=\((\d+)\) (.*)", line).groups()
        names[number] = name.strip()
    elif line.startswith("calls="):
        is_call = True
    elif re.match(r"[+\-*\d]", line):
        if not is_call and "openblas" not in (current or ""):
            total += int(line.split()[1])
        is_call = False
print(total)
PYTHON
}

failed=0
for method in lora bitfit adapter prefix; do
  allocations=$("$program" bench training --task nli2 --method "$method" --steps 30 --format json |
    python3 -c 'import json, sys; print(float(json.load(sys.stdin)["allocations_per_step"]))')
  few=$(instructions "$method" 2)
  many=$(instructions "$method" 6)
  steps=$(((many - few) / 4))
  echo "$method $steps" >> "$folder/measured"
  echo "$method: $allocations allocations a steady step, $steps instructions a step"
  [ "$allocations" = 0.0 ] || { echo "gate: $method allocates in a steady step" >&2; failed=1; }
done
if [ "${1:-}" = --record ]; then
  cp "$folder/measured" Benchmarks/thresholds.txt
elif [ ! -e Benchmarks/thresholds.txt ]; then
  echo "gate: Benchmarks/thresholds.txt is missing; record it with gates.sh --record" >&2
  failed=1
else
  while read -r method limit; do
    measured=$(awk -v m="$method" '$1 == m { print $2 }' "$folder/measured")
    if [ "$measured" -gt $((limit + limit / 20)) ]; then
      echo "gate: $method takes $measured instructions a step, recorded are $limit" >&2
      failed=1
    fi
  done < Benchmarks/thresholds.txt
fi
exit $failed
