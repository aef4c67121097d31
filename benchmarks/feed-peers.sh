#!/usr/bin/env bash
# Samples per second into the training loop, ours out of Kafka and peers from files, pictures of 256 and 128 px in turn:
# benchmarks/feed-peers.sh --from FOLDER [--rounds N] [--samples N] [--step-ms N] [--kind plain] [--only NAME]
# FOLDER holds 700 photographs or more with captions, as import reads them. All else is made anew, below target/peers.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
[ "${1:-}" = --from ] && [ $# -ge 2 ] || { sed -n 2,4p "$0" >&2; exit 2; }
from=$(cd -P "$2" && pwd)
shift 2
python=$root/trainer-feed/python
work=$root/benchmarks/target/peers
if ! "$work/venv/bin/python" -c 'import pairstream, streaming, webdataset, datasets, lancedb, litdata, psutil' 2> /dev/null; then
  python3 -m venv "$work/venv"
  pip=("$work/venv/bin/python" -m pip install -q --disable-pip-version-check)
  "${pip[@]}" -r "$python/benchmark/requirements-mosaicml.txt" >&2
  "${pip[@]}" -r "$python/benchmark/requirements.txt" "$python[kafka]" >&2
fi
rm -rf "$work/data" "$work/files"
mkdir -p "$work/files"
here=(--data-dir "$work/data")
peers=("$work/venv/bin/python" "$python/benchmark/feed_peers.py")
platform=
trap 'stop' EXIT
stop() {
  [ -z "$platform" ] || { kill "$platform"; wait "$platform" || true; }
  platform=
}
start() {
  "$root/pairstream" up "${here[@]}" "$@" > "$work/up.log" 2>&1 &
  platform=$!
  until grep -q "Ctrl-C stops it" "$work/up.log"; do
    kill -0 $platform || { cat "$work/up.log" >&2; exit 3; }
    sleep 1
  done
}
for side in 256 128; do
  stop
  printf 'image: {side-px: %s, min-side-px: 128}\ntoken-sets:\n  clip: {tokenizer: clip}\n' $side > "$work/$side.yaml"
  start --dataset side-$side --recipe "$work/$side.yaml"
  "$root/pairstream" import "$from" --wait --dataset side-$side "${here[@]}" >&2
  "${peers[@]}" prepare "$work/files/$side" --platform "$work/data" --dataset side-$side >&2
done
"${peers[@]}" run "$work/files/256" "$work/files/128" --platform "$work/data" "$@"
