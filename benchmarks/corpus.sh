#!/usr/bin/env bash
# A corpus for compare.sh: benchmarks/corpus.sh TO [--photographs DIR] [--large COUNT]
#
# Takes the photographs of DIR as they are, and makes variants of them and of Debian's wallpapers
# (where apt is): sizes, qualities, progressive, grey, CMYK, turned by EXIF, WebP, PNG.
# With --large, TO/large gets COUNT photographs of four megapixels. The same sources give the same files.
set -euo pipefail
here=$(cd -P "$(dirname "$0")" && pwd)
[ $# -ge 1 ] || { sed -n 2,7p "$0" >&2; exit 2; }
to=$1
shift
packages="gnome-backgrounds lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers ukui-wallpapers"
work=$here/target/compare
mkdir -p "$work/wallpapers"
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  for package in $packages; do
    [ -d "$work/wallpapers/$package" ] && continue
    echo "fetching $package" >&2
    rm -rf "$work/package" && mkdir -p "$work/package"
    if (cd "$work/package" && apt-get download -qq "$package" 2>/dev/null); then
      dpkg-deb -x "$work"/package/*.deb "$work/package/files"
      mv "$work/package/files" "$work/wallpapers/$package"
    else
      echo "$package: apt does not have it; the corpus does without" >&2
    fi
  done
else
  echo "no apt on this machine: the corpus does without wallpapers" >&2
fi
[ -x "$work/peers/bin/python" ] || python3 -m venv "$work/peers"
"$work/peers/bin/python" -c 'import PIL' 2>/dev/null \
  || "$work/peers/bin/pip" install -q "$(grep '^pillow==' "$here/src/main/python/peers.txt")" >&2
exec "$work/peers/bin/python" "$here/src/main/python/corpus.py" "$to" --wallpapers "$work/wallpapers" "$@"
