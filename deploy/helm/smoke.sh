#!/usr/bin/env bash
# Tries the chart on a cluster, in a namespace of its own with Pod Security `restricted`, and takes it away again. It runs the
# commands of pairstream/README.md as they are written there, sends pairs through a killed pod, an upgrade, a rollback and a
# change to certificates, asks a model, looks at the walls, and accounts for everything.
#
#   smoke.sh [--prefix NAME] [--tag TAG] [--from CHART] [--kafka IMAGE] [--trainer IMAGE] [--app DIR] [--keep]
#
#   --prefix NAME     what the images' names begin with, as build-images.sh has it; the cluster has or finds them
#   --tag TAG         of the images
#   --from CHART      an earlier release's chart, a .tgz, which is installed and then upgraded to this one; its images have
#                     its version as their tag
#   --kafka IMAGE     another image of the broker
#   --trainer IMAGE   an image with python3 and the wheel with its extra `kafka`: a Job of it reads batches
#   --app DIR         the built program, which draws pairs: command/target/app of a checkout, or an unpacked release
#   --keep            leaves the namespace where it fails
#
# The cluster is that of $PAIRSTREAM_KUBECONFIG, or kubectl's; $PAIRSTREAM_KUBE_OPTIONS are further options. Needs kubectl, helm, curl, openssl, Java 17 and Python 3, and seven volumes of a default StorageClass.
# Exit status 0 if all went well, 2 for a wrong option, 69 where something that it needs is not there.
set -euo pipefail
here=$(cd -P "$(dirname "$0")" && pwd)
root=$(cd -P "$here/../.." && pwd)
prefix=localhost/pairstream/ tag= from= kafka= trainer= app= keep=
pairs=24 # of a batch; three are sent

refuse() {
  printf 'smoke: %s\n' "$*" >&2
  exit 2
}

lack() {
  printf 'smoke: needs %s\n' "$*" >&2
  exit 69
}

[ -z "${PAIRSTREAM_KUBECONFIG:-}" ] || export KUBECONFIG=$PAIRSTREAM_KUBECONFIG
# shellcheck disable=SC2086
set -- "$@" ${PAIRSTREAM_KUBE_OPTIONS:-}

case ${1:-} in -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
while [ $# -gt 0 ]; do
  [ "$1" != --keep ] || { keep=yes; shift; continue; }
  [ $# -ge 2 ] || refuse "$1 needs a value"
  case $1 in
    --prefix) prefix=$2 ;;
    --tag) tag=$2 ;;
    --from) from=$2 ;;
    --kafka) kafka=$2 ;;
    --trainer) trainer=$2 ;;
    --app) app=$2 ;;
    *) refuse "there is no option $1; right are --prefix, --tag, --from, --kafka, --trainer, --app, --keep" ;;
  esac
  shift 2
done
for command in kubectl helm curl openssl java python3; do
  command -v "$command" > /dev/null || lack "$command, and finds none"
done
[ -n "$app" ] || { app=$root; [ -d "$app/lib" ] || app=$root/command/target/app; }
[ -d "$app/lib" ] || lack "the built program: ./pairstream --version builds it"
kubectl get --raw /readyz > /dev/null 2>&1 || lack "a cluster, and kubectl reaches none"

scratch=$(mktemp -d)
name=pairstream-smoke-$$
begin=$SECONDS
background=()

say() {
  printf '%4d s  %s\n' "$((SECONDS - begin))" "$*"
}

fail() {
  say "FAILED: $*" >&2
  exit 1
}

finish() {
  local status=$? each
  if [ "$status" -ne 0 ]; then
    kubectl get pods -o wide || true
    kubectl get events --sort-by=.lastTimestamp 2> /dev/null | tail -n 15 || true
    for each in $(kubectl get pods -o name 2> /dev/null); do
      echo "== $each"
      kubectl logs "$each" --all-containers --tail 12 || true
    done
  fi >&2
  for each in "${background[@]}"; do kill "$each" 2> /dev/null || true; done
  if [ "$status" -eq 0 ] || [ -z "$keep" ]; then
    kubectl delete namespace "$name" --ignore-not-found --wait --timeout 180s > /dev/null 2>&1 \
      || say "left behind: namespace $name" >&2
  fi
  rm -rf "$scratch" || say "left behind: $scratch" >&2
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# await SECONDS WHAT COMMAND…: until the command succeeds.
await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > "$scratch/seen" 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || fail "$what; last seen: $(tail -c 2000 "$scratch/seen")"
    sleep 1
  done
}

