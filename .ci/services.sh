#!/usr/bin/env bash
# A PostgreSQL and a Redis for the tests: those that are reachable, otherwise installed and started here.
# Prints DATABASE_URL=… CACHE_URL=… for `env`. TEST_DATABASE_URL and TEST_CACHE_URL name others.
set -euo pipefail
cd "$(dirname "$0")/.."

host=127.0.0.1
server=postgres://ddci_test:ddci_test@$host:5432

say() { echo "$@" >&2; }
listening() { (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null; }
wait_for() {
  for _ in {1..60}; do
    if listening "$1"; then return; fi
    sleep 0.5
  done
  say "Nothing answers on $host:$1."
  exit 1
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
reachable() { .venv/bin/python -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=5)' "$1" 2>/dev/null; }

if [ -z "${TEST_DATABASE_URL:-}" ] && ! reachable "$server/postgres"; then
  # The package starts its cluster only where an init system runs.
  listening 5432 || command -v pg_ctlcluster >/dev/null || .ci/apt.sh "make test" postgresql >&2
  if ! listening 5432; then
    say "Starting PostgreSQL …"
    read -r version name _ < <(pg_lsclusters --no-header)
    as_root pg_ctlcluster "$version" "$name" start >&2
    wait_for 5432
  fi
  say "Creating the PostgreSQL role ddci_test …"
  role="CREATE ROLE ddci_test LOGIN CREATEDB PASSWORD 'ddci_test'"
  as_root su postgres -c "psql --quiet --command \"$role\"" >&2
  reachable "$server/postgres" || { say "PostgreSQL on $host refuses ddci_test; name another by TEST_DATABASE_URL."; exit 1; }
fi

if [ -z "${TEST_CACHE_URL:-}" ] && ! listening 6379; then
  command -v redis-server >/dev/null || .ci/apt.sh "make test" redis-server >&2
  if ! listening 6379; then
    say "Starting Redis …"
    redis-server --bind $host --port 6379 --save "" --daemonize yes >/dev/null
    wait_for 6379
  fi
fi

echo "DATABASE_URL=${TEST_DATABASE_URL:-$server/ddci} CACHE_URL=${TEST_CACHE_URL:-redis://$host:6379}"
