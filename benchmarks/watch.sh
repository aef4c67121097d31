#!/usr/bin/env bash
# What watching the lag of many groups costs: benchmarks/watch.sh [--groups N] [--topics N] [--partitions N] [--seconds N] [--stand N]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.watch.WatchCost "$@"
