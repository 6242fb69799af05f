import { expect, vi } from "vitest";
import { openPool, type Pool } from "../../store/database/index.ts";
import { Replica } from "../../store/replica/index.ts";
import { databaseUrl } from "./server-databases.ts";

export interface TestReplica extends Replica {
  end(): Promise<void>;
}

/**
 * The replica at DATABASE_READ_URL, with the database of a test. It has to replay before a commit is answered
 * (`synchronous_commit=remote_apply`), because tests write past the API and read at once. Undefined where none is named.
 */
export async function openTestReplica(primary: Pool): Promise<TestReplica | undefined> {
  const server = process.env.DATABASE_READ_URL;
  // Some tests have pools that are none, or whose database lets nobody in.
  const own = (primary.options as Pool["options"] | undefined)?.connectionString;
  if (server === undefined || !URL.canParse(own ?? "")) return undefined;
  if (
    await primary.query("select 1").then(
      () => false,
      () => true,
    )
  )
    return undefined;
  const url = databaseUrl(server, new URL(own!).pathname.slice(1));
  const open = (size: number) => openPool({ url, size, applicationName: "test-replica" }, () => {});
  const [pool, looks] = [open(4), open(1)];
  const replica = new Replica({
    ...{ pool, looks, primary, fallback: primary },
    maxAgeMs: Number.MAX_SAFE_INTEGER,
    statementMs: 60_000,
    onChange: () => {},
    onGivenUp: (error) => console.error("the replica gave up:", error.message),
  });
  await vi.waitFor(async () => {
    await replica.look();
    expect(replica.trouble()).toBeUndefined();
  });
  return Object.assign(replica, {
    end: async () => void (await Promise.all([pool.end(), looks.end()])),
  });
}
