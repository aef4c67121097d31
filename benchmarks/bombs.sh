#!/usr/bin/env bash
# How long the gate takes to turn away files made to cost much: benchmarks/bombs.sh
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.bombs.Bombs "$@"
