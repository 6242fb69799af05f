#!/usr/bin/env bash
# Makes the platform's database again from a backup of scripts/backup.sh.
set -euo pipefail

help() {
  cat <<'TEXT'
Restores a backup of scripts/backup.sh into an empty database, and checks the audit.

  createdb -h db -U postgres sbi
  DATABASE_URL=postgres://postgres:…@db:5432/sbi scripts/restore.sh FOLDER

The server needs timescaledb in its shared_preload_libraries, in the version of the backup. Roles come first, by hand:
read FOLDER/roles.sql, run it on a server that has not got them, and give them passwords. The database gets the owner,
the rights and the settings that it had. The platform must not run on it before this has ended.

Environment
  DATABASE_URL   an empty database, as a superuser: TimescaleDB's restore mode needs one
  PG_BIN         where pg_restore and psql are; of the server's major version or a newer one. Unset: those of the PATH

Exit codes: 0 restored; 1 it failed: drop the database before another try; 2 wrong use, nothing was touched
TEXT
}

[ "${1:-}" != "-h" ] && [ "${1:-}" != "--help" ] || { help; exit 0; }
fail() { printf 'restore: %s\n' "$1" >&2; exit "${2:-1}"; }
[ $# -eq 1 ] || fail "expected the folder of a backup; see scripts/restore.sh --help" 2
[ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set; see scripts/restore.sh --help" 2
[ -f "$1/SHA256SUMS" ] || fail "'$1' is no backup: expected the folder that scripts/backup.sh wrote" 2

# Quoted text stays quoted in every encoding.
export PGCLIENTENCODING=UTF8
# The password goes through the environment: every user of the machine can see a command line.
. "$(dirname "$0")/database-url.sh"
split_url "$DATABASE_URL" || fail "DATABASE_URL is no address of a database: expected postgres://user:password@host:port/name" 2

tool() { if [ -n "${PG_BIN:-}" ]; then printf '%s/%s' "$PG_BIN" "$1"; else printf '%s' "$1"; fi; }
ask() { "$(tool psql)" -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" -c "$1"; }

(cd "$1" && sha256sum --check --quiet SHA256SUMS) || fail "the backup in '$1' is not as it was written" 2
version=$(sed -n 's/^timescaledb //p' "$1/versions")
why=$(too_old pg_restore "$(sed -n 's/^postgresql //p' "$1/versions")")
[ -z "$why" ] || fail "$why" 2
# A newer pg_dump than that server may have written it.
said=$("$(tool pg_restore)" --list <"$1/database.dump" 2>&1 >/dev/null) ||
  fail "pg_restore cannot read the backup: $said; PG_BIN says where the tools of another version are" 2
[ "$(ask "select rolsuper from pg_roles where rolname = current_user")" = t ] ||
  fail "DATABASE_URL is no superuser: TimescaleDB's restore mode needs one" 2
[ "$(ask "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'v', 'm')")" = 0 ] ||
  fail "the database at DATABASE_URL is not empty" 2
[ "$(ask "select count(*) from pg_available_extension_versions where name = 'timescaledb' and version = '$version'")" = 1 ] ||
  fail "the server has no TimescaleDB $version, of which the backup is: install that version, restore, and update then ('alter extension timescaledb update')" 2

# The owners of things and the roles with rights: a missing one would stop the restore in the middle.
named() {
  "$(tool pg_restore)" --schema-only -f - <"$1/database.dump" | cat - "$([ -f "$1/database.sql" ] && printf %s "$1/database.sql" || printf /dev/null)" |
    sed -nE 's/^(ALTER|alter) .* (OWNER TO|owner to) ("[^"]*"|[^ ";]+);$/\3/p; s/^(GRANT|grant) .* (TO|to) ("[^"]*"|[^ ";]+)( (WITH|with) .*)?;$/\3/p' |
    grep -vixF public | sort -u || true
}
lacking=""
while read -r role; do
  [ -z "$role" ] || [ -n "$(ask "select to_regrole('${role//\'/\'\'}')")" ] || lacking="$lacking${lacking:+, }$role"
done <<<"$(named "$1")"
[ -z "$lacking" ] ||
  fail "the server lacks roles that the backup names: $lacking. Read '$1/roles.sql', run it there, and give them passwords; see docs/security.md, \"A backup and a restore\"" 2

printf 'restore: TimescaleDB %s\n' "$version" >&2
ask "create extension if not exists timescaledb version '$version'"
ask "select timescaledb_pre_restore()" >/dev/null
printf 'restore: restoring, which takes its time\n' >&2
"$(tool pg_restore)" --exit-on-error --no-tablespaces -d "$database" <"$1/database.dump" ||
  fail "pg_restore failed: drop the database and see what it says above"
ask "select timescaledb_post_restore()" >/dev/null
ask "analyze"
if [ -f "$1/database.sql" ]; then
  "$(tool psql)" -X -q -v ON_ERROR_STOP=1 -d "$database" <"$1/database.sql" ||
    fail "the owner and the rights of the database could not be put back"
else
  # A backup from before there was that file. The owner of the tables makes more of them at the next start.
  ask "do \$\$ begin execute (select format('alter database %I owner to %I', current_database(), tableowner)
         from pg_tables where schemaname = 'public' and tablename = 'audit'); end \$\$"
  printf 'restore: WARNING: the backup does not say who may connect to the database: see docs/security.md, "The database"\n' >&2
fi

head=$(cat "$1/audit-head")
case $head in *[!0-9a-f:]*) fail "'$1/audit-head' is no head of an audit" ;; esac
if [ -n "$head" ]; then
  found=$(ask "select audit_no || ':' || encode(hash, 'hex') from audit where audit_no = ${head%%:*}")
  [ "$found" = "$head" ] || fail "the audit's row ${head%%:*} is not the one of the backup"
  printf 'restore: done. Hold the whole audit against its head now: npm run audit:verify -- --head %s\n' "$head" >&2
else
  printf 'restore: done; the audit was empty\n' >&2
fi
