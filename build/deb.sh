#!/usr/bin/env bash
# Makes artifacts/tripod_VERSION_ARCH.deb out of the release build, with dpkg-deb alone. Usage: deb.sh [FOLDER OF THE BUILD [WHERE TO]]
set -euo pipefail
cd "$(dirname "$0")/.."

release=${1:-artifacts/publish/Tripod/release} into=${2:-artifacts}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
# pause is a static program of the same machine.
runs=()
case $(readelf --file-header "$release/pause" | sed -n 's/^ *Machine: *//p') in
  *X86-64) architecture=amd64 ;;
  AArch64)
    architecture=arm64
    [ "$(uname -m)" = aarch64 ] || runs=(qemu-aarch64 -L /usr/aarch64-linux-gnu)
    ;;
  *) echo "$release/pause is for no machine that Tripod is built for" >&2 && exit 1 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"

put() { install -D -m "$1" "$2" "$work/$3"; }
put 755 "$release/tripod" usr/lib/tripod/tripod
put 755 "$release/pause" usr/lib/tripod/pause
put 644 "$release/libe_sqlite3.so" usr/lib/tripod/libe_sqlite3.so
mkdir -p "$work/usr/bin"
ln -s ../lib/tripod/tripod "$work/usr/bin/tripod"
for unit in build/package/*.service build/package/*.socket; do
  put 644 "$unit" "lib/systemd/system/$(basename "$unit")"
done
put 644 build/package/config.yaml etc/tripod/config.yaml
put 644 LICENSE usr/share/doc/tripod/copyright
put 644 README.md usr/share/doc/tripod/README.md
mkdir -p "$work/usr/share/man/man8" "$work/usr/share/bash-completion/completions" "$work/usr/share/zsh/vendor-completions" "$work/usr/share/fish/vendor_completions.d"
gzip -9n <build/package/tripod.8 >"$work/usr/share/man/man8/tripod.8.gz"
printf 'tripod (%s) unstable; urgency=medium\n\n  * Release %s.\n\n -- Tripod <root@localhost>  %s\n' "$version" "$version" "$(date --utc --date="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" --rfc-email)" |
  gzip -9n >"$work/usr/share/doc/tripod/changelog.gz"
"${runs[@]}" "$release/tripod" completion bash >"$work/usr/share/bash-completion/completions/tripod"
"${runs[@]}" "$release/tripod" completion zsh >"$work/usr/share/zsh/vendor-completions/_tripod"
"${runs[@]}" "$release/tripod" completion fish >"$work/usr/share/fish/vendor_completions.d/tripod.fish"

mkdir -p "$work/DEBIAN"
for script in postinst prerm postrm; do
  put 755 "build/package/$script" "DEBIAN/$script"
done
echo /etc/tripod/config.yaml >"$work/DEBIAN/conffiles"
cat >"$work/DEBIAN/control" <<END
Package: tripod
Version: $version
Architecture: $architecture
Maintainer: Tripod <root@localhost>
Installed-Size: $(du -sk --exclude=DEBIAN "$work" | cut -f 1)
Depends: libc6 (>= 2.36), zlib1g, crun (>= 1.8.1), conmon (>= 2.1.6), libnftables1, ca-certificates, init-system-helpers
Recommends: apparmor, dbus, catatonit, kubernetes-client
Section: admin
Priority: optional
Description: Kubernetes pods on one Linux machine, without a cluster
 One engine that runs pods for real, and answers kubectl, docker and a
 kubelet: Kubernetes API, Docker API and CRI.
END
(cd "$work" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
chmod -R u=rwX,go=rX "$work"
package=$into/tripod_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$work" "$package" >/dev/null
echo "$package"
