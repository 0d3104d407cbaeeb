#!/usr/bin/env bash
# Starts the engine in the background unless it answers already, and waits until it is healthy.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME "$0" "$@"
fi

export KUBECONFIG=/etc/tripod/kubeconfig
address=https://127.0.0.1:6443
healthy() { curl --silent --insecure --max-time 2 --output /dev/null --fail "$address/readyz"; }

if ! healthy; then
  mkdir -p /run/tripod
  setsid artifacts/bin/Tripod/release/tripod serve >>/run/tripod/engine.log 2>&1 </dev/null &
  for _ in $(seq 150); do
    healthy && break
    sleep 0.1
  done
  healthy || {
    echo "the engine did not become healthy; the end of /run/tripod/engine.log:" >&2
    tail -n 20 /run/tripod/engine.log >&2
    exit 1
  }
fi

echo "Kubernetes API  $address   (export KUBECONFIG=$KUBECONFIG)"
