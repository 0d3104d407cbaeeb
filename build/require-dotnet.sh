#!/usr/bin/env bash
# Sees to it that the .NET 10 SDK is there: installs it with apt where the distribution has it, and else says where to get it.
set -euo pipefail

if command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.'; then
  exit 0
fi

if apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then
  exec "$(dirname "$0")/install-packages.sh" dotnet-sdk-10.0
fi

echo "the .NET 10 SDK is missing: see https://learn.microsoft.com/dotnet/core/install/linux, then run make again" >&2
exit 1
