#!/usr/bin/env bash
# Builds once, runs unit and integration tests, and ends with one line of counts.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

if [ "$(id -u)" -ne 0 ]; then
  exec sudo --preserve-env=PATH,HOME "$0" "$@"
fi

# The other architecture's pause is built and run where its tools can be had; the test says so where they cannot.
if [ "$(uname -m)" = x86_64 ]; then
  if build/install-packages.sh binutils-aarch64-linux-gnu qemu-user; then
    dotnet msbuild src/Tripod.Pause -restore -p:PauseArchitecture=arm64 -v:quiet -nologo || exit 1
  fi
fi

dotnet msbuild Tripod.slnx -restore -v:quiet -nologo || exit 1

passed=0 failed=0 skipped=0 broken=0
for suite in UnitTests IntegrationTests; do
  log=$(mktemp)
  timeout 2400 "artifacts/bin/Tripod.$suite/debug/Tripod.$suite" -noColor -diagnostics -longRunning 120 "$@" 2>&1 | tee "$log"
  [ "${PIPESTATUS[0]}" -le 1 ] || broken=1
  line=$(grep -E '^ +Tripod\.[A-Za-z]+ +Total: ' "$log" | tail -n 1)
  rm -f "$log"
  number() { sed -n "s/.*$1: \([0-9]*\).*/\1/p" <<<"$line"; }
  if [ -z "$line" ]; then
    echo "Tripod.$suite did not run to its end" >&2
    broken=1
    continue
  fi
  total=$(number Total) bad=$(($(number Errors) + $(number Failed))) left=$(number Skipped)
  failed=$((failed + bad)) skipped=$((skipped + left)) passed=$((passed + total - bad - left))
done

echo "$passed passed, $((failed + broken)) failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$broken" -eq 0 ]
