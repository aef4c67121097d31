#!/usr/bin/env bash
# Tries compose.yaml on this machine, under a name and on ports of its own, and takes it down again: pairs and a link
# come in through the ingest API, a broker and a preprocessing container are killed meanwhile, and everything is accounted for.
#
#   smoke.sh [--tls] [--base IMAGE] [--kafka IMAGE] [--app DIR] [--compose COMMAND]
#
#   --tls               with certificates and rights, as tls/compose.yaml has them; needs openssl too
#   --base IMAGE        the image with Java, as build-images.sh has it ($PAIRSTREAM_BASE_IMAGE)
#   --kafka IMAGE       the brokers ($PAIRSTREAM_KAFKA_IMAGE)
#   --app DIR           the built program, taken as it is
#   --compose COMMAND   "docker compose", or "docker-compose" where there is no other
#
# Needs Linux, docker with compose (version 2, or 1.29), curl and Python 3. Exit status 0 if all went well, 2 for a
# wrong option, 69 where something that it needs is not there.
set -euo pipefail
here=$(cd -P "$(dirname "$0")" && pwd)
base=${PAIRSTREAM_BASE_IMAGE:-} app= compose= tls=
pairs=24

refuse() {
  printf 'smoke: %s\n' "$*" >&2
  exit 2
}

lack() {
  printf 'smoke: needs %s\n' "$*" >&2
  exit 69
}

case ${1:-} in -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
while [ $# -gt 0 ]; do
  [ "$1" != --tls ] || { tls=yes; shift; continue; }
  [ $# -ge 2 ] || refuse "$1 needs a value"
  case $1 in
    --base) base=$2 ;;
    --kafka) export PAIRSTREAM_KAFKA_IMAGE=$2 ;;
    --app) app=$2 ;;
    --compose) compose=$2 ;;
    *) refuse "there is no option $1; right are --tls, --base, --kafka, --app, --compose" ;;
  esac
  shift 2
done
[ "$(uname -s)" = Linux ] || lack "Linux: the native libraries in the images are this machine's"
for command in docker curl python3; do
  command -v "$command" > /dev/null || lack "$command, and finds none"
done
if [ -z "$compose" ]; then
  compose="docker compose"
  $compose version > /dev/null 2>&1 || compose=docker-compose
fi
$compose version > /dev/null 2>&1 || lack "docker compose, and finds none"

scratch=$(mktemp -d)
echo 'services: {}' > "$scratch/brief.yaml"
name=pairstream-smoke-$$
# A registry that is this machine: a missing image is pulled from no other registry.
images=localhost/$name/
config=/etc/pairstream/client.properties
web_server=
begin=$SECONDS

say() {
  printf '%4d s  %s\n' "$((SECONDS - begin))" "$*"
}

fail() {
  say "FAILED: $*" >&2
  exit 1
}

finish() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    stack ps || true
    for service in broker-1 broker-2 broker-3 ${tls:+acls} registry topics ingest fetch operate preprocess-1 preprocess-2; do
      stack logs --no-color --tail 12 "$service" || true
    done
    docker ps -aq --filter "label=com.docker.compose.project=$name" \
      | xargs -r docker inspect -f '{{.Name}} {{.State.Status}} {{.State.ExitCode}}{{if .State.Health}} {{.State.Health.Status}}{{end}}' || true
  fi >&2
  [ -z "$web_server" ] || kill "$web_server" 2> /dev/null || true
  docker ps -aq --filter "name=^/$name-draw$" | xargs -r docker rm -f > /dev/null 2>&1 || true
  stack --profile tools down -v --remove-orphans --timeout 5 > /dev/null 2>&1 \
    || say "containers may be left: docker ps -a --filter label=com.docker.compose.project=$name" >&2
  docker images --format '{{.Repository}}:{{.Tag}}' "$images*" | xargs -r docker rmi > /dev/null 2>&1 || true
  rm -rf "$scratch" || say "left behind: $scratch" >&2
  exit "$status"
}

stack() {
  $compose -p "$name" -f "$here/compose.yaml" ${tls:+-f "$here/tls/compose.yaml"} -f "$scratch/brief.yaml" "$@"
}

# The id of a service's container.
container() {
  docker ps -aq --filter "label=com.docker.compose.project=$name" --filter "label=com.docker.compose.service=$1" \
    --filter "label=com.docker.compose.oneoff=False"
}

