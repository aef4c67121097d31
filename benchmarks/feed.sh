#!/usr/bin/env bash
# Samples per second and processor time of the Java feed, by the shapes that it hands out: benchmarks/feed.sh [--samples N] [--from FOLDER] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*:$root/command/target/app/decoder/*" io.pairstream.benchmarks.FeedPixels "$@"
