#!/usr/bin/env bash
# Boots the guest with a tar file that holds guest.sh and what it needs, shows what it says, and ends as it ended.
# Software emulation: stock kernels hang on some hosts' KVM. Usage: boot.sh ROOT PAYLOAD SECONDS
set -euo pipefail

root=$1 payload=$2 seconds=$3
work=$(mktemp -d)
trap 'kill "$tail" 2>/dev/null || true; rm -rf "$work"' EXIT
: >"$work/said"
tail -n +1 -f "$work/said" &
tail=$!

# The disk takes writes for as long as this machine runs, a reboot of it included.
code=0
timeout "$seconds" qemu-system-x86_64 -accel tcg,thread=multi -cpu Nehalem -smp 2 -m 2048 -nodefaults -no-user-config -display none \
  -kernel "$root/kernel" -initrd "$root/initrd" -append "root=/dev/vda rw console=ttyS0 quiet panic=-1 mitigations=off systemd.unified_cgroup_hierarchy=1" \
  -drive "file=$root/disk,format=raw,if=virtio,snapshot=on" -drive "file=$payload,format=raw,if=virtio,readonly=on" \
  -serial "file:$work/console" -serial "file:$work/said" </dev/null || code=$?
sleep 0.2
if [ "$code" -eq 124 ]; then
  echo "the guest was not done after $seconds s; the end of its console:" >&2
  tail -n 40 "$work/console" >&2
  exit 1
fi
grep -q '^all checks are done' "$work/said" || { echo "the guest ended early; the end of its console:" >&2; tail -n 40 "$work/console" >&2; exit 1; }
! grep -q '^not ok' "$work/said"