# Runs one command of Pairstream beside the services, with the command's own certificate.
pairstream() {
  PAIRSTREAM_CLIENT=${client:-$1} stack run --rm -T pairstream "$@" 2> "$scratch/said"
}

# await SECONDS WHAT COMMAND…: until the command succeeds.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > "$scratch/seen" 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what; last seen: $(tail -c 2000 "$scratch/seen")"
    sleep 1
  done
}

# Whether all of these services are; one question for all, as each takes its time.
healthy() {
  local service
  docker ps -a --filter "label=com.docker.compose.project=$name" --filter "label=com.docker.compose.oneoff=False" \
    --format '{{.Label "com.docker.compose.service"}} is {{.Status}}' | tee "$scratch/health"
  for service in "$@"; do
    grep -q "^$service is Up .*(healthy)" "$scratch/health" || return 1
  done
}

# reaches SECONDS FROM TO PORT NETWORK: whether a connection comes about in time, by the address that TO has in NETWORK.
reaches() {
  local address
  address=$(docker inspect -f "{{(index .NetworkSettings.Networks \"${name}_$5\").IPAddress}}" "$(container "$3")")
  docker exec "$(container "$2")" timeout "$1" bash -c "exec 3<> /dev/tcp/$address/$4" 2> /dev/null
}

# get PORT PATH: an answer of a service, asked with the key.
get() {
  curl -sS -m 60 -H "@$scratch/authorization" "http://127.0.0.1:$1$2"
}

# field NAME…: of the JSON on standard input.
field() {
  python3 -c '
import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1:]:
    value = value.get(name)  # None where an answer is a problem
print(json.dumps(value) if isinstance(value, (dict, list, bool)) else value)' "$@"
}

# taken LINES: whether the ingest API accepts all its pairs. A refused batch is sent again; a pair that is sent twice is a copy.
taken() {
  curl -sS -m 60 -H "@$scratch/authorization" -H 'Content-Type: application/jsonl' --data-binary "@$1" \
    "http://127.0.0.1:$PAIRSTREAM_INGEST_PORT/v1/batches" > "$1.answer"
  tail -n 1 "$1.answer" | tee "$scratch/answer"
  [ "$(field taken < "$scratch/answer")" = "$pairs" ]
}

# linked FILE: whether the ingest API accepts the link in it.
linked() {
  curl -sS -m 60 -H "@$scratch/authorization" -H 'Content-Type: application/json' \
    --data-binary "@$1" "http://127.0.0.1:$PAIRSTREAM_INGEST_PORT/v1/pairs" | tee "$scratch/answer"
  case $(field id < "$scratch/answer") in '' | None) return 1 ;; esac
}

# keyed: whether a key is made. If its making is not confirmed, another one is made.
keyed() {
  pairstream keys create --config "$config" --producer smoke --scope publish,read,view > "$scratch/key" || {
    cat "$scratch/said"
    return 1
  }
}

# audited: whether an audit could be made; $audit is its status.
audited() {
  audit=0
  pairstream audit --config "$config" --json > "$scratch/audit" || audit=$?
  cat "$scratch/said"
  [ "$audit" != 3 ]
}

# send FOLDER: its pairs through the ingest API.
send() {
  # An image and its words lie side by side.
  python3 -c '
import base64, json, pathlib, sys
for words in sorted(pathlib.Path(sys.argv[1]).glob("*.txt")):
    image = next(file for file in words.parent.glob(words.stem + ".*") if file != words)
    print(json.dumps({"caption": words.read_text().strip(), "image": base64.b64encode(image.read_bytes()).decode()}))' "$1" > "$1.jsonl"
  await 300 "the ingest API does not accept $pairs pairs" taken "$1.jsonl"
}

# decided LINES: whether all pairs of it have a final status.
decided() {
  python3 -c '
import json, sys
answers = map(json.loads, open(sys.argv[1]))
print(json.dumps({"ids": [answer["id"] for answer in answers if answer.get("id")]}))' "$1.answer" > "$scratch/ids"
  curl -sS -m 60 -H "@$scratch/authorization" -H 'Content-Type: application/json' --data-binary "@$scratch/ids" \
    "http://127.0.0.1:$PAIRSTREAM_INGEST_PORT/v1/statuses" | tee "$scratch/statuses"
  python3 -c '
import json, sys
answer = json.load(sys.stdin)
sys.exit(bool(answer["unknown"]) or not all(status["final"] for status in answer["statuses"]))' < "$scratch/statuses"
}

