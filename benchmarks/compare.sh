#!/usr/bin/env bash
# Our cleaning beside its peers, on the same files: benchmarks/compare.sh CORPUS [--json] [--seconds N] [--rounds N]
#   [--captions FILE.tsv] [--only NAME,...] [--no-quality]
# The first time it installs the peers into benchmarks/target/compare, from wherever pip is set to look (6 GB).
# What cannot be had is reported as absent, with the reason. benchmarks/README.md says what is compared.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
here=$root/benchmarks
work=$here/target/compare
mkdir -p "$work"
arguments=()

# A virtual environment and what failed, if it did, in one line.
environment() {
  local name=$1 list=$here/src/main/python/$1.txt
  cmp -s "$list" "$work/$name.installed" && return
  echo "installing $name" >&2
  { [ -x "$work/$name/bin/python" ] || python3 -m venv "$work/$name"; } >"$work/$name.log" 2>&1 || return 0
  if "$work/$name/bin/pip" install -q -r "$list" >>"$work/$name.log" 2>&1; then
    cp "$list" "$work/$name.installed"
    return
  fi
  # One package that is not to be had must not take the others with it.
  grep -v '^#' "$list" | while read -r package; do
    "$work/$name/bin/pip" install -q "$package" >>"$work/$name.log" 2>&1 || true
  done
}

peer() {
  if [ -x "$work/$1/bin/python" ]; then
    arguments+=("--peer=$2=$work/$1/bin/python $here/src/main/python/contender.py $2")
  else
    arguments+=("--absent=$2=no virtual environment: $(tail -n 1 "$work/$1.log" | cut -c 1-200)")
  fi
}

environment peers
environment img2dataset
peer img2dataset img2dataset
for name in opencv torchvision torchvision_whole pillow pillow_lanczos pyvips dali; do
  peer peers $name
done
if "$work/peers/bin/python" -c 'import cv2, numpy' 2>/dev/null; then
  arguments+=("--quality-command=$work/peers/bin/python $here/src/main/python/quality.py")
else
  arguments+=("--absent=quality=no OpenCV for the reference; see $work/peers.log")
fi
if ! command -v gcc >/dev/null; then
  arguments+=("--absent=floor=no gcc on this machine")
elif gcc -O2 -Wall -o "$work/floor" "$here/src/main/c/floor.c" -lturbojpeg -lpthread 2>"$work/floor.log"; then
  arguments+=("--peer=floor=$work/floor")
else
  arguments+=("--absent=floor=$(grep -m 1 -E 'error|cannot find' "$work/floor.log" | cut -c 1-200) (libturbojpeg's headers are in libturbojpeg0-dev)")
fi

(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
app=$root/command/target/app
classes=$here/target/classes:$app/lib/*
workers=$(printf '%s:' "$app"/lib/image-worker-*.jar "$app"/lib/cleaning-*.jar)$app/decoder/*
# As a worker itself is run, but for the memory that the files take.
inside="java -Xmx1g -XX:+UseSerialGC -Dorg.bytedeco.javacpp.nopointergc=true"
inside+=" -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0"
exec python3 "$here/src/main/python/compare.py" --work "$work" \
  "--peer=pairstream=$inside -cp $classes:$workers io.pairstream.image.worker.InProcess" \
  "--peer=pairstream-default=$inside -Dpairstream.compare.default=true -cp $classes:$workers io.pairstream.image.worker.InProcess" \
  "--peer=pairstream-workers=java -Xmx1g -cp $classes io.pairstream.benchmarks.ContenderMain $workers" \
  "--captions-command=java -cp $classes io.pairstream.benchmarks.CaptionWork" "${arguments[@]}" "$@"
