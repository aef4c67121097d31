#!/usr/bin/env bash
# Builds the images of deploy/Dockerfile, and the program first where it is not built.
#
#   build-images.sh [--base IMAGE] [--tag TAG] [--prefix NAME] [--app DIR]
#
#   --base IMAGE    the image with Java below them; the Dockerfile's own where none is named
#   --tag TAG       of the images; "latest" where none is named
#   --prefix NAME   what their names begin with; "localhost/pairstream/" where none is named,
#                   which no public registry answers for
#   --app DIR       the built program, taken as it is: command/target/app of a checkout, or an unpacked release
#
# Makes NAMEingest, NAMEfetch, NAMEpreprocess, NAMEoperate, NAMEpairstream and NAMEregistry, for this machine's platform.
# Exit status 2 for a wrong option, 69 where something that it needs is not there.
set -euo pipefail
root=$(cd -P "$(dirname "$0")/.." && pwd)
base= tag=latest prefix=localhost/pairstream/ app=

refuse() {
  printf 'build-images: %s\n' "$*" >&2
  exit 2
}

lack() {
  printf 'build-images: needs %s\n' "$*" >&2
  exit 69
}

case ${1:-} in -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;; esac
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || refuse "$1 needs a value"
  case $1 in
    --base) base=$2 ;;
    --tag) tag=$2 ;;
    --prefix) prefix=$2 ;;
    --app) app=$2 ;;
    *) refuse "there is no option $1; right are --base, --tag, --prefix, --app" ;;
  esac
  shift 2
done

[ "$(uname -s)" = Linux ] || lack "Linux: the native libraries that come into the images are this machine's"
command -v docker > /dev/null || lack "docker, and finds none"
if [ -z "$app" ] && [ -f "$root/lib/classes.lst" ]; then
  app=$root # an unpacked release
elif [ -z "$app" ]; then
  app=$root/command/target/app
  "$root/pairstream" --version > /dev/null
fi
for part in lib decoder; do
  [ -d "$app/$part" ] || refuse "--app: there is no $part in $app; ./pairstream --version builds it"
done
version=$(basename "$app"/lib/pairstream-*.jar .jar)
version=${version#pairstream-}
revision=$(git -C "$root" rev-parse HEAD 2> /dev/null \
  || unzip -p "$app/lib/pairstream-$version.jar" META-INF/MANIFEST.MF 2> /dev/null | sed -n 's/^Commit: *\([0-9a-f]*\).*/\1/p' | grep . \
  || echo unknown)

# Beside the program, on its file system, where that can be written.
stage=$(mktemp -d "$app/../images.XXXXXX" 2> /dev/null) || stage=$(mktemp -d)
trap 'rm -rf "$stage" "$stage.log"' EXIT
mkdir -p "$stage"/libraries "$stage"/own "$stage"/state/pairstream
# Links where the file system has them: nothing is copied twice.
cp -rl "$app/decoder" "$stage/decoder" 2> /dev/null || cp -r "$app/decoder" "$stage/decoder"
for jar in "$app"/lib/*.jar; do
  case ${jar##*/} in
    *-"$version".jar) to=$stage/own ;;
    *) to=$stage/libraries ;;
  esac
  ln "$jar" "$to/" 2> /dev/null || cp "$jar" "$to/"
done
cp "$root/deploy/health" "$stage/health"
# The user of a container owns none of these files.
chmod -R a+rX "$stage"
chmod 755 "$stage/health"

arguments=(--label "org.opencontainers.image.version=$version" --label "org.opencontainers.image.revision=$revision")
[ -z "$base" ] || arguments+=(--build-arg "BASE=$base")
# The older builder will do where the newer one is not installed.
docker buildx version > /dev/null 2>&1 || export DOCKER_BUILDKIT=0
for target in ingest fetch preprocess operate pairstream registry; do
  name=$prefix$target:$tag
  docker build -q -f "$root/deploy/Dockerfile" --target "$target" -t "$name" "${arguments[@]}" "$stage" > "$stage.log" 2>&1 || {
    cat "$stage.log" >&2
    exit 1
  }
  printf '%-40s %4d MB\n' "$name" "$(($(docker image inspect -f '{{.Size}}' "$name") / 1000000))"
done
