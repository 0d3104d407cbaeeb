#!/usr/bin/env bash
# Starts the engine in the background unless it runs already, and puts tripod in the user's path where nothing else has the
# name. TRIPOD is another program than the quick build, TRIPOD_OPTIONS are options of tripod up.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME,TRIPOD,TRIPOD_RUN,TRIPOD_OPTIONS "$0" "$@"
fi

program=${TRIPOD:-$PWD/artifacts/bin/Tripod/release/tripod}
link=/usr/local/bin/tripod
if [ -z "${TRIPOD:-}" ] && [ ! -e "$link" ] && { [ -L "$link" ] || ! command -v tripod >/dev/null; }; then
  ln -sfn "$program" "$link"
  echo "$link leads to $program"
fi
read -r -a options <<<"${TRIPOD_OPTIONS:-}"
exec "$program" up "${options[@]}"