# readme HEADING: commands under the heading of README.md, but for those that make a cluster or images.
readme() {
  awk -v heading="## $1" '$0 == heading { on = 1; next } /^## / { on = 0 } on && /^```/ { code = !code; next } on && code' \
    "$here/pairstream/README.md" | grep -v '^kind \|^deploy/build-images'
}

# run_readme HEADING WHICH: runs those of them that contain the words, as they are written, from a copy of the chart.
run_readme() {
  readme "$1" | grep -F -- "$2" > "$scratch/commands" || fail "README.md has no command '$2' under $1"
  (cd "$scratch/stage" && . "$scratch/commands") 2> "$scratch/warnings" || fail "$(cat "$scratch/commands"): $(tail -n 5 "$scratch/warnings")"
  ! grep -i 'podsecurity\|would violate' "$scratch/warnings" || fail "Pod Security warns"
}

# Runs one command of Pairstream in the release's pod for it.
pairstream() {
  kubectl exec deploy/pictures-tools -- /pairstream "$@"
}

field() {
  python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1]))' "$1"
}

# forward SERVICE PORT: an address of this machine, in $forwarded.
forward() {
  kubectl port-forward "service/pictures-$1" ":$2" > "$scratch/forward-$1" 2>&1 &
  background+=($!)
  await 60 "no way to $1" grep -q 'Forwarding from 127' "$scratch/forward-$1"
  forwarded=127.0.0.1:$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\).*/\1/p' "$scratch/forward-$1" | head -n 1)
}

# send FILE: its pairs through the ingest API, at $door.
send() {
  curl -sSk -m 120 -H "@$scratch/stage/authorization" -H 'Content-Type: application/jsonl' --data-binary "@$1" "$door/v1/batches" > "$1.answer"
  tail -n 1 "$1.answer" | tee "$scratch/answer"
  [ "$(field taken < "$scratch/answer")" = "$pairs" ]
}

# decided FILE: whether all its pairs have a final status.
decided() {
  python3 -c '
import json, sys
answers = map(json.loads, open(sys.argv[1]))
print(json.dumps({"ids": [answer["id"] for answer in answers if answer.get("id")]}))' "$1.answer" > "$scratch/ids"
  curl -sSk -m 60 -H "@$scratch/stage/authorization" -H 'Content-Type: application/json' --data-binary "@$scratch/ids" \
    "$door/v1/statuses" | tee "$scratch/statuses"
  python3 -c '
import json, sys
answer = json.load(sys.stdin)
sys.exit(bool(answer["unknown"]) or not all(status["final"] for status in answer["statuses"]))' < "$scratch/statuses"
}

# audited: whether an audit finds nothing wrong with all that came in.
audited() {
  pairstream audit --json > "$scratch/audit" 2> "$scratch/said"
}

# reaches FROM TO PORT: whether a connection comes about.
reaches() {
  kubectl exec "$1" -- timeout 4 bash -c "exec 3<> /dev/tcp/$2/$3" > /dev/null 2>&1
}

# walls: what each line of standard input says: FROM TO PORT yes|no.
walls() {
  local from to port wanted seen looks=0
  while read -r from to port wanted; do
    seen=no
    # A way that has to be there may take a moment; one that must not be is looked at once.
    for _ in 1 2 3; do
      ! reaches "$from" "$to" "$port" < /dev/null || { seen=yes; break; }
      [ "$wanted" = yes ] || break
    done
    [ "$seen" = "$wanted" ] || fail "$from reaches $to:$port: $seen, and should: $wanted"
    looks=$((looks + 1))
  done
  say "walls: $looks of $looks ways are as the policies say"
}

