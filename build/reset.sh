#!/usr/bin/env bash
# Deletes the state of an engine that is down, after asking. YES=1 answers for scripts.
set -euo pipefail

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=YES "$0" "$@"
fi

if [ "${YES:-}" != 1 ]; then
  read -r -p "delete all pods, images and volumes in /var/lib/tripod? [y/N] " answer
  [ "$answer" = y ] || [ "$answer" = Y ] || exit 1
fi
rm -rf /var/lib/tripod /run/tripod /etc/tripod/kubeconfig
echo "the state is deleted"
