#!/usr/bin/env bash
# Memory of one image worker over many images: benchmarks/worker-soak.sh FOLDER [--images N] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.WorkerSoak "$@"