# stranger NAME LABELS [IMAGE COMMAND]: a pod that is not of the release, and waits or does that.
stranger() {
  kubectl apply -f - > /dev/null << POD
apiVersion: v1
kind: Pod
metadata: {name: $1, labels: {$2}}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 0
  securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: stranger
      image: ${3:-${prefix}pairstream:$version}
      imagePullPolicy: IfNotPresent
      workingDir: /tmp
      command: [bash, -c, "${4:-trap exit TERM; while :; do sleep 3600 & wait; done}"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
POD
}

# stage CHART TAG: the chart that the commands name, with the images of this cluster.
stage() {
  rm -rf "$scratch/stage/deploy/helm/pairstream"
  mkdir -p "$scratch/stage/deploy/helm"
  if [ -d "$1" ]; then cp -rL "$1" "$scratch/stage/deploy/helm/"; else tar xzf "$1" -C "$scratch/stage/deploy/helm"; fi
  sed -i "s|^  prefix: .*|  prefix: $prefix|; s|^  tag: .*|  tag: \"$2\"|" "$scratch/stage/deploy/helm/pairstream/values.yaml"
}

# begin_traffic: sends one pair after another, each over a connection of its own, until end_traffic, which counts the answers.
begin_traffic() {
  kubectl exec gateway -- rm -f /tmp/stop
  # shellcheck disable=SC2016
  kubectl exec gateway -- bash -c '
    body=/tmp/one size=$(wc -c < /tmp/one) key=$(cat /tmp/authorization)
    while [ ! -e /tmp/stop ]; do
      status=refused
      if { exec 3<> /dev/tcp/$1/8080; } 2> /dev/null; then
        { printf "POST /v1/batches HTTP/1.1\r\nHost: pictures-ingest\r\n%s\r\nContent-Type: application/jsonl\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" "$key" "$size"
          cat "$body"; } >&3 2> /dev/null
        IFS=" " read -r -t 60 _ status _ <&3
        exec 3>&-
      fi
      echo "${status:-no answer}"
      sleep 0.3
    done' traffic "$(kubectl get service pictures-ingest -o jsonpath='{.spec.clusterIP}')" > "$scratch/traffic" 2> /dev/null &
  traffic=$!
  background+=("$traffic")
  await 60 "no traffic" grep -q 200 "$scratch/traffic"
  changing=$SECONDS
}

# end_traffic WHAT: what happened meanwhile; each pair has to be taken at the first try.
end_traffic() {
  local took=$((SECONDS - changing))
  kubectl exec gateway -- touch /tmp/stop
  wait "$traffic" || true
  say "$1 in $took s: $(grep -c '^200$' "$scratch/traffic") of $(wc -l < "$scratch/traffic") pairs were taken at the first try"
  ! grep -qv '^200$' "$scratch/traffic" || fail "refused meanwhile: $(sort "$scratch/traffic" | uniq -c | tr '\n' ';')"
}

# upgrade SETTING…: the release with further values.
upgrade() {
  (cd "$scratch/stage" && helm upgrade pictures deploy/helm/pairstream --reset-then-reuse-values --wait --timeout 10m "$@") > "$scratch/upgraded" 2> "$scratch/warnings" \
    || fail "helm upgrade $*: $(tail -n 5 "$scratch/warnings")"
  ! grep -i 'podsecurity\|would violate' "$scratch/warnings" || fail "Pod Security warns"
}

instances() {
  kubectl get statefulset pictures-preprocess -o jsonpath='{.spec.replicas}'
}

version=${tag:-$(sed -n 's/^appVersion: //p' "$here/pairstream/Chart.yaml")}
if [ -n "$from" ]; then
  earlier=$(tar xzOf "$from" pairstream/Chart.yaml | sed -n 's/^appVersion: "\{0,1\}\([^"]*\)"\{0,1\}$/\1/p')
  stage "$from" "$earlier"
else
  stage "$here/pairstream" "$version"
fi
cp "$here/kafka.yaml" "$scratch/stage/deploy/helm/"
[ -z "$kafka" ] || sed -i "s|image: apache/kafka.*|image: $kafka|" "$scratch/stage/deploy/helm/kafka.yaml"

kubectl config view --raw --minify --flatten > "$scratch/kubeconfig"
export KUBECONFIG=$scratch/kubeconfig
kubectl create namespace "$name" > /dev/null
kubectl label namespace "$name" pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted > /dev/null
kubectl config set-context --current --namespace "$name" > /dev/null
say "Kubernetes $(kubectl version -o json | python3 -c 'import json, sys; print(json.load(sys.stdin)["serverVersion"]["gitVersion"])'), helm $(helm version --template '{{.Version}}')"

# The first page, as it is written.
run_readme "On kind, in five commands" "kubectl apply"
run_readme "On kind, in five commands" "kubectl create secret"
run_readme "On kind, in five commands" "helm install"
restarts=$(kubectl get pods -l app.kubernetes.io/instance=pictures -o jsonpath='{range .items[*]}{.status.containerStatuses[0].restartCount} {end}')
say "installed and ready; restarts of each pod: $restarts"
case $restarts in *[1-9]*) fail "a service ended where it should wait" ;; esac
run_readme "On kind, in five commands" "keys create"
grep -q 'Bearer .' "$scratch/stage/authorization" || fail "no key was made"
say "a key is made"

