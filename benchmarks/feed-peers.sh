#!/usr/bin/env bash
# Samples per second into the training loop, ours out of Kafka and peers from files: benchmarks/feed-peers.sh --from FOLDER [--rounds N] [--samples N] [--step-ms N]
# FOLDER holds photographs with captions, as import reads them. Everything else is made anew, beside target/peers.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
[ "${1:-}" = --from ] && [ $# -ge 2 ] || { sed -n 2,3p "$0" >&2; exit 2; }
from=$(cd -P "$2" && pwd)
shift 2
python=$root/trainer-feed/python
work=$root/benchmarks/target/peers
if ! "$work/venv/bin/python" -c 'import pairstream, streaming, webdataset, datasets, lancedb, litdata, psutil' 2> /dev/null; then
  python3 -m venv "$work/venv"
  pip=("$work/venv/bin/python" -m pip install -q --disable-pip-version-check)
  "${pip[@]}" -r "$python/benchmark/requirements-mosaicml.txt" >&2
  "${pip[@]}" -r "$python/benchmark/requirements.txt" "$python" >&2
fi
rm -rf "$work/data" "$work/files"
mkdir -p "$work/files"
printf 'token-sets:\n  clip: {tokenizer: clip}\n' > "$work/recipe.yaml"
"$root/pairstream" up --data-dir "$work/data" --recipe "$work/recipe.yaml" > "$work/up.log" 2>&1 &
platform=$!
trap 'kill $platform; wait $platform || true' EXIT
until [ -f "$work/data/platform.json" ]; do
  kill -0 $platform || { cat "$work/up.log" >&2; exit 3; }
  sleep 1
done
here=(--data-dir "$work/data")
"$root/pairstream" import "$from" --wait "${here[@]}" >&2
peers=("$work/venv/bin/python" "$python/benchmark/feed_peers.py")
"${peers[@]}" prepare "$work/files" --platform "$work/data" >&2
"${peers[@]}" run "$work/files" "$@"
