#!/usr/bin/env bash
# Damaged copies of real files through the image workers: benchmarks/mutations.sh FOLDER [--inputs N] [--seed S] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -Djava.awt.headless=true -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.mutations.MutationSoak "$@"