java -cp "$app/lib/*" io.pairstream.cli.Main draw "$scratch/drawn" --pairs $((4 * pairs)) > /dev/null 2> "$scratch/draw.log" || fail "no pairs were drawn: $(tail -n 3 "$scratch/draw.log")"
python3 - "$scratch" "$pairs" << 'PYTHON'
import base64, json, pathlib, sys
scratch, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
lines = []
for words in sorted((scratch / "drawn").glob("*.txt")):
    image = next(file for file in words.parent.glob(words.stem + ".*") if file != words)
    lines.append(json.dumps({"caption": words.read_text().strip(), "image": base64.b64encode(image.read_bytes()).decode()}))
for batch in range(len(lines) // size):
    (scratch / f"batch-{batch}").write_text("\n".join(lines[batch * size : (batch + 1) * size]) + "\n")
(scratch / "one").write_text(lines[0] + "\n")
last = json.loads(lines[-1])
(scratch / "last.image").write_bytes(base64.b64decode(last["image"]))
(scratch / "last.caption").write_text(last["caption"])
PYTHON
cp "$(ls "$scratch"/drawn/*.jpg "$scratch"/drawn/*.jpeg "$scratch"/drawn/*.png 2> /dev/null | head -n 1)" "$scratch/stage/dog.jpg"

# Its forward ends with the subshell's own process group; it is found by its words.
(cd "$scratch/stage" && readme "On kind, in five commands" | grep 'port-forward\|^curl' > "$scratch/commands" && . "$scratch/commands"; kill %1) > "$scratch/answer" 2> /dev/null
grep -q '"id"' "$scratch/answer" || fail "the first pair was not taken: $(cat "$scratch/answer")"
say "the first pair is taken"

forward ingest 8080
door=http://$forwarded
await 120 "the ingest API does not take $pairs pairs" send "$scratch/batch-0"
kubectl delete pod pictures-preprocess-0 --grace-period=0 --force > /dev/null 2>&1
killed=$SECONDS
say "killed a preprocessing pod, with $pairs pairs under way"
await 120 "the ingest API does not take $pairs pairs" send "$scratch/batch-1"
await 300 "the first batch is not decided" decided "$scratch/batch-0"
await 300 "the second batch is not decided" decided "$scratch/batch-1"
say "both batches are decided, $((SECONDS - killed)) s after the kill"

for command in "topics ls" doctor audit "feed --until-end"; do
  run_readme Commands "/pairstream $command" > "$scratch/said"
  say "/pairstream $command: $(tail -n 1 "$scratch/said" | cut -c 1-120)"
done

if [ -n "$trainer" ]; then
  kubectl apply -f - > /dev/null << JOB
apiVersion: batch/v1
kind: Job
metadata: {name: trainer}
spec:
  backoffLimit: 0
  template:
    metadata: {labels: {app: trainer}}
    spec:
      restartPolicy: Never
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: trainer
          image: $trainer
          imagePullPolicy: IfNotPresent
          workingDir: /tmp
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          command:
            - python3
            - -c
            - |
              import pairstream
              source = pairstream.open("kafka:9092", registry="http://pictures-registry:8080", dataset="pairs", split="training")
              source.cut().save("/tmp/train.view")
              with pairstream.Loader(source, "/tmp/train.view", batch_size=8, seed=7, epochs=1) as loader:
                  shapes = [batch.images.shape for batch in loader]
              print(sum(shape[0] for shape in shapes), "samples of", shapes[0][1:])
JOB
  await 180 "the trainer does not end" kubectl wait --for=condition=Complete job/trainer --timeout=1s
  say "a trainer's Job: $(kubectl logs job/trainer | tail -n 1)"
fi

# Walls, first with every peer let in.
stranger stranger "app: stranger"
stranger gateway "app: gateway"
kubectl wait --for=condition=Ready pod/stranger pod/gateway --timeout=120s > /dev/null
api=$(kubectl get service kubernetes -n default -o jsonpath='{.spec.clusterIP}')
walls << WAYS
stranger pictures-ingest 8080 yes
stranger pictures-operate 8082 yes
stranger pictures-registry 8080 yes
stranger pictures-preprocess-1.pictures-preprocess 8090 no
pictures-preprocess-1 pictures-registry 8080 yes
pictures-preprocess-1 kafka 9092 yes
pictures-preprocess-1 pictures-operate 8082 no
pictures-preprocess-1 pictures-ingest 8080 no
pictures-preprocess-1 $api 443 no
pictures-ingest-0 pictures-preprocess-1.pictures-preprocess 8090 no
pictures-ingest-0 $api 443 no
pictures-operate-0 $api 443 no
deploy/pictures-tools pictures-registry 8080 yes
deploy/pictures-tools pictures-ingest 8080 no
WAYS

kubectl exec -i gateway -- bash -c 'cat > /tmp/one' < "$scratch/one"
kubectl exec -i gateway -- bash -c 'cat > /tmp/authorization' < "$scratch/stage/authorization"
fetching=()
if [ -n "$trainer" ]; then
  stranger web "app: web" "$trainer" "python3 -m http.server 8000"
  kubectl wait --for=condition=Ready pod/web --timeout=120s > /dev/null
  kubectl exec -i web -- bash -c 'cat > /tmp/dog.jpg' < "$scratch/last.image"
  web=$(kubectl get pod web -o jsonpath='{.status.podIP}')
  fetching=(--set fetch.replicas=1 --set "fetch.networks[0]=$web/32")
fi
begin_traffic
stage "$here/pairstream" "$version"
upgrade --set podLabels.try=two "${fetching[@]}" \
  --set 'networkPolicies.from.ingest[0].podSelector.matchLabels.app=gateway' \
  --set 'networkPolicies.from.operate[0].podSelector.matchLabels.app=gateway' \
  --set 'networkPolicies.from.registry[0].podSelector.matchLabels.app=trainer'
end_traffic "upgraded${from:+ from $earlier}"
walls << WAYS
stranger pictures-ingest 8080 no
stranger pictures-operate 8082 no
stranger pictures-registry 8080 no
gateway pictures-ingest 8080 yes
gateway pictures-operate 8082 yes
gateway pictures-registry 8080 no
pictures-preprocess-1 pictures-registry 8080 yes
deploy/pictures-tools pictures-registry 8080 yes
WAYS

if [ -n "$trainer" ]; then
  forward ingest 8080
  python3 -c 'import json, sys; print(json.dumps({"caption": open(sys.argv[1]).read(), "url": sys.argv[2]}))' "$scratch/last.caption" "http://$web:8000/dog.jpg" \
    | curl -sS -m 60 -H "@$scratch/stage/authorization" -H 'Content-Type: application/json' --data-binary @- "http://$forwarded/v1/pairs" > "$scratch/answer"
  link=$(field id < "$scratch/answer")
  fetched() {
    curl -sS -m 60 -H "@$scratch/stage/authorization" "http://$forwarded/v1/pairs/$link" | tee "$scratch/pair"
    case $(field status < "$scratch/pair") in TRAINING | VALIDATION | TEST) ;; *) return 1 ;; esac
  }
  await 120 "the link is not fetched and published" fetched
  say "a link to a web server in the cluster is fetched and published"
  fetch=$(kubectl get pod -l app.kubernetes.io/component=fetch -o jsonpath='{.items[0].metadata.name}')
  walls << WAYS
