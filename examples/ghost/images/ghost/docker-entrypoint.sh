#!/bin/sh
# The content directory may be a volume that starts empty: what Ghost comes with is put there, and nothing is overwritten.
set -eu

if [ "${1:-}" = node ]; then
  for item in "$GHOST_INSTALL"/content.orig/* "$GHOST_INSTALL"/content.orig/*/*; do
    target=$GHOST_CONTENT/${item#"$GHOST_INSTALL"/content.orig/}
    [ -e "$target" ] || [ -L "$target" ] || cp -RP "$item" "$target"
  done
fi
exec "$@"
