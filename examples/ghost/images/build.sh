#!/usr/bin/env bash
# Makes an image by its recipe, with no container engine and no registry, and prints the path of the OCI archive.
# What was made once from the same recipe for the same distribution is not made again. Usage: build.sh nginx|ghost
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
name=${1:?usage: build.sh nginx|ghost}
[ -f "$here/$name/recipe.sh" ] || { echo "build.sh: no recipe $here/$name/recipe.sh" >&2; exit 1; }

if [ "$(id -u)" -eq 0 ]; then
  cache=${TRIPOD_CACHE:-/var/cache/tripod}
else
  cache=${TRIPOD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tripod}
fi
system=$(. /etc/os-release && echo "${ID:-linux}-${VERSION_ID:-}-$(uname -m)")
key=$( (cd "$here" && find "$name" ./*.sh -type f | sort | xargs sha256sum; echo "$system") | sha256sum | cut -c1-16)
archive=$cache/images/$name-$key.oci.tar

if [ ! -f "$archive" ]; then
  mkdir -p "$cache/images" "$cache/downloads"
  work=$(mktemp -d "$cache/work-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  export work cache here
  start=$SECONDS
  step() { printf '  %4ds  %s: %s\n' $((SECONDS - start)) "$name" "$*" >&2; }
  # shellcheck source=/dev/null
  . "$here/debian-packages.sh" && . "$here/npm-packages.sh" && . "$here/oci-archive.sh" && . "$here/$name/recipe.sh"
  step "done, $(du -h "$work/image.tar" | cut -f1), kept in $archive"
  find "$cache/images" -name "$name-*.oci.tar" -delete
  mv "$work/image.tar" "$archive"
fi
echo "$archive"
