#!/usr/bin/env bash
# Writes an archive of one image, busybox with its applets, as docker load takes it. Usage: image.sh NAME FILE
set -euo pipefail

name=$1 file=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$(dirname "$0")/../../build/install-packages.sh" busybox-static >&2
mkdir -p "$work"/root/{bin,tmp,etc,proc,sys,dev} "$work/layer"
cp /bin/busybox "$work/root/bin/busybox"
for applet in $(/bin/busybox --list); do
  [ "$applet" = busybox ] || ln -s busybox "$work/root/bin/$applet"
done
echo 'root:x:0:0:root:/:/bin/sh' >"$work/root/etc/passwd"
tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer/layer.tar" -C "$work/root" .
architecture=$(dpkg --print-architecture)
cat >"$work/layer/config.json" <<END
{"architecture":"$architecture","os":"linux","config":{"Cmd":["sh"],"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:$(sha256sum "$work/layer/layer.tar" | cut -d ' ' -f 1)"]}}
END
echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$name\"],\"Layers\":[\"layer.tar\"]}]" >"$work/layer/manifest.json"
tar -cf "$file" -C "$work/layer" manifest.json config.json layer.tar
