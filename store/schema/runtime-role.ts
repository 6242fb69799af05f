import { PlatformError } from "../../base/errors.ts";
import { type Db, type Pool, withTransaction } from "../database/index.ts";

/** Tables whose rows are history. Their triggers refuse every change; the role has no right to them either. */
const APPEND_ONLY = ["audit", "broadcast_history", "broadcast_revisions"];

/** A role as SQL writes it. */
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The role that a connection acts as. */
export async function readRole(db: Db): Promise<string> {
  const { rows } = await db.query<{ role: string }>("select current_user as role");
  return rows[0]!.role;
}

/**
 * Grants `role` the rights that the platform needs while it runs, and no more: rows of all tables, and on history
 * tables only to read and to add. Other rights on them that somebody had granted are revoked. Repeated at each start,
 * because a new version or kind brings new tables.
 * @throws PlatformError `config_invalid` when the role is the owner itself, or unknown on that server
 */
export async function grantRuntimeRole(owner: Pool, role: string): Promise<void> {
  if (role === (await readRole(owner))) {
    throw new PlatformError(
      "config_invalid",
      `DATABASE_URL and DATABASE_OWNER_URL both use the role '${role}': expected two roles, of which only the owner may change the audit. Leave DATABASE_OWNER_URL unset to do without.`,
    );
  }
  const name = quoted(role);
  const cannot = (why: string, cause?: unknown) =>
    new PlatformError(
      "config_invalid",
      `DATABASE_OWNER_URL cannot give the role '${role}' of DATABASE_URL its rights: ${why}. Expected the owner of the tables, on the same server.`,
      { cause },
    );
  try {
    await withTransaction(owner, async (tx) => {
      // A grant without the right to it only gives a warning, which goes unread.
      const { rows: foreign } = await tx.query<{ name: string; owner: string }>(
        `select relname as name, pg_get_userbyid(relowner) as owner from pg_class
         where relnamespace = current_schema()::regnamespace and relkind in ('r', 'v', 'm', 'S')
           and not pg_has_role(current_user, relowner, 'usage')
         order by relname limit 1`,
      );
      if (foreign[0]) throw cannot(`${foreign[0].name} belongs to '${foreign[0].owner}'`);
      const { rows } = await tx.query<{ schema: string }>("select current_schema() as schema");
      const schema = quoted(rows[0]!.schema);
      await tx.query(`grant usage on schema ${schema} to ${name}`);
      await tx.query(`grant select, insert, update, delete on all tables in schema ${schema} to ${name}`);
      await tx.query(`grant usage, select on all sequences in schema ${schema} to ${name}`);
      for (const table of APPEND_ONLY) {
        await tx.query(`revoke all on ${table} from ${name}`);
        await tx.query(`grant select, insert on ${table} to ${name}`);
      }
      // Only the owner writes the record of applied migrations.
      await tx.query(`revoke insert, update, delete on schema_migrations from ${name}`);
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code !== "42704" && code !== "42501") throw error;
    throw cannot((error as Error).message, error);
  }
}

/**
 * @throws PlatformError `config_invalid` when the runtime role does not see the owner's tables: the two URLs name
 * different databases
 */
export async function assertSameDatabase(owner: Db, runtime: Db): Promise<void> {
  const read = async (db: Db) => {
    const { rows } = await db.query<{ database: string; oid: number | null }>(
      "select current_database() as database, to_regclass('audit')::oid::int8 as oid",
    );
    return rows[0]!;
  };
  const [made, seen] = [await read(owner), await read(runtime)];
  if (made.database === seen.database && made.oid === seen.oid) return;
  throw new PlatformError(
    "config_invalid",
    `DATABASE_URL names the database '${seen.database}' and DATABASE_OWNER_URL '${made.database}', or they are on different servers: expected the same one`,
  );
}

/** The reason, in words, why the role of this connection could change the audit; undefined when it cannot. */
export async function whyAuditIsExposed(db: Db): Promise<string | undefined> {
  const { rows } = await db.query<{ superuser: boolean; owner: boolean; granted: string | null }>(
    `select (select rolsuper from pg_roles where rolname = current_user) as superuser,
            pg_has_role(current_user, c.relowner, 'member')
              or pg_has_role(current_user, d.datdba, 'member') as owner,
            (select string_agg(deed, ', ')
             from unnest(array['update', 'delete', 'truncate', 'trigger']) as deed
             where has_table_privilege(c.oid, deed)) as granted
     from pg_class c, pg_database d
     where c.oid = 'audit'::regclass and d.datname = current_database()`,
  );
  const { superuser, owner, granted } = rows[0]!;
  if (superuser) return "it is a superuser";
  if (owner) return "it owns the table or the database, or is a member of the role that does";
  return granted === null ? undefined : `it has the rights to ${granted}`;
}
