#!/usr/bin/env bash
# Pairs through the HTTP door, and whether what was acknowledged is in Kafka: benchmarks/front-door.sh [--pairs N]
#   [--connections N] [--image-bytes N] [--kill] [--with-preprocessing] [--client wrk|python] [--json]
# Needs Python; wrk (apt install wrk) sends, or Python where there is none.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
here=$root/benchmarks
work=$here/target/front-door
mkdir -p "$work"
(cd "$root" && mvn -q -B -Dapp package -pl :pairstream -am) >&2
if ! cmp -s "$root/examples/requirements.txt" "$work/installed"; then
  python3 -m venv --clear "$work/python" >&2
  "$work/python/bin/pip" install -q -r "$root/examples/requirements.txt" >&2
  cp "$root/examples/requirements.txt" "$work/installed"
fi
exec "$work/python/bin/python" "$here/src/main/python/front_door.py" "$root" "$@"
