import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { withAdmin } from "./server-databases.ts";

/**
 * True when backups of the server at `DATABASE_URL` can be made here: the tools of a client older than the server
 * refuse it, and the embedded database is not backed up in this way.
 */
export async function usableTools(): Promise<boolean> {
  const { DATABASE_URL: url, PG_BIN: bin } = process.env;
  if (!url) return false;
  const { status, stdout } = spawnSync(bin ? join(bin, "pg_dump") : "pg_dump", ["--version"], {
    encoding: "utf8",
  });
  const { rows } = await withAdmin(url, (admin) =>
    admin.query<{ major: number }>("select current_setting('server_version_num')::int / 10000 as major"),
  );
  return status === 0 && Number(/\d+/.exec(stdout)?.[0]) >= rows[0]!.major;
}
