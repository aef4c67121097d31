#!/usr/bin/env bash
# Verifies the accounts of a load that was sent before, by its ledger: exit status 0 where they close, 1 where they do not,
# 2 wrong usage, 3 where that cannot be found out:
# system-tests/verify.sh --ledger FILE [--bootstrap-servers HOST:PORT] [--schema-registry URL] [--dataset NAME]
#   [--wait-seconds N]
# Without --dataset, the ledger names it; without addresses, those on which `pairstream up` listens.
set -euo pipefail
command -v java > /dev/null || { echo "verify: needs java, and finds none" >&2; exit 3; }
root=$(cd -P "$(dirname "$0")/.." && pwd)
classes=$root/system-tests/target/test-classes
if [ ! -e "$classes/io/pairstream/chaos/verify/VerifyMain.class" ] || [ ! -e "$root/command/target/app/lib" ]; then
  (cd "$root" && mvn -q -B package -DskipTests -pl system-tests -am) >&2 || exit 3
fi
exec java -Xmx1g -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError -cp "$classes:$root/command/target/app/lib/*" io.pairstream.chaos.verify.VerifyMain "$@"
