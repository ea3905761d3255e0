#!/bin/sh
# Run by unshare as process 1 of new mount, process, network, IPC and UTS namespaces: makes of a mounted image what a
# pod of Pod Security Standard "restricted" with a read-only root gets, and becomes the command.
#   enter.sh ROOT WORKDIR UID GID COMMAND…
set -eu
root=$1 workdir=$2 uid=$3 gid=$4
shift 4

mount --bind "$root" "$root"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom; do
  : > "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/dev/shm"
ip link set lo up
mount -o remount,bind,ro "$root"

# Leaving uid 0 drops every capability, and no_new_privs keeps a setuid program from bringing them back.
exec setpriv --no-new-privs -- unshare --root="$root" --wd="$workdir" --setgid="$gid" --setuid="$uid" -- "$@"
