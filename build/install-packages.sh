#!/usr/bin/env bash
# Installs the named Debian packages that are missing, and says which; nothing where nothing is missing. Packages with
# services of their own are not installed by it: tests and recipes unpack those. Usage: install-packages.sh PACKAGE...
set -euo pipefail

missing=()
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi

echo "installing with apt: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if ! "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >/tmp/tripod-apt.log 2>&1; then
  # The package lists may be old, or empty on a new machine.
  "${as_root[@]}" apt-get update >>/tmp/tripod-apt.log 2>&1
  "${as_root[@]}" apt-get install -y --no-install-recommends "${missing[@]}" >>/tmp/tripod-apt.log 2>&1 || {
    echo "apt could not install ${missing[*]}; what it said is in /tmp/tripod-apt.log" >&2
    exit 1
  }
fi
