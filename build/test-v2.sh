#!/usr/bin/env bash
# The suite's part that needs a machine of its own: a Debian with systemd and pure cgroup v2, played by qemu, in which the
# package is installed, tried, booted again and removed. Ends with one line of counts.
# The guest's root file system is kept in TRIPOD_CACHE (~/.cache/tripod). BOOT_SECONDS is what the guest may take.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME,TRIPOD_CACHE,BOOT_SECONDS "$0" "$@"
fi

start=$SECONDS
build/install-packages.sh qemu-system-x86 mmdebstrap e2fsprogs busybox-static
root=$(tests/v2/root.sh "${TRIPOD_CACHE:-$HOME/.cache/tripod}/v2")
echo "root file system: $((SECONDS - start)) s"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/payload"
cp artifacts/tripod_*_"$(dpkg --print-architecture)".deb tests/v2/guest.sh tests/v2/cri.sh "$work/payload"
tests/v2/image.sh docker.io/library/busybox:latest "$work/payload/busybox.tar"
tar -cf "$work/payload.tar" -C "$work/payload" .
tests/v2/boot.sh "$root" "$work/payload.tar" "${BOOT_SECONDS:-1500}" | tee "$work/said" || true
echo "with the guest: $((SECONDS - start)) s"

passed=$(grep -c '^ok ' "$work/said" || true) failed=$(grep -c '^not ok' "$work/said" || true)
grep -q '^all checks are done' "$work/said" || failed=$((failed + 1))
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
