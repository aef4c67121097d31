# Runs a command in a view of files of its own: view.sh PLACE KIND=PATH... -- COMMAND...
# Needs a mount namespace of its own and the right to mount; PLACE is an empty directory.
set -e
umask 022
place=$1
shift
mount -t tmpfs -o size=1m,nr_inodes=4096,mode=755,nosuid,nodev view "$place"
while [ "$1" != -- ]; do
  path=${1#*=}
  case $1 in
    folder=*) mkdir -p "$place$path" && mount --bind -o ro,nosuid,nodev "$path" "$place$path" ;;
    tree=*) mkdir -p "$place$path" && mount --rbind -o ro,nosuid,nodev "$path" "$place$path" ;;
    file=*) mkdir -p "$place${path%/*}" && : > "$place$path" && mount --bind -o ro,nosuid,nodev,noexec "$path" "$place$path" ;;
    device=*) mkdir -p "$place${path%/*}" && : > "$place$path" && mount --bind "$path" "$place$path" ;;
    link=*) ln -s "$(readlink "$path")" "$place$path" ;;
    roomy=*) mkdir -p "$place$path" && mount -t tmpfs -o size=1g,mode=1777,nosuid,nodev roomy "$place$path" ;;
    own=*) mkdir -p "$place$path" && mount -t tmpfs -o size=1m,nr_inodes=256,mode=1777,nosuid,nodev own "$place$path" ;;
  esac
  shift
done
shift
mkdir "$place/proc"
mount -t proc -o nosuid,nodev,noexec proc "$place/proc"
mount -o remount,bind,ro,nosuid,nodev "$place"
cd "$place"
pivot_root . .
umount -l .
cd /
exec "$@"
