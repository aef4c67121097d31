#!/usr/bin/env bash
# base-image.sh FROM TO: makes the image TO of a thin image FROM and this machine's own glibc, util-linux, libudev and libturbojpeg,
# as a public Java image has them. For tests only, where no image can be pulled: never publish it.
set -euo pipefail
from=$1 to=$2
libraries=$(dirname "$(ldconfig -p | sed -n 's/.*libc\.so\.6 (.*x86-64.*=> //p' | head -n 1)")
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p "$stage/root/usr/bin" "$stage/root/usr/lib/x86_64-linux-gnu"
commands=(unshare setpriv prlimit)
for command in "${commands[@]}"; do
  cp -L "$(type -P "$command")" "$stage/root/usr/bin/"
done
{
  for name in libc.so.6 libpthread.so.0 libdl.so.2 librt.so.1 libm.so.6 libutil.so.1 libstdc++.so.6 libgcc_s.so.1 libz.so.1 libudev.so.1; do
    echo "$libraries/$name"
  done
  [ ! -e "$libraries/libturbojpeg.so.0" ] || echo "$libraries/libturbojpeg.so.0"
  ldd "$stage"/root/usr/bin/* | grep -oE '/lib/x86_64-linux-gnu/[^ ]+'
} | sort -u | while read -r library; do
  cp -L "$library" "$stage/root/usr/lib/x86_64-linux-gnu/"
done
printf 'FROM %s\nCOPY root/usr/ /usr/\n' "$from" > "$stage/Dockerfile"
docker buildx version > /dev/null 2>&1 || export DOCKER_BUILDKIT=0
docker build -q -t "$to" "$stage" > "$stage/log" 2>&1 || {
  cat "$stage/log" >&2
  exit 1
}
