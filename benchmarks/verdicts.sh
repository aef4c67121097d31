#!/usr/bin/env bash
# Faults on a live platform, and what its dashboard says of them, after how long: benchmarks/verdicts.sh
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
table=$root/benchmarks/target/verdicts.md
mkdir -p "$(dirname "$table")"
rm -f "$table"
(cd "$root" && mvn -q -B -Dapp verify -pl system-tests -am -Dsurefire.failIfNoSpecifiedTests=false \
  -Dtest='LiveVerdictsTest#everyFaultIsToldByItsVerdictOnTheDashboard' "-Dpairstream.verdicts.table=$table") >&2
cat "$table"
