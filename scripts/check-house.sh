#!/usr/bin/env bash
# House rules that no compiler checks: catalogues are registered, files stay short, no loose ends.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
fault() { echo "check-house: $1" >&2; failed=1; }

# Every member of a catalogue stands in its registry.
while IFS= read -r folder; do
  registry=$(echo "$folder"/*Registry.swift)
  [ -f "$registry" ] || { fault "$folder has no registry"; continue; }
  for file in "$folder"/*.swift; do
    name=$(basename "$file" .swift)
    case $name in *Registry | *+*) continue ;; esac
    grep -q "\b$name\b" "$registry" || fault "$file is not in $registry"
  done
done < <(find Sources -type d -name Catalog)

# Loose ends.
if grep -rnE 'TODO|FIXME|XXX|fatalError\(|try!' Sources --include='*.swift'; then
  fault "the words above do not belong in Sources"
fi

# Length: 400 lines a file, unless its head says why.
while IFS= read -r file; do
  lines=$(wc -l < "$file")
  if [ "$lines" -gt 420 ] && ! head -20 "$file" | grep -q 'Length:'; then
    fault "$file has $lines lines (soft limit 400); split it, or say why in a line 'Length: …'"
  fi
done < <(find Sources -name '*.swift')

# Each outside package has exactly one owner.
for module in Yams GRDB Subprocess TextTable ArgumentParser Algorithms Logging Mustache RealModule; do
  owners=$(grep -rlE "^(public |internal |package |private )?import $module\b" Sources | cut -d/ -f2 | sort -u || true)
  [ "$(echo "$owners" | wc -w)" = 1 ] || fault "$module needs exactly one owner target, has: ${owners:-none}"
done

exit $failed
