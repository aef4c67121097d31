#!/usr/bin/env bash
# Pairs per second through the whole line on this machine: benchmarks/whole-line.sh --from PATH [--pairs N] [--rounds N] [--captions N] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
# The cleaning alone runs in this process, with the options of the service.
exec java -Xmx2g -Xmn500m -XX:+UseSerialGC -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.WholeLine "$@"
