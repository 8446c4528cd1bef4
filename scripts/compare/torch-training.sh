#!/usr/bin/env bash
# Makes the Python environments where they are missing and compares training speed with PyTorch.
#
#   torch-training.sh ENVIRONMENTS OPTIONS…    (the options of torch_training.py)
set -euo pipefail
cd "$(dirname "$0")/../.."
environments=$1
shift
python=${PYTHON:-python3}

environment() {  # name, packages…
  local folder=$environments/$1
  shift
  [ -x "$folder/bin/python" ] && return
  "$python" -m venv "$folder"
  "$folder/bin/pip" install --quiet "$@"
}
environment peft torch transformers peft safetensors
environment adapters torch adapters safetensors
exec "$environments/peft/bin/python" scripts/compare/torch_training.py \
  --environments "$environments" "$@"
