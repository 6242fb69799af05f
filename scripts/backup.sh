#!/usr/bin/env bash
# Writes a backup of the platform's database, from which scripts/restore.sh makes it again.
set -euo pipefail

help() {
  cat <<'TEXT'
Writes a backup of the platform's database into a new folder: the platform may run meanwhile.

  DATABASE_URL=postgres://owner:…@db:5432/sbi scripts/backup.sh FOLDER

The folder gets
  database.dump   everything in the database as of one moment (pg_dump, custom format, compressed)
  roles.sql       the server's roles without their passwords: attributes, memberships, settings
  database.sql    who owns the database, who may connect to it, and its settings: scripts/restore.sh runs it
  versions        of PostgreSQL and TimescaleDB: a restore needs the same version of TimescaleDB
  audit-head      the audit's last row at about that moment, to hold the restored one against
  SHA256SUMS      of the files above

Not in it: DATA_DIR (signing-keys.json, audit-head, admin-key), the root's private half, the environment. See
docs/security.md, "Backups". Readings between a backup and a failure are lost: for a point in time, archive the WAL.

Environment
  DATABASE_URL   the owner of the tables, or a superuser
  PG_BIN         where pg_dump, pg_restore and psql are; of the server's major version or a newer one.
                 Unset: those of the PATH

Exit codes: 0 the backup is whole; 1 it is not, and the folder is not there; 2 wrong use
TEXT
}

