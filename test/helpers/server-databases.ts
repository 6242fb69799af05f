import pg from "pg";

/** Databases of a test run on a server, named `sbi_test_<run>_…`; the first is the template of the others. */
const prefix = (run: string) => `sbi_test_${run}_`;
export const templateName = (run: string) => `${prefix(run)}template`;

let made = 0;

/** The same server, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}

export async function withAdmin<T>(serverUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: serverUrl });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** Makes a database of this run, as a copy of `template` or empty. Returns its URL and a function that drops it. */
export async function createServerDatabase(
  serverUrl: string,
  run: string,
  template?: string,
): Promise<{ url: string; drop(): Promise<void> }> {
  made++;
  const name = `${prefix(run)}${process.pid}_${made}`;
  // template0 has no foreign objects in it, whatever was put into template1.
  await withAdmin(serverUrl, (admin) =>
    admin.query(`create database ${name} template ${template ?? "template0"}`),
  );
  return {
    url: databaseUrl(serverUrl, name),
    drop: () =>
      withAdmin(serverUrl, async (admin) => void (await admin.query(`drop database ${name} with (force)`))),
  };
}

/**
 * Makes the template once per run: the processes that run tests queue on an advisory lock, and `fill` brings a
 * database to the state that tests start from.
 */
export async function ensureServerTemplate(
  serverUrl: string,
  run: string,
  fill: (url: string) => Promise<void>,
): Promise<string> {
  const name = templateName(run);
  await withAdmin(serverUrl, async (admin) => {
    await admin.query("select pg_advisory_lock(hashtext($1))", [name]);
    const found = await admin.query("select from pg_database where datname = $1", [name]);
    if (found.rowCount) return;
    const draft = `${prefix(run)}draft`;
    await admin.query(`drop database if exists ${draft} with (force)`);
    await admin.query(`create database ${draft} template template0`);
    await fill(databaseUrl(serverUrl, draft));
    // A database with a connected client can't be copied, and TimescaleDB's scheduler connects to each.
    await admin.query(`alter database ${draft} with allow_connections false`);
    await admin.query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", [
      draft,
    ]);
    await admin.query(`alter database ${draft} rename to ${name}`);
  });
  return name;
}

/** Drops every database of a run: the template, and the databases of tests that broke off. */
export async function dropServerDatabases(serverUrl: string, run: string): Promise<void> {
  await withAdmin(serverUrl, async (admin) => {
    const { rows } = await admin.query<{ datname: string }>(
      "select datname from pg_database where starts_with(datname, $1)",
      [prefix(run)],
    );
    for (const { datname } of rows) await admin.query(`drop database ${datname} with (force)`);
  });
}
