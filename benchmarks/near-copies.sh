#!/usr/bin/env bash
# Which copies of photographs are found: benchmarks/near-copies.sh FOLDER
# The first time it installs ImageHash and Pillow into benchmarks/target. benchmarks/README.md has the figures.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
here=$root/benchmarks
work=$here/target/near-copies
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q -r "$here/src/main/python/near_copies.txt"
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
app=$root/command/target/app
workers=$(printf '%s:' "$app"/lib/image-worker-*.jar "$app"/lib/cleaning-*.jar)$app/decoder/*
exec "$work/venv/bin/python" "$here/src/main/python/near_copies.py" "$1" "$work/copies" \
  java -cp "$here/target/classes:$app/lib/*" io.pairstream.benchmarks.PerceptualHashes "$workers"