[ "${1:-}" != "-h" ] && [ "${1:-}" != "--help" ] || { help; exit 0; }
fail() { printf 'backup: %s\n' "$1" >&2; exit "${2:-1}"; }
[ $# -eq 1 ] || fail "expected one folder to write to; see scripts/backup.sh --help" 2
[ -n "${DATABASE_URL:-}" ] || fail "DATABASE_URL is not set; see scripts/backup.sh --help" 2
[ ! -e "$1" ] || fail "'$1' is there already: expected a new folder" 2

# Quoted text stays quoted in every encoding.
export PGCLIENTENCODING=UTF8
# The password goes through the environment: every user of the machine can see a command line.
. "$(dirname "$0")/database-url.sh"
split_url "$DATABASE_URL" || fail "DATABASE_URL is no address of a database: expected postgres://user:password@host:port/name" 2

tool() { if [ -n "${PG_BIN:-}" ]; then printf '%s/%s' "$PG_BIN" "$1"; else printf '%s' "$1"; fi; }
ask() { "$(tool psql)" -X -A -t -v ON_ERROR_STOP=1 -d "$database" -c "$1"; }

# A setting with its value, of "name=value" in the column `one`. Of a list each element is a literal, as pg_dumpall has it:
# every role may give itself one, with any text in it.
readonly setting="quote_ident(split_part(one, '=', 1)) || ' to ' || case
  when lower(split_part(one, '=', 1)) in ('search_path', 'temp_tablespaces', 'unix_socket_directories',
    'local_preload_libraries', 'session_preload_libraries', 'shared_preload_libraries')
  then coalesce((select string_agg(quote_literal(coalesce(replace(m[1], '\"\"', '\"'), m[2])), ', ' order by place)
    from regexp_matches(substr(one, strpos(one, '=') + 1), '\"((?:[^\"]|\"\")*)\"|([^\",[:space:]][^,[:space:]]*)', 'g')
      with ordinality as element(m, place)), '''''')
  else quote_literal(substr(one, strpos(one, '=') + 1)) end || ';'"

# Every role may read these, except for the passwords; pg_dumpall needs a superuser.
roles() {
  printf '%s\n' "-- The roles of the server that '$1' was backed up on, without passwords: psql -f roles.sql, as a superuser. psql says" \
    "-- 'already exists' of those that are there, leaves them as they are, and goes on."
  ask "select 'create role ' || quote_ident(rolname) || case when rolcanlogin then ' login' else '' end
         || case when rolsuper then ' superuser' else '' end || case when rolcreatedb then ' createdb' else '' end
         || case when rolcreaterole then ' createrole' else '' end || case when rolinherit then '' else ' noinherit' end
         || case when rolreplication then ' replication' else '' end || case when rolbypassrls then ' bypassrls' else '' end
         || case when rolconnlimit >= 0 then ' connection limit ' || rolconnlimit else '' end
         || coalesce(' valid until ' || quote_literal(rolvaliduntil), '') || ';'
       from pg_roles where left(rolname, 3) <> 'pg_' order by rolname;
       select distinct 'grant ' || quote_ident(roles.rolname) || ' to ' || quote_ident(members.rolname)
         || coalesce(' with ' || nullif(concat_ws(', ', case when admin_option then 'admin option' end,
              'inherit ' || nullif(to_jsonb(m) ->> 'inherit_option', members.rolinherit::text),
              'set ' || nullif(to_jsonb(m) ->> 'set_option', 'true')), ''), '') || ';'
       from pg_auth_members m join pg_roles roles on roles.oid = roleid join pg_roles members on members.oid = member
       where left(members.rolname, 3) <> 'pg_' order by 1;
       select 'alter role ' || coalesce(quote_ident(rolname), 'all') || ' set ' || $setting
       from pg_db_role_setting left join pg_roles r on r.oid = setrole cross join unnest(setconfig) as one
       where setdatabase = 0 order by 1"
}

# Settings that pg_dump keeps only for a restore under the same name.
rights() {
  printf '%s\n' "-- Whose the database is, and who may do what with it: psql -d NAME -f database.sql, as a superuser."
  ask "select 'alter database :\"DBNAME\" owner to ' || quote_ident(pg_get_userbyid(datdba)) || ';'
         || case when datconnlimit >= 0 then e'\nalter database :\"DBNAME\" connection limit ' || datconnlimit || ';' else '' end
         || case when datacl is null then '' else e'\nrevoke all on database :\"DBNAME\" from public, '
              || quote_ident(pg_get_userbyid(datdba)) || ';' end
       from pg_database where datname = current_database();
       select 'grant ' || string_agg(lower(privilege_type), ', ' order by privilege_type) || ' on database :\"DBNAME\" to '
         || case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end
         || case when is_grantable then ' with grant option' else '' end || ';'
       from pg_database cross join aclexplode(datacl) where datname = current_database()
       group by grantee, is_grantable order by 1;
       select case setrole when 0 then 'alter database :\"DBNAME\" set '
                else 'alter role ' || quote_ident(pg_get_userbyid(setrole)) || ' in database :\"DBNAME\" set ' end || $setting
       from pg_db_role_setting join pg_database d on d.oid = setdatabase cross join unnest(setconfig) as one
       where datname = current_database() and one not like 'timescaledb.restoring=%' order by 1"
}

umask 077
part=$1.part.$$
trap 'rm -rf "$part"' EXIT
mkdir -p "$part"

printf 'backup: reading versions\n' >&2
ask "select 'postgresql ' || current_setting('server_version_num');
     select 'timescaledb ' || extversion from pg_extension where extname = 'timescaledb'" >"$part/versions"
grep -q '^timescaledb ' "$part/versions" || fail "the database at DATABASE_URL has no TimescaleDB"
server=$(sed -n 's/^postgresql //p' "$part/versions")
for each in pg_dump pg_restore; do
  why=$(too_old "$each" "$server")
  [ -z "$why" ] || fail "$why"
done
# Before the dump: everything that it names is in the dump, which may have more.
ask "select audit_no || ':' || encode(hash, 'hex') from audit order by audit_no desc limit 1" >"$part/audit-head"

printf 'backup: dumping, which takes its time\n' >&2
"$(tool pg_dump)" --format=custom -d "$database" >"$part/database.dump" 2>"$part/log" ||
  fail "pg_dump failed: $(tail -n 5 "$part/log")"
rm "$part/log"
rights >"$part/database.sql" || fail "whose the database is, and its rights, cannot be read"
missing=
roles "$database" >"$part/roles.sql" 2>"$part/log" || missing=$(tail -n 2 "$part/log")
rm "$part/log"
"$(tool pg_restore)" --list <"$part/database.dump" >/dev/null || fail "the dump cannot be read again"
(cd "$part" && sha256sum database.dump database.sql roles.sql versions audit-head >SHA256SUMS)
mv "$part" "$1"
printf 'backup: %s, %s\n' "$1" "$(du -sh "$1" | cut -f1)" >&2
if [ -n "$missing" ]; then
  printf '%s\n' "backup: WARNING: roles.sql is not whole, and a new server needs the roles before a restore: $missing" \
    "backup: WARNING: write them down as a superuser: pg_dumpall --roles-only --no-role-passwords" >&2
fi
