#!/usr/bin/env bash
# How long gate and worker take to reject files made to cost much: benchmarks/bombs.sh
# How long 40 photographs take with 20 of them in between, and without: benchmarks/bombs.sh FOLDER
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.bombs.Bombs "$@"
