#!/usr/bin/env bash
# The fetcher beside img2dataset's downloader, on 2,000 local hosts: benchmarks/fetch.sh [HOSTS [PER_HOST [CONNECTIONS [ROUNDS]]]]
# The first time it installs img2dataset into benchmarks/target/compare, from wherever pip is set to look. Linux only.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
work=$root/benchmarks/target/compare
mkdir -p "$work"
list=$root/benchmarks/src/main/python/img2dataset.txt
if ! cmp -s "$list" "$work/img2dataset.installed"; then
  python3 -m venv "$work/img2dataset"
  "$work/img2dataset/bin/pip" install -q -r "$list" >&2
  cp "$list" "$work/img2dataset.installed"
fi
(cd "$root" && mvn -q -B -Dapp package -pl benchmarks -am) >&2
path="$root/benchmarks/target/classes:$root/command/target/app/lib/*"
ours="java -Xmx512m -XX:+UseParallelGC -Xmn320m -XX:MaxInlineLevel=9 -XX:FreqInlineSize=150 -XX:InlineSmallCode=1200 -cp $path io.pairstream.benchmarks.FetchContender LIST"
exec python3 "$root/benchmarks/src/main/python/fetch.py" "$work" "$path" "${1:-2000}" "${2:-5}" "${3:-256}" "${4:-5}" \
  "pairstream=$ours no-robots" "pairstream-robots=$ours robots" \
  "img2dataset=$work/img2dataset/bin/python $root/benchmarks/src/main/python/fetch_peer.py LIST"
