#!/usr/bin/env bash
# Starts the engine in the background unless it runs already, and puts tripod in the user's path where nothing else has the name.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME "$0" "$@"
fi

program=$PWD/artifacts/bin/Tripod/release/tripod
link=/usr/local/bin/tripod
if [ ! -e "$link" ] && ! command -v tripod >/dev/null; then
  ln -sfn "$program" "$link"
  echo "$link leads to $program"
fi
exec "$program" up
