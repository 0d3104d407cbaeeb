# shellcheck shell=bash disable=SC2154 # sourced: its variables are build.sh's
# Sourced by build.sh: packages from npm's registry, each by its exact version, kept in the cache.

# npm_package NAME@VERSION DIRECTORY: unpacks the package. By npm where there is one, and else by its well-known address.
npm_package() {
  local package=$1 directory=$2 short=${1%@*} version=${1##*@} file
  file=$cache/downloads/$(tr -d @ <<<"$short" | tr / -)-$version.tgz
  if [ ! -f "$file" ]; then
    step "fetch $package"
    if command -v npm >/dev/null; then
      (cd "$work" && npm pack --silent "$package" >/dev/null)
      mv "$work/$(basename "$file")" "$file"
    else
      curl --fail --silent --show-error --location --retry 3 --output "$file.part" \
        "${npm_config_registry:-https://registry.npmjs.org}/$short/-/${short##*/}-$version.tgz"
      mv "$file.part" "$file"
    fi
  fi
  echo "$(known_sum "$package")  $file" | sha512sum --check --quiet >&2 \
    || { echo "build.sh: $file is not what the recipe expects; it is deleted, try again" >&2; rm -f "$file"; return 1; }
  mkdir -p "$directory"
  tar -xzf "$file" -C "$directory" --strip-components=1
}

# known_sum NAME@VERSION: the SHA-512 that the recipe names for it.
known_sum() { awk -v package="$1" '$1 == package { print $2 }' "$here/$name/npm-packages.txt"; }
