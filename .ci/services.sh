#!/usr/bin/env bash
# A PostgreSQL and a Redis for the tests: those that are reachable, otherwise started here (bootstrap.sh installs them).
# Prints DATABASE_URL=… CACHE_URL=… for `env`. TEST_DATABASE_URL and TEST_CACHE_URL name others.
set -euo pipefail
cd "$(dirname "$0")/.."

host=127.0.0.1

say() { printf '%s\n' "$@" >&2; }
listening() { (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null; }
wait_for() {
  for _ in {1..60}; do
    if listening "$1"; then return; fi
    sleep 0.5
  done
  say "Nothing answers on $host:$1."
  exit 1
}
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@" >&2
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo "$@" >&2
  else
    say "This needs root, and sudo is not available here:" "    $*" "Or name a PostgreSQL for the tests: TEST_DATABASE_URL=…"
    exit 1
  fi
}
reachable() { .venv/bin/python -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=5)' "$1" 2>/dev/null; }

database=${TEST_DATABASE_URL:-}
if [ -z "$database" ]; then
  port=5432
  if ! listening $port; then
    # The package starts its cluster itself only where an init system runs.
    read -r version name port _ < <(pg_lsclusters --no-header)
    if ! listening "$port"; then
      say "Starting PostgreSQL …"
      as_root pg_ctlcluster "$version" "$name" start
      wait_for "$port"
    fi
  fi
  database=postgres://ddci_test:ddci_test@$host:$port/ddci
  if ! reachable "${database%/*}/postgres"; then
    say "Creating the PostgreSQL role ddci_test …"
    role="CREATE ROLE ddci_test LOGIN CREATEDB PASSWORD 'ddci_test'"
    as_root su postgres -c "psql --quiet --port $port --command \"$role\""
    reachable "${database%/*}/postgres" || { say "PostgreSQL refuses ddci_test; name another by TEST_DATABASE_URL."; exit 1; }
  fi
fi

if [ -z "${TEST_CACHE_URL:-}" ] && ! listening 6379; then
  say "Starting Redis …"
  redis-server --bind "$host" --port 6379 --save "" --daemonize yes >/dev/null
  wait_for 6379
fi

echo "DATABASE_URL=$database CACHE_URL=${TEST_CACHE_URL:-redis://$host:6379}"