published() {
  get "$PAIRSTREAM_INGEST_PORT" "/v1/pairs/$1" | tee "$scratch/pair"
  case $(field status < "$scratch/pair") in TRAINING | VALIDATION | TEST) ;; *) return 1 ;; esac
}

# Whether every group that was ever there keeps up; prints their sentences.
keeps_up() {
  get "$PAIRSTREAM_OPERATE_PORT" /v1/lag | python3 -c '
import json, sys
lag = json.load(sys.stdin)
groups = [group for group in lag["groups"] if group["state"] != "Absent"]
print("; ".join(group["group"] + " " + group["sentence"] for group in groups))
names = {group["group"] for group in groups}
sys.exit(not (lag["ready"] and {"pairs-preprocess", "pairs-fetch"} <= names
              and all(group["verdict"] in ("OK", "IDLE") for group in groups)))'
}

# Whether doctor finds nothing wrong; prints what it finds that is not OK, the worst last.
all_well() {
  pairstream doctor --config "$config" --recipe demo --decode-deadline PT25S --json > "$scratch/doctor"
  python3 -c '
import json, sys
worst = ["WARNING", "UNKNOWN", "WRONG"]
checks = [check for check in json.load(sys.stdin)["checks"] if check["level"] in worst]
for check in sorted(checks, key=lambda check: worst.index(check["level"])):
    print("%(level)s %(check)s: %(found)s; right: %(right)s; %(remedy)s" % check)' < "$scratch/doctor" 2> /dev/null || {
    cat "$scratch/said" "$scratch/doctor"
    return 1
  }
  [ "$(field wrong < "$scratch/doctor")" = 0 ] && [ "$(field unknown < "$scratch/doctor")" = 0 ]
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$here/build-images.sh" --prefix "$images" --tag smoke ${base:+--base "$base"} ${app:+--app "$app"} > "$scratch/images"
say "images are built"

