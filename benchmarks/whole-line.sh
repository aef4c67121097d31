#!/usr/bin/env bash
# Pairs per second through the whole line on this machine: benchmarks/whole-line.sh --from PATH [--pairs N] [--rounds N] [--warm-up N]
#   [--captions N] [--recipe NAME|FILE] [--partitions N] [--operate | [--threads N] [--workers N]] [--score FOLDER] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec python3 "$root/benchmarks/src/main/python/line.py" --class-path "$root/benchmarks/target/classes:$root/command/target/app/lib/*" "$@"
