#!/usr/bin/env bash
# Runs a command with DATABASE_URL set to a fresh TimescaleDB server, and removes the server afterwards:
#   scripts/ci/timescaledb-server.sh npm run test:server
# The server is Debian 13's postgresql-17-timescaledb (Apache edition) in a chroot, because Debian 12 has no
# TimescaleDB and a pipeline may have no Docker. Needs Debian and root; the chroot is kept between runs in
# ${SBI_CI_CACHE:-~/.cache/smart-broadcast-iot}/debian13 (about 500 MB).
set -euo pipefail

. "$(dirname "${BASH_SOURCE[0]}")/debian13.sh"
root=$cache/debian13
bin=/usr/lib/postgresql/17/bin
server_pid=
cluster=

[ $# -gt 0 ] || die "expected a command to run with DATABASE_URL set"
needs_debian "set DATABASE_URL to use a server of your own"

as_postgres() {
  chroot "$root" setpriv --reuid postgres --regid postgres --clear-groups "$@"
}

free_port() {
  node -e 'const s = require("net").createServer(); s.listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

stop_server() {
  if [ -n "$server_pid" ] && kill -INT "$server_pid" 2>/dev/null; then
    # SIGINT is PostgreSQL's fast shutdown; test databases need no goodbye, so do not wait for ever.
    for _ in $(seq 100); do
      kill -0 "$server_pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -QUIT "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  server_pid=
  [ -z "$cluster" ] || rm -rf --one-file-system "${root:?}$cluster"
  [ -z "${tools:-}" ] || rm -rf "$tools"
}
trap stop_server EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Returns 1 when the server ended by itself, as it does when somebody else took the port in between.
start_server() {
  local port=$1 log=$root$cluster/server.log
  # Tests of three processes run beside each other, so there are connections for all. Safe to lose, so no fsync; no /dev/shm in the chroot, so mmap; nobody is to be called, so no telemetry.
  chroot "$root" setpriv --reuid postgres --regid postgres --clear-groups "$bin/postgres" -D "$cluster/data" \
    -c listen_addresses=127.0.0.1 -p "$port" -c unix_socket_directories= \
    -c shared_preload_libraries=timescaledb -c timescaledb.telemetry_level=off \
    -c max_connections=300 -c dynamic_shared_memory_type=mmap -c fsync=off -c full_page_writes=off >"$log" 2>&1 </dev/null &
  server_pid=$!
  for _ in $(seq 300); do
    if as_postgres "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; then return 0; fi
    if ! kill -0 "$server_pid" 2>/dev/null; then
      server_pid=
      tail -n 20 "$log" >&2
      return 1
    fi
    sleep 0.1
  done
  tail -n 20 "$log" >&2
  die "the server did not get ready within 30 s"
}

ensure_chroot "$root" postgresql-17,postgresql-17-timescaledb

mkdir -p "$root/var/lib/sbi"
chroot "$root" chown postgres:postgres /var/lib/sbi
cluster=/var/lib/sbi/ci-$$
as_postgres mkdir "$cluster"
as_postgres "$bin/initdb" -D "$cluster/data" -U postgres --auth=trust --locale=C.UTF-8 -E UTF8 --no-sync >/dev/null
port=
for attempt in 1 2 3; do
  port=$(free_port)
  start_server "$port" && break
  [ "$attempt" -lt 3 ] || die "the server did not start on any of three ports"
done
say "PostgreSQL with TimescaleDB listens on 127.0.0.1:$port"

# pg_dump of another major version than the server's may refuse it, so tests use the server's own.
tools=$(mktemp -d)
for tool in psql createdb pg_dump pg_restore; do
  printf '#!/bin/sh\nexec chroot %s setpriv --reuid postgres --regid postgres --clear-groups %s/%s "$@"\n' \
    "'$root'" "$bin" "$tool" >"$tools/$tool"
  chmod +x "$tools/$tool"
done

status=0
PG_BIN=$tools DATABASE_URL=postgres://postgres@127.0.0.1:$port/postgres "$@" || status=$?
exit "$status"
