#!/usr/bin/env bash
# Trains every method for a moment, exports it in every format that holds it, loads each export with
# the real library, and writes the matrix of differences into docs/exports.md.
#
#   interop.sh ENVIRONMENTS [TASK]
#
# TASK is a generated task or a task file; without it the compared sentences are trained on.
# ENVIRONMENTS is a folder with the Python environments
# `peft` and `adapters`; what is missing is made with the newest versions from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
environments=${1:-.venv}
task=${2:+--task $2}
python=${PYTHON:-python3}
export OMP_NUM_THREADS=1

if [ ! -x "$environments/peft/bin/python" ]; then
  "$python" -m venv "$environments/peft"
  "$environments/peft/bin/pip" install --quiet torch transformers peft safetensors
fi
if [ ! -x "$environments/adapters/bin/python" ]; then
  "$python" -m venv "$environments/adapters"
  "$environments/adapters/bin/pip" install --quiet torch adapters safetensors numpy
fi
# adapters stays behind with transformers 4, where PEFT runs what it refuses with transformers 5.
"$environments/adapters/bin/python" -c 'import peft' 2>/dev/null ||
  "$environments/adapters/bin/pip" install --quiet peft

"$environments/peft/bin/python" scripts/interop/run.py .build/release/autopeft models/minilm \
  docs/exports.md $task "peft=$environments/peft/bin/python" \
  "peft=$environments/adapters/bin/python" "adapters=$environments/adapters/bin/python" \
  "transformers=$environments/peft/bin/python"