$fetch $web 8000 yes
$fetch kafka 9092 yes
$fetch pictures-operate 8082 no
$fetch pictures-ingest 8080 no
$fetch $api 443 no
WAYS
fi

# What an autoscaler has decided stays, when it is switched on and off.
upgrade --set preprocess.autoscaling.enabled=true
[ "$(instances)" = 2 ] || fail "switching autoscaling on left $(instances) of 2 instances"
kubectl scale statefulset pictures-preprocess --replicas=3 > /dev/null
upgrade --set preprocess.autoscaling.recordsPerReplica=9000
[ "$(instances)" = 3 ] || fail "an upgrade left $(instances) of the autoscaler's 3 instances"
upgrade --set preprocess.autoscaling.enabled=false
[ "$(instances)" = 3 ] || fail "switching autoscaling off left $(instances) of 3 instances"
upgrade --set podLabels.try=three --set preprocess.replicas=1
[ "$(instances)" = 1 ] || fail "preprocess.replicas=1 left $(instances) instances"
say "autoscaling on, 3 instances, off: they stay; then preprocess.replicas counts"
begin_traffic
helm rollback pictures --wait --timeout 10m > /dev/null
[ "$(instances)" = 3 ] || fail "a rollback left $(instances) of 3 instances"
end_traffic "rolled back"

