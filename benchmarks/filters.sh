#!/usr/bin/env bash
# What models are worth as filters: benchmarks/filters.sh FOLDER CARDS [--most N] [--json]
# FOLDER has captions.jsonl and its photographs; CARDS, what pairstream models get has laid there.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
here=$root/benchmarks
work=$here/target/filters
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q -r "$here/src/main/python/filters.txt"
rm -rf "$work/pictures"
exec "$work/venv/bin/python" "$here/src/main/python/filters.py" "$1" "$2" "$work/pictures" "${@:3}" \
  -- "$root/pairstream" models try
