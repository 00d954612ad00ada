#!/usr/bin/env bash
# A PostgreSQL and a Redis for the tests: those that are reachable, otherwise installed and started here.
# Prints DATABASE_URL=… CACHE_URL=… for `env`. TEST_DATABASE_URL and TEST_CACHE_URL name others.
set -euo pipefail
cd "$(dirname "$0")/.."

host=127.0.0.1
database=${TEST_DATABASE_URL:-postgres://ddci_test:ddci_test@$host:5432/ddci_test}
cache=${TEST_CACHE_URL:-redis://$host:6379}

say() { echo "$@" >&2; }
listening() { (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null; }
until_listening() { for _ in {1..60}; do listening "$1" && return; sleep 0.5; done; say "Nothing answers on $host:$1."; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

if [ -z "${TEST_DATABASE_URL:-}" ]; then
  if ! listening 5432; then
    command -v pg_ctlcluster >/dev/null || .ci/apt.sh "make test" postgresql >&2
    if ! listening 5432; then
      say "Starting PostgreSQL …"
      read -r version name _ < <(pg_lsclusters --no-header)
      as_root pg_ctlcluster "$version" "$name" start
    fi
    until_listening 5432
  fi
  if ! psql "$database" -c '' -d postgres >/dev/null 2>&1 </dev/null && ! PGPASSWORD=ddci_test psql -h $host -U ddci_test -d postgres -c '' >/dev/null 2>&1; then
    say "Creating the role ddci_test …"
    role="CREATE ROLE ddci_test LOGIN CREATEDB PASSWORD 'ddci_test'"
    psql -qw -h $host -U postgres -c "$role" 2>/dev/null || as_root su postgres -c "psql -q -c \"$role\"" >&2
  fi
fi

if [ -z "${TEST_CACHE_URL:-}" ] && ! listening 6379; then
  command -v redis-server >/dev/null || .ci/apt.sh "make test" redis-server >&2
  if ! listening 6379; then
    say "Starting Redis …"
    redis-server --bind $host --port 6379 --save "" --daemonize yes >/dev/null
    until_listening 6379
  fi
fi

echo "DATABASE_URL=$database CACHE_URL=$cache"
