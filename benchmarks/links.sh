#!/usr/bin/env bash
# Three fetchers share links, by partitions or as a share group, and one is killed: benchmarks/links.sh [--links N] [--hosts N] [--rounds N] [--no-kill]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.links.LinkQueues "$@"
