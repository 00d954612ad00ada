#!/usr/bin/env bash
# Makes this machine ready: system packages by apt, Python packages into .venv from hashed pins.
#   .ci/bootstrap.sh        what running needs
#   .ci/bootstrap.sh test   what checking and testing needs on top
# Does nothing, quickly, when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."

purpose=${1:-run}
case $purpose in
  run) pins=requirements.txt again="make demo" ;;
  test) pins=requirements-dev.txt again="make test" ;;
  *) echo "usage: $0 [test]" >&2; exit 2 ;;
esac

die() { printf '\n%s\n' "$@" >&2; exit 1; }

recent_python() {
  local each
  # The distribution's own first: one compiled by hand is often a third slower.
  for each in ${PYTHON:-/usr/bin/python3 python3 python3.13 python3.12 python3.11}; do
    if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$each"; return; fi
  done
  die "Python 3.11 or newer is needed. On Debian 12: apt-get install python3 python3-venv" \
      "Another interpreter can be named: PYTHON=/path/to/python3.12 $again"
}
python=$(recent_python)

# --- system packages ---------------------------------------------------------
missing=()
libraries() { # library and package in turn
  while (($#)); do
    "$python" -c "import ctypes; ctypes.CDLL('$1')" 2>/dev/null || missing+=("$2")
    shift 2
  done
}
commands() {
  while (($#)); do
    command -v "$1" >/dev/null || missing+=("$2")
    shift 2
  done
}
listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
libraries libpango-1.0.so.0 libpango-1.0-0 libpangoft2-1.0.so.0 libpangoft2-1.0-0 libharfbuzz-subset.so.0 libharfbuzz-subset0
[ -x .venv/bin/python ] || "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if [ "$purpose" = test ]; then
  commands "${CHROMIUM:-chromium-headless-shell}" chromium-headless-shell pdftotext poppler-utils xgettext gettext
  [ -n "${TEST_DATABASE_URL:-}" ] || listening 5432 || commands pg_ctlcluster postgresql
  [ -n "${TEST_CACHE_URL:-}" ] || listening 6379 || commands redis-server redis-server
fi
((${#missing[@]} == 0)) || .ci/apt.sh "$again" "${missing[@]}"

# --- Python packages ---------------------------------------------------------
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  echo "Creating .venv …"
  "$python" -m venv --clear .venv || die "$python cannot create a virtual environment; on Debian: apt-get install python3-venv"
fi
stamp=.venv/.stamp-$purpose-$(sha256sum "$pins" | cut -c1-16)
[ ! -e "$stamp" ] || exit 0
uv=$(awk '/^[^ #]/ { on = /^uv==/ } on' requirements-dev.txt)
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r /dev/stdin <<<"$uv"
echo "Installing Python packages from $pins …"
.venv/bin/uv pip install --quiet --compile-bytecode --python .venv/bin/python --require-hashes -r "$pins"
rm -f .venv/.stamp-"$purpose"-*
touch "$stamp"
# What testing needs holds what running needs, in the same versions.
[ "$purpose" = run ] || touch ".venv/.stamp-run-$(sha256sum requirements.txt | cut -c1-16)"
