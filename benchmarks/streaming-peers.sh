#!/usr/bin/env bash
# Our whole line beside Python consumers and a Flink job, by turns on one broker: benchmarks/streaming-peers.sh --from PATH [--pairs N] [--rounds N]
#   [--warm-up N] [--recipe NAME|FILE] [--partitions N] [--json]
# The first time it installs the peers into benchmarks/target/streaming-peers (5 GB, most of it torch) and builds the job, from wherever
# pip and Maven are set to look. benchmarks/streaming-peers/README.md says what is compared.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
here=$root/benchmarks/streaming-peers
work=$root/benchmarks/target/streaming-peers
for tool in java mvn python3; do
  command -v $tool > /dev/null || { echo "streaming-peers: there is no $tool on this machine" >&2; exit 3; }
done
python3 -c 'import ensurepip' 2> /dev/null || { echo "streaming-peers: Python has no venv (python3-venv on Debian)" >&2; exit 3; }
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "streaming-peers: the Flink job has OpenCV for Linux on x86-64 only" >&2; exit 3; }
ldconfig -p | grep -q libturbojpeg.so.0 || echo "streaming-peers: without libturbojpeg (apt install libturbojpeg0) ours decodes more slowly" >&2
if ! cmp -s "$here/requirements.txt" "$work/installed.txt"; then
  echo "streaming-peers: installing torch and others into $work" >&2
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$work/installed.txt"
fi
mvn -q -B package -f "$here/flink/pom.xml" >&2
flink="java -Xmx1200m -Xmn400m -XX:+UseParallelGC -Dorg.bytedeco.javacpp.nopointergc=true"
for package in util lang nio; do flink+=" --add-opens=java.base/java.$package=ALL-UNNAMED"; done
python=$work/venv/bin/python
exec "$root/benchmarks/whole-line.sh" --operate "--peer=same_work='$python' '$here/same_work.py'" "--peer=python='$python' '$here/peer.py'" \
  "--peer=flink=$flink -cp '$here/flink/target/classes:$here/flink/target/lib/*' peers.FlinkPeer" "$@"
