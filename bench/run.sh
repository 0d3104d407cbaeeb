#!/usr/bin/env bash
# Prepares what the benchmark needs and runs it: an image for all contenders out of Debian's busybox, and, on a machine whose
# cgroups are v1 with a hybrid v2 mount that crun refuses, a mount namespace in which that mount is covered.
# Usage: run.sh [ROUNDS]; BENCH_ONLY=scale leaves out all but the stored pods and their watchers, BENCH_ONLY=cri all but the calls of a kubelet,
# BENCH_ONLY=pods all but the ways of pods into the API and the cost of probes
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME "$0" "$@"
fi

if [ -z "${TRIPOD_BENCH_INSIDE:-}" ]; then
  build/install-packages.sh jq iproute2 nftables
  # podman's pods have catatonit for their pause.
  ! command -v podman >/dev/null || build/install-packages.sh catatonit
  dotnet msbuild bench/Tripod.Bench -restore -p:Configuration=Release -v:quiet -nologo
  export TRIPOD_BENCH_INSIDE=1
  if [ -d /sys/fs/cgroup/unified ]; then
    # Propagation stays as it is, but for this one mount.
    exec unshare --mount --propagation unchanged sh -c 'mount --make-private /sys/fs/cgroup/unified && mount -t tmpfs tmpfs /sys/fs/cgroup/unified && exec "$0" "$@"' "$0" "$@"
  fi
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download busybox-static && dpkg-deb -x busybox-static_*.deb deb)
mkdir -p "$work"/rootfs/{bin,dev,etc,proc,run,sys,tmp}
busybox=$(find "$work/deb" -path '*/bin/busybox' -type f)
cp "$busybox" "$work/rootfs/bin/busybox"
for applet in $("$busybox" --list); do
  [ "$applet" = busybox ] || ln -s busybox "$work/rootfs/bin/$applet"
done
echo served >"$work/rootfs/marker"

# A docker archive: one layer, one configuration, and the manifest that names them.
tar -C "$work/rootfs" --owner=0 --group=0 -cf "$work/layer.tar" .
printf '{"architecture":"%s","os":"linux","config":{"Env":["PATH=/bin"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$(dpkg --print-architecture)" "$(sha256sum "$work/layer.tar" | cut -d ' ' -f 1)" >"$work/config.json"
printf '[{"Config":"config.json","RepoTags":["localhost/bench:latest"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
tar -C "$work" -cf "$work/image.tar" manifest.json config.json layer.tar

# podman asks for higher limits than some machines allow.
export CONTAINERS_CONF=$work/containers.conf
printf '[containers]\ndefault_ulimits=["nofile=%s:%s","nproc=1024:1024"]\n' "$(ulimit -Hn)" "$(ulimit -Hn)" >"$CONTAINERS_CONF"

tripod=artifacts/publish/Tripod/release/tripod
[ -x "$tripod" ] || tripod=artifacts/bin/Tripod/release/tripod
artifacts/bin/Tripod.Bench/release/Tripod.Bench "$PWD/${TRIPOD:-$tripod}" "$work/image.tar" "$work/rootfs" "$PWD/bench/crun-pod.sh" "$@"
