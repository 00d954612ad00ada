#!/usr/bin/env bash
# Installs Debian packages, as root or by sudo; where neither is possible, says exactly what to run.
#   .ci/apt.sh "make demo" PACKAGE…     (first argument: the command to be repeated afterwards)
set -euo pipefail
again=$1
shift

by_hand() {
  printf '\nThese system packages are missing: %s\n%s\n\n    %s\n\nand then again:  %s\n' "$*" "$reason" \
    "apt-get update && apt-get install -y --no-install-recommends $*" "$again" >&2
  exit 1
}

if ! command -v apt-get >/dev/null; then
  reason="There is no apt-get here. Install what corresponds to this, on Debian or Ubuntu:"
  by_hand "$@"
fi
root=()
if [ "$(id -u)" != 0 ]; then
  reason="Installing them needs root, and sudo is not available here. Have this run as root:"
  command -v sudo >/dev/null || by_hand "$@"
  # Without a terminal nobody could type a password.
  sudo -n true 2>/dev/null || [ -t 0 ] || by_hand "$@"
  root=(sudo)
fi
echo "Installing system packages: $* …"
"${root[@]}" apt-get update -qq
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  -o DPkg::Lock::Timeout=180 "$@" >/dev/null