# A model of 284 bytes, the mean brightness of a picture, in a volume.
kubectl apply -f - > /dev/null << CLAIM
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: models}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: models}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 0
  securityContext: {runAsNonRoot: true, runAsUser: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
  containers:
    - name: models
      image: ${prefix}pairstream:$version
      imagePullPolicy: IfNotPresent
      command: [bash, -c, "trap exit TERM; while :; do sleep 3600 & wait; done"]
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      volumeMounts: [{name: models, mountPath: /models}]
  volumes: [{name: models, persistentVolumeClaim: {claimName: models}}]
CLAIM
kubectl wait --for=condition=Ready pod/models --timeout=120s > /dev/null
base64 -d << MODEL | kubectl exec -i models -- bash -c 'cat > /models/brightness.onnx'
CAg6kQIKOwoGcGl4ZWxzEgNhbGwiClJlZHVjZU1lYW4qDwoEYXhlc0ABQAJAA6ABByoPCghrZWVwZGltcxgAoAECCjoKBnBpeGVscxIEZWFjaCIKUmVkdWNl
TWVhbioNCgRheGVzQAJAA6ABByoPCghrZWVwZGltcxgAoAECChwKA2FsbAoDb25lEgVmaXJzdCIJVW5zcXVlZXplCikKBWZpcnN0CgRlYWNoEgVzY29yZSIG
Q29uY2F0KgsKBGF4aXMYAaABAhIEdGlueSoMCAEQBzoBAUIDb25lWiAKBnBpeGVscxIWChQIARIQCgIIAQoCCAMKAggQCgIIEGIXCgVzY29yZRIOCgwIARII
CgIIAQoCCARCBAoAEA0=
MODEL
kubectl exec -i models -- bash -c 'cat > /models/brightness.yaml' << CARD
name: brightness
file: brightness.onnx
licence: CC0-1.0
source: made by a script
picture: {tensor: pixels, side-px: 16, scale: 0.00392156862745098}
outputs:
  brightness: {tensor: score}
CARD
kubectl delete pod models --wait > /dev/null

# Certificates, by an authority of the release's own.
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$scratch/ca.key" -out "$scratch/ca.crt" -days 2 -subj /CN=smoke 2> /dev/null
printf 'schema-registry.schema.registry.ssl.truststore.type=PEM\nschema-registry.schema.registry.ssl.truststore.location=/etc/pairstream/ca.crt\n' > "$scratch/client.properties"
kubectl create secret generic kafka-client --from-file="$scratch/client.properties" --from-file="$scratch/ca.crt" > /dev/null
for service in ingest operate registry; do
  openssl req -newkey rsa:2048 -nodes -keyout "$scratch/$service.key" -out "$scratch/$service.csr" -subj "/CN=pictures-$service" 2> /dev/null
  openssl x509 -req -in "$scratch/$service.csr" -CA "$scratch/ca.crt" -CAkey "$scratch/ca.key" -CAcreateserial -days 2 -out "$scratch/$service.crt" \
    -extfile <(printf 'subjectAltName=DNS:pictures-%s,DNS:pictures-%s.%s\n' "$service" "$service" "$name") 2> /dev/null
  kubectl create secret tls "$service-tls" --cert="$scratch/$service.crt" --key="$scratch/$service.key" > /dev/null
done
login=()
if [ -n "$trainer" ]; then
  openssl rand -hex 24 | kubectl create secret generic login --from-file=secret=/dev/stdin > /dev/null
  login=(--set "operate.oidc.issuer=https://$web:8000" --set operate.oidc.client=pictures --set operate.oidc.secret=login --set operate.oidc.roles.curators=review)
fi
upgrade --set kafka.clientSecret=kafka-client --set registry.tlsSecret=registry-tls --set ingest.tlsSecret=ingest-tls --set operate.tlsSecret=operate-tls \
  --set score.enabled=true --set score.modelsClaim=models --set score.resources.requests.cpu=50m --set score.resources.requests.memory=512Mi \
  "${login[@]}"
forward ingest 8080
door=https://$forwarded
[ "$(curl -sSk -o /dev/null -w '%{http_code}' "$door/health/ready")" = 200 ] || fail "health does not answer by another name"
forward operate 8082
[ "$(curl -sSk -o /dev/null -w '%{http_code}' -H "@$scratch/stage/authorization" "https://$forwarded/v1/lag")" = 200 ] || fail "the dashboard does not answer by a forward"
await 120 "the ingest API does not take $pairs pairs" send "$scratch/batch-2"
await 300 "the third batch is not decided" decided "$scratch/batch-2"
say "with certificates all are ready, and a batch is decided"
walls << WAYS
stranger pictures-ingest 8080 no
stranger pictures-operate 8082 no
stranger pictures-registry 8080 no
gateway pictures-ingest 8080 yes
gateway pictures-operate 8082 yes
pictures-ingest-0 pictures-registry 8080 yes
pictures-ingest-0 pictures-operate 8082 no
pictures-operate-0 kafka 9092 yes
deploy/pictures-score kafka 9092 yes
deploy/pictures-score pictures-registry 8080 yes
deploy/pictures-score pictures-operate 8082 no
deploy/pictures-score $api 443 no
WAYS
if [ -n "$trainer" ]; then
  walls << WAYS
pictures-operate-0 $web 8000 yes
pictures-ingest-0 $web 8000 no
deploy/pictures-score $web 8000 no
WAYS
fi
answered() {
  pairstream profile --json > "$scratch/profile" 2> "$scratch/said"
  python3 -c '
import json, sys
[card] = json.load(sys.stdin)["answers"]
print(card)
sys.exit(card["answered"] == 0 or card["unanswered"] + card["failed"] > 0)' < "$scratch/profile"
}
await 300 "the model is not asked" answered
say "a model has answered: $(cat "$scratch/seen")"

run_readme Commands "helm test" > "$scratch/said" || fail "helm test: $(kubectl logs pictures-doctor | tail -n 20)"
say "helm test: $(grep -i phase "$scratch/said" | head -n 1)"
await 300 "an audit finds something wrong" audited
say "audit: $(python3 -c 'import json, sys; print(", ".join("%s: %s" % each for each in json.load(open(sys.argv[1])).items() if isinstance(each[1], int)))' "$scratch/audit")"
helm uninstall pictures --wait > /dev/null
kubectl wait --for=delete pod -l app.kubernetes.io/instance=pictures --timeout=120s > /dev/null 2>&1 || fail "pods stay after helm uninstall"
say "helm uninstall leaves: $(kubectl get pvc -l app.kubernetes.io/instance=pictures -o name | wc -l) claims, $(kubectl get all -l app.kubernetes.io/instance=pictures -o name | wc -l) other resources"
say "passed"
