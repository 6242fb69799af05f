#!/usr/bin/env bash
# Writes a backup of the platform's database, from which scripts/restore.sh makes it again.
set -euo pipefail

help() {
  cat <<'TEXT'
Writes a backup of the platform's database into a new folder: the platform may run meanwhile.

  DATABASE_URL=postgres://owner:…@db:5432/sbi scripts/backup.sh FOLDER

The folder gets
  database.dump   everything in the database as of one moment (pg_dump, custom format, compressed)
  roles.sql       the server's roles without their passwords, where DATABASE_URL may read them
  versions        of PostgreSQL and TimescaleDB: a restore needs the same version of TimescaleDB
  audit-head      the audit's last row at about that moment, to hold the restored one against
  SHA256SUMS      of the files above

Not in it: DATA_DIR (signing-keys.json, audit-head, admin-key), the root's private half, the environment. See
docs/security.md, "Backups". Readings between a backup and a failure are lost: for a point in time, archive the WAL.

Environment
  DATABASE_URL   the owner of the tables, or a superuser
  PG_BIN         where pg_dump, pg_dumpall, pg_restore and psql are; of the server's major version or a newer one.
                 Unset: those of the PATH

Exit codes: 0 the backup is whole; 1 it is not, and the folder is not there; 2 wrong use
TEXT
}

[ "${1:-}" != "-h" ] && [ "${1:-}" != "--help" ] || { help; exit 0; }
fail() { printf 'backup: %s\n' "$1" >&2; exit "${2:-1}"; }
[ $# -eq 1 ] || fail "expected one folder to write to; see scripts/backup.sh --help" 2
[ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set; see scripts/backup.sh --help" 2
[ ! -e "$1" ] || fail "'$1' is there already: expected a new folder" 2

# The password goes by the environment: a command line is shown to everybody on the machine.
. "$(dirname "$0")/database-url.sh"
split_url "$DATABASE_URL" || fail "DATABASE_URL is no address of a database: expected postgres://user:password@host:port/name" 2

tool() { if [ -n "${PG_BIN:-}" ]; then printf '%s/%s' "$PG_BIN" "$1"; else printf '%s' "$1"; fi; }
ask() { "$(tool psql)" -X -A -t -v ON_ERROR_STOP=1 -d "$database" -c "$1"; }

umask 077
part=$1.part.$$
trap 'rm -rf "$part"' EXIT
mkdir -p "$part"

printf 'backup: reading versions\n' >&2
ask "select 'postgresql ' || current_setting('server_version_num');
     select 'timescaledb ' || extversion from pg_extension where extname = 'timescaledb'" >"$part/versions"
grep -q '^timescaledb ' "$part/versions" || fail "the database at DATABASE_URL has no TimescaleDB"
server=$(sed -n 's/^postgresql //p' "$part/versions")
for each in pg_dump pg_dumpall pg_restore; do
  why=$(too_old "$each" "$server")
  [ -z "$why" ] || fail "$why"
done
# Before the dump: what it names is in the dump, and more may be.
ask "select audit_no || ':' || encode(hash, 'hex') from audit order by audit_no desc limit 1" >"$part/audit-head"

printf 'backup: dumping, which takes its time\n' >&2
"$(tool pg_dump)" --format=custom -d "$database" >"$part/database.dump" 2>"$part/log" ||
  fail "pg_dump failed: $(tail -n 5 "$part/log")"
rm "$part/log"
"$(tool pg_dumpall)" --roles-only --no-role-passwords -d "$database" >"$part/roles.sql" 2>/dev/null ||
  printf -- '-- DATABASE_URL may not read the roles.\n' >"$part/roles.sql"
"$(tool pg_restore)" --list <"$part/database.dump" >/dev/null || fail "the dump cannot be read again"
(cd "$part" && sha256sum database.dump roles.sql versions audit-head >SHA256SUMS)
mv "$part" "$1"
printf 'backup: %s, %s\n' "$1" "$(du -sh "$1" | cut -f1)" >&2
