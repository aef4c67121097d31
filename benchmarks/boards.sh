#!/usr/bin/env bash
# Whether every query of Grafana boards finds something: benchmarks/boards.sh [BOARD.json ...]
#
# Runs the platform with a canary and a trainer, lets a real Prometheus (the program "prometheus")
# scrape it, and asks Prometheus each query of deploy/grafana and of the boards that are named, such
# as the stock board of kafka-lag-exporter, with the boards' own variables. Everything listens on
# loopback and lies in a temporary folder. Takes two to five minutes.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
for program in prometheus python3; do
  command -v "$program" > /dev/null || { echo "boards.sh needs $program" >&2; exit 3; }
done
folder=$(mktemp -d)
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait
  rm -rf "$folder"
}
trap finish EXIT
free_port() {
  python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
# What a program says of where it listens: the first line of its standard output, in JSON.
said() {
  until [ -s "$folder/$1.out" ]; do
    kill -0 "$2" || { cat "$folder/$1.err" >&2; exit 3; }
    sleep 0.2
  done
  python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())[sys.argv[2]])' "$folder/$1.out" "$3"
}
background() {
  "${@:2}" > "$folder/$1.out" 2> "$folder/$1.err" &
  pids+=($!)
}

data=(--data-dir "$folder/data")
background up "$root/pairstream" up "${data[@]}" --recipe demo --json
ingest=$(said up "${pids[-1]}" ingest_url)
background operate "$root/pairstream" operate "${data[@]}" --anonymous --canary 60s --json \
  --listen 127.0.0.1:0 --state-dir "$folder/operate"
target=$(said operate "${pids[-1]}" dashboard_url)
background feed "$root/pairstream" feed "${data[@]}" --batch-size 4
port=$(free_port)
cat > "$folder/prometheus.yml" << YAML
global: {scrape_interval: 2s}
scrape_configs:
  - job_name: pairstream
    honor_labels: true
    static_configs: [{targets: ["${target#http://}"]}]
YAML
background prometheus prometheus --config.file="$folder/prometheus.yml" \
  --storage.tsdb.path="$folder/prometheus.data" --web.listen-address="127.0.0.1:$port"
until curl -fsS "http://127.0.0.1:$port/-/ready" > /dev/null 2>&1; do
  kill -0 "${pids[-1]}" || { cat "$folder/prometheus.err" >&2; exit 3; }
  sleep 0.2
done

# Empty while all is well.
python3 "$root/benchmarks/boards.py" --prometheus "http://127.0.0.1:$port" --ingest "$ingest" \
  --may-be-empty "Partitions that need somebody" \
  --may-be-empty "Held up by open transactions" \
  "$root"/deploy/grafana/*.json "$@"
