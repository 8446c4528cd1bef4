#!/usr/bin/env bash
# Gates that do not depend on the clock: allocations of a steady step, and instructions of a step in
# our own kernels, the BLAS left out, as callgrind counts them on the processor that it emulates
# (AVX2). Its emulation is slow, so the steps are as small as steps can be: 2 examples of some 20
# tokens on the embedded default.
#
#   gates.sh [--record]      # --record writes thresholds.txt anew
set -euo pipefail
cd "$(dirname "$0")/.."
program=.build/release/autopeft
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
command -v valgrind > /dev/null || { echo "gates: valgrind is missing (apt install valgrind)" >&2; exit 1; }
# valgrind does not read the newest debugging information.
strip --strip-debug -o "$folder/autopeft" "$program"
ln -s "$PWD/.build/release/autopeft_Training.resources" "$folder/"

cat > "$folder/task.yaml" <<TASK
kind: pair-classification
metric: accuracy
labels: ["no", "yes"]
columns: {text: a, pair: b, label: y}
train: train.tsv
validation: validation.tsv
TASK
pairs() { # count
  printf 'a\tb\ty\n'
  for number in $(seq "$1"); do
    printf 'every old dog sees the small bird\tno cat near house %s\t%s\n' "$number" \
      "$([ $((number % 2)) = 0 ] && echo yes || echo no)"
  done
}
pairs 12 > "$folder/train.tsv"
pairs 2 > "$folder/validation.tsv"

# Instructions in kernels of a training of some examples, two a step.
instructions() { # method examples
  cat > "$folder/configuration.yaml" <<CONFIGURATION
version: 1
groups:
  - layers: 12
    methods: {$1: {}}
training: {epochs: 1, batch: 2, examples: $2, learning-rate: 1e-3, length: 24}
CONFIGURATION
  rm -rf "$folder/trained"
  OPENBLAS_CORETYPE=Haswell valgrind --tool=callgrind --callgrind-out-file="$folder/counts" \
    "$folder/autopeft" train "$folder/configuration.yaml" --task "$folder/task.yaml" \
    --output "$folder/trained" > "$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  python3 Benchmarks/kernel_instructions.py "$folder/counts"
}

failed=0
for method in lora bitfit adapter prefix; do
  allocations=$("$program" bench training --task nli2 --method "$method" --steps 30 --format json |
    python3 -c 'import json, sys; print(float(json.load(sys.stdin)["allocations_per_step"]))')
  few=$(instructions "$method" 4)
  many=$(instructions "$method" 12)
  steps=$(((many - few) / 4))
  echo "$method $steps" >> "$folder/measured"
  echo "$method: $allocations allocations a steady step, $steps kernel instructions a step"
  [ "$allocations" = 0.0 ] || { echo "gate: $method allocates in a steady step" >&2; failed=1; }
done
if [ "${1:-}" = --record ]; then
  cp "$folder/measured" Benchmarks/thresholds.txt
  exit $failed
fi
while read -r method limit; do
  measured=$(awk -v m="$method" '$1 == m { print $2 }' "$folder/measured")
  if [ "$measured" -gt $((limit + limit / 20)) ]; then
    echo "gate: $method takes $measured kernel instructions a step, recorded are $limit" >&2
    failed=1
  fi
done < Benchmarks/thresholds.txt
exit $failed
