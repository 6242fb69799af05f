import { inject } from "vitest";
import { openPool, type Pool } from "../../store/database/index.ts";
import { Replica } from "../../store/replica/index.ts";
import { addRegions, addTables } from "./fill-database.ts";
import { type ReplicatedServer, startReplicated } from "./replica.ts";
import { createServerDatabase, databaseUrl } from "./server-databases.ts";

/** A database that is migrated, has the tables of every kind and the regions of Guizhou, and is replicated. */
export interface ReplicatedDatabase {
  readonly server: ReplicatedServer;
  readonly url: string;
  readonly readUrl: string;
  readonly primary: Pool;
  readonly atReplica: Pool;
  /** Stops the replica's replay and lets it go on: what the primary commits meanwhile, the replica does not have. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Waits until the replica has all that the primary has committed. */
  caughtUp(): Promise<void>;
  /** What a process knows of the replica; it looks when the test says so. */
  watch(overrides?: Partial<ConstructorParameters<typeof Replica>[0]>): Replica;
  end(): Promise<void>;
}

export async function createReplicatedDatabase(root: string): Promise<ReplicatedDatabase> {
  const server = await startReplicated(root);
  const { url } = await createServerDatabase(server.primaryUrl, inject("testRun").id);
  await addTables(url);
  await addRegions(url);
  const readUrl = databaseUrl(server.replicaUrl, new URL(url).pathname.slice(1));
  const open = (from: string, size: number) =>
    openPool({ url: from, size, applicationName: "test" }, () => {});
  const primary = open(url, 4);
  const atReplica = open(readUrl, 4);
  const pools = [primary, atReplica];
  const positionOf = async (text: string, pool: Pool) =>
    (await pool.query<{ at: string }>(`select (${text} - '0/0')::text as at`)).rows[0]!.at;
  const caughtUp = async () => {
    const goal = BigInt(await positionOf("pg_current_wal_flush_lsn()", primary));
    while (BigInt(await positionOf("pg_last_wal_replay_lsn()", atReplica)) < goal);
  };
  const askReplica = async (text: string) => void (await atReplica.query(text));
  await caughtUp();
  return {
    ...{ server, url, readUrl, primary, atReplica, caughtUp },
    pause: async () => {
      await caughtUp();
      await askReplica("select pg_wal_replay_pause()");
      const isPaused = async () =>
        (await atReplica.query("select pg_get_wal_replay_pause_state() as state")).rows[0].state === "paused";
      while (!(await isPaused()));
    },
    resume: async () => {
      await askReplica("select pg_wal_replay_resume()");
      await caughtUp();
    },
    watch(overrides = {}) {
      const looks = open(readUrl, 1);
      pools.push(looks);
      return new Replica({
        ...{ pool: atReplica, looks, primary, fallback: primary },
        maxAgeMs: 600_000,
        statementMs: 60_000,
        onChange: () => {},
        ...overrides,
      });
    },
    async end() {
      // Connections to a server that was killed do not end by themselves.
      await server.end();
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}
