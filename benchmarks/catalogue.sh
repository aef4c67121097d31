#!/usr/bin/env bash
# How long the catalogue of pairs takes to be made and opened, and what it takes on disk: benchmarks/catalogue.sh [--quarantined N] [--accepted N] [--image-bytes N] [--rounds N] [--json]
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
exec java -Xmx300m -cp "$root/benchmarks/target/classes:$root/command/target/app/lib/*" io.pairstream.benchmarks.catalogue.CatalogueTimes "$@"
