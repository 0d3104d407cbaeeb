#!/usr/bin/env bash
# Makes the guest's root file system once, from Debian's packages, and prints the folder that holds it: kernel, initrd and
# disk. Made anew when this script changes. Usage: root.sh CACHE
set -euo pipefail

cache=$1/$(sha256sum "$0" | cut -c 1-16)
if [ ! -e "$cache/disk" ]; then
  "$(dirname "$0")/../../build/install-packages.sh" mmdebstrap e2fsprogs qemu-system-x86 >&2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  . /etc/os-release
  mkdir -p "$cache" "$work/root"

  # What a server has, and what the package depends on; the initrd holds no more than leads to the disk.
  mmdebstrap --quiet --variant=minbase --mode=root \
    --include=systemd,systemd-sysv,dbus,udev,kmod,linux-image-amd64,initramfs-tools,crun,conmon,libnftables1,nftables,iproute2,procps,ca-certificates,curl,busybox-static,runc,criu,iptables,docker.io,podman,netavark,apparmor,nfs-kernel-server,firewalld,ufw \
    --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"; printf "MODULES=list\nCOMPRESS=gzip\n" > "$1/etc/initramfs-tools/conf.d/tripod"; printf "virtio_pci\nvirtio_blk\next4\n" > "$1/etc/initramfs-tools/modules"' \
    "${VERSION_CODENAME:-bookworm}" "$work/root.tar" >&2
  tar -xf "$work/root.tar" -C "$work/root"
  rm "$work/root.tar"

  guest=$work/root
  echo "/dev/vda / ext4 noatime 0 1" >"$guest/etc/fstab"
  echo guest >"$guest/etc/hostname"
  printf '127.0.0.1 localhost\n127.0.1.1 guest\n' >"$guest/etc/hosts"
  rm -rf "$guest"/usr/share/{doc,man,locale} "$guest"/var/lib/apt/lists/*
  # Nothing that the checks have no use for, on a machine that a program plays.
  for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer man-db.timer systemd-timesyncd.service getty@tty1.service serial-getty@ttyS0.service; do
    ln -sf /dev/null "$guest/etc/systemd/system/$unit"
  done
  # Docker, podman, firewalls and an NFS server are neighbours that move in later; podman's network is netavark's, and its CNI configuration would be the CRI's.
  rm -f "$guest"/etc/systemd/system/*.wants/{docker,containerd,podman*,netavark*,nfs*,rpc*,firewalld,ufw}.* "$guest"/etc/cni/net.d/*podman*
  cat >"$guest/etc/systemd/system/checks.service" <<'UNIT'
[Unit]
[Service]
Type=oneshot
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
ExecStart=/bin/sh -c 'rm -rf /opt/checks && mkdir -p /opt/checks && tar -xf /dev/vdb -C /opt/checks && exec /opt/checks/guest.sh'
[Install]
WantedBy=multi-user.target
UNIT
  mkdir -p "$guest/etc/systemd/system/multi-user.target.wants"
  ln -sf ../checks.service "$guest/etc/systemd/system/multi-user.target.wants/checks.service"

  cp "$guest"/boot/vmlinuz-* "$cache/kernel"
  cp "$guest"/boot/initrd.img-* "$cache/initrd"
  mke2fs -q -t ext4 -O ^has_journal -d "$guest" "$cache/disk.part" 4G >&2
  mv "$cache/disk.part" "$cache/disk"
fi
echo "$cache"
