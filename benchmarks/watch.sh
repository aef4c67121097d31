#!/usr/bin/env bash
# What watching the lag of many groups costs, beside Burrow where --burrow or the variable BURROW names its executable (nothing is downloaded):
# benchmarks/watch.sh [--groups N] [--partitions N] [--warm-up N] [--rounds N] [--seconds N] [--burrow PATH]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec python3 "$root/benchmarks/src/main/python/watch.py" --class-path "$root/benchmarks/target/classes:$root/command/target/app/lib/*" "$@"