read -r PAIRSTREAM_INGEST_PORT PAIRSTREAM_OPERATE_PORT < <(python3 -c '
import socket
taken = [socket.socket() for _ in range(2)]
for each in taken:
    each.bind(("127.0.0.1", 0))
print(*(each.getsockname()[1] for each in taken))')
export PAIRSTREAM_INGEST_PORT PAIRSTREAM_OPERATE_PORT
export PAIRSTREAM_IMAGES=$images PAIRSTREAM_TAG=smoke PAIRSTREAM_REGISTRY_IMAGE=${images}registry:smoke
export PAIRSTREAM_PARTITIONS=4
export PAIRSTREAM_THREADS=1 PAIRSTREAM_PREPROCESS_OPTIONS="--recipe demo --decode-deadline PT25S"
# Any of the private networks that containers get: the web server below has an address in one of them.
export PAIRSTREAM_FETCH_OPTIONS="--allow-address 172.16.0.0/12 --allow-address 192.168.0.0/16 --allow-address 10.0.0.0/8 --per-host-interval PT0.01S"

# A try is brief: it gains nothing from a compiler that pays off later.
brief="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
{
  echo "services:"
  for service in broker-1 broker-2 broker-3; do
    echo "  $service: {environment: {KAFKA_OPTS: '$brief'}}"
  done
  for service in ingest fetch preprocess-1 preprocess-2; do
    echo "  $service: {environment: {JDK_JAVA_OPTIONS: '$brief'}}"
  done
} > "$scratch/brief.yaml"

if [ -n "$tls" ]; then
  export PAIRSTREAM_CERTIFICATES=$scratch/certificates
  "$here/tls/certificates.sh" "$PAIRSTREAM_CERTIFICATES" || lack "certificates"
  say "certificates are made"
fi
mkdir "$scratch/drawn"
docker run --rm --name "$name-draw" --user "$(id -u):$(id -g)" --read-only --tmpfs /tmp:exec -v "$scratch/drawn:/drawn" "${images}pairstream:smoke" \
  draw --pairs $((2 * pairs + 1)) /drawn/pairs > "$scratch/draw.log" 2>&1 &
drawing=$!
stack up -d > "$scratch/up.log" 2>&1 || {
  cat "$scratch/up.log" >&2
  fail "compose does not come up"
}
wait "$drawing" || fail "no pairs were drawn: $(tail -n 3 "$scratch/draw.log")"
services=(broker-1 broker-2 broker-3 registry preprocess-1 preprocess-2 ingest fetch operate)
await 300 "not every service became healthy" healthy "${services[@]}"
say "${#services[@]} services are healthy"

await 300 "no key was made" keyed
(umask 077 && printf 'Authorization: Bearer %s\n' "$(tr -d '\r\n' < "$scratch/key")" > "$scratch/authorization")
mkdir "$scratch/first" "$scratch/second" "$scratch/web"
for file in "$scratch"/drawn/pairs/*; do
  index=$((10#$(basename "${file%.*}")))
  if [ "$index" -lt "$pairs" ]; then to=first; elif [ "$index" -lt $((2 * pairs)) ]; then to=second; else to=web; fi
  cp "$file" "$scratch/$to/"
done
[ "$(curl -sS -o /dev/null -w '%{http_code}' -F caption=none "http://127.0.0.1:$PAIRSTREAM_INGEST_PORT/v1/pairs")" = 401 ] \
  || fail "the ingest API accepted a request without a key"
say "a key is made"

# This machine stands for the web, to which the fetcher alone has a way.
gateway=$(docker network inspect -f '{{(index .IPAM.Config 0).Gateway}}' "${name}_web")
python3 -u -m http.server --bind "$gateway" --directory "$scratch/web" 0 > "$scratch/web.log" 2>&1 &
web_server=$!
await 120 "no web server" grep -q 'port [0-9]' "$scratch/web.log"
web_port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$scratch/web.log" | head -n 1)
# What must be reached first: a look that sees nothing finds no way either.
reaches 120 fetch registry 8080 fetching || fail "the fetcher does not reach the registry"
reaches 120 preprocess-1 registry 8080 inside || fail "preprocessing does not reach the registry"
for service in ingest:8080:inside ingest:8080:front operate:8082:inside operate:8082:front preprocess-1:8090:inside; do
  IFS=: read -r to port network <<< "$service"
  ! reaches 2 fetch "$to" "$port" "$network" || fail "the fetcher reaches $to in the network $network"
done
! reaches 2 preprocess-1 fetch 8090 web || fail "preprocessing reaches what is outside"
say "the fetcher reaches no other service, and preprocessing nothing outside"

send "$scratch/first"
picture=$(basename "$(find "$scratch/web" -type f ! -name '*.txt')")
python3 -c 'import json, sys; print(json.dumps({"caption": open(sys.argv[1]).read().strip(), "url": sys.argv[2]}))' \
  "$scratch/web/${picture%.*}.txt" "http://$gateway:$web_port/$picture" > "$scratch/link"
await 300 "the ingest API does not accept the link" linked "$scratch/link"
link=$(field id < "$scratch/answer")
docker kill "$(container broker-2)" "$(container preprocess-1)" > /dev/null
say "killed a broker and a preprocessing container, with $pairs pairs and a link under way"
send "$scratch/second"
# As its restart policy does where a process dies by itself.
docker start "$(container preprocess-1)" > /dev/null
await 300 "the first batch is not decided" decided "$scratch/first.jsonl"
await 300 "the second batch is not decided" decided "$scratch/second.jsonl"
await 300 "the link is not fetched and published" published "$link"
say "with two brokers, and the preprocessing container started again, $((2 * pairs)) pairs and the link are decided"

docker start "$(container broker-2)" > /dev/null
await 300 "what was killed is not healthy again" healthy broker-2 preprocess-1
await 300 "the dashboard's verdict is not OK" keeps_up
say "lag: $(cat "$scratch/seen")"
await 300 "doctor finds something wrong" all_well
say "doctor: $(field ok < "$scratch/doctor") ok, $(field warning < "$scratch/doctor") warnings, nothing wrong, on three brokers"
await 300 "no audit can be made" audited
[ "$audit" = 0 ] || fail "audit: $(cat "$scratch/audit" "$scratch/said")"
say "audit: $(cat "$scratch/audit")"

if [ -n "$tls" ]; then
  ! client=producer pairstream audit --config "$config" > /dev/null || fail "a producer's certificate lets an audit read"
  grep -q "Kafka refuses a right" "$scratch/said" || fail "an audit with a producer's certificate: $(cat "$scratch/said")"
  say "a certificate gives its own rights alone"
fi
for service in ingest fetch operate preprocess-1 preprocess-2; do
  id=$(container "$service")
  before=$(date +%s%N)
  docker stop -t 60 "$id" > /dev/null
  took=$((($(date +%s%N) - before) / 1000000))
  status=$(docker inspect -f '{{.State.ExitCode}}' "$id")
  say "SIGTERM: $service ended after $took ms with status $status"
  case $status in 0 | 143) ;; *) fail "$service did not end by itself" ;; esac
done
say "passed"
