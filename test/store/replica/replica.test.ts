import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { NO_LIMITS, openPool, withTransaction } from "../../../store/database/index.ts";
import { listRegions } from "../../../store/places/index.ts";
import { tellNews } from "../../../store/processes/index.ts";
import type { Replica } from "../../../store/replica/index.ts";
import { findTimescale } from "../../helpers/replica.ts";
import { createReplicatedDatabase, type ReplicatedDatabase } from "../../helpers/replicated-database.ts";

/** The server of the pipeline is PostgreSQL in a folder, of which a second one can be started. */
const root = process.env.DATABASE_URL ? findTimescale() : undefined;

const anyone = { callerId: "anyone", told: false, from: undefined };

/** Takes a minute at the replica, and no time at the primary. */
const slow = (name: string) =>
  `select count(*)::int as regions, case when pg_is_in_recovery() then pg_sleep(60)::text end as slept
   from regions /* ${name} */`;

describe.skipIf(root === undefined)("a streaming replica, where a server can be started in a folder", () => {
  let db: ReplicatedDatabase;

  beforeAll(async () => {
    db = await createReplicatedDatabase(root!);
  });
  // A test that failed may have left it standing still.
  afterEach(() => db.resume());
  afterAll(async () => {
    await db.end();
  });

  async function answering(overrides?: Parameters<ReplicatedDatabase["watch"]>[0]): Promise<Replica> {
    const replica = db.watch(overrides);
    await looksWell(replica);
    return replica;
  }
  const looksWell = (replica: Replica) =>
    vi.waitFor(async () => {
      await replica.look();
      expect(replica.trouble()).toBeUndefined();
    });
  const isAsleep = (name: string) =>
    vi.waitFor(async () => {
      const rows = await db.server.askReplica(
        `select from pg_stat_activity where query like '%/* ${name} */%' and wait_event = 'PgSleep'`,
      );
      expect(rows).toHaveLength(1);
    });
  const regions = async () =>
    (await db.primary.query<{ regions: number }>("select count(*)::int as regions from regions")).rows[0]!
      .regions;

  it("answers reads, and says how old it is", async () => {
    const replica = await answering();
    const read = (await replica.choose(anyone))!;
    const { rows } = await read.query("select pg_is_in_recovery() as is_replica");
    expect(rows).toEqual([{ is_replica: true }]);
    expect(replica.ageMs()).toBeLessThan(600_000);
  });

  it("answers nothing while it is older than the bound, says so once, and comes back", async () => {
    let now = 1000;
    const told: (string | undefined)[] = [];
    const replica = await answering({ now: () => now, maxAgeMs: 10_000, onChange: (why) => told.push(why) });
    const before = told.length;
    await db.pause();
    await db.primary.query("create table newer (n int)");
    now += 1000;
    await replica.look();
    expect(await replica.choose(anyone)).toBeDefined();
    for (let second = 0; second < 12; second++) {
      now += 1000;
      await replica.look();
    }
    expect(await replica.choose(anyone)).toBeUndefined();
    expect(told.slice(before)).toEqual([expect.stringMatching(/^the replica is behind by 1\d s$/)]);
    await db.resume();
    await looksWell(replica);
    expect(await replica.choose(anyone)).toBeDefined();
    expect(told.slice(before + 1)).toEqual([undefined]);
  });

  it("is too old by itself when nobody looks any more", async () => {
    let now = 1000;
    const replica = await answering({ now: () => now, maxAgeMs: 10_000 });
    now += 10_001;
    expect(await replica.choose(anyone)).toBeUndefined();
  });

  it("does not answer a caller whose change it does not have, at whichever process, and answers others", async () => {
    const [here, there] = [await answering(), await answering()];
    await db.pause();
    await db.primary.query("create table changed (n int)");
    await here.noteWrite("writer");
    for (const replica of [here, there]) {
      expect(await replica.choose({ ...anyone, callerId: "writer" })).toBeUndefined();
      expect(await replica.choose({ ...anyone, callerId: "reader" })).toBeDefined();
    }
    await db.resume();
    for (const replica of [here, there]) {
      const read = await replica.choose({ ...anyone, callerId: "writer" });
      expect((await read!.query("select from changed")).rowCount).toBe(0);
    }
  });

  it("does not answer before it has what streams have told, where that is wanted", async () => {
    const replica = await answering();
    await db.pause();
    await withTransaction(db.primary, (tx) => tellNews(tx, [{ topic: "test", payload: {} }]));
    expect(await replica.choose({ ...anyone, told: true })).toBeUndefined();
    expect(await replica.choose(anyone)).toBeDefined();
    await db.resume();
    expect(await replica.choose({ ...anyone, told: true })).toBeDefined();
  });

  it("does not answer the page after one that was newer", async () => {
    const replica = await answering();
    await db.pause();
    await db.primary.query("create table paged (n int)");
    const atPrimary = await replica.positionOf(false);
    const atReplica = await replica.positionOf(true);
    expect(atPrimary).toBeGreaterThan(atReplica);
    expect(await replica.choose({ ...anyone, from: atPrimary })).toBeUndefined();
    expect(await replica.choose({ ...anyone, from: atReplica })).toBeDefined();
    await db.resume();
    expect(await replica.choose({ ...anyone, from: atPrimary })).toBeDefined();
  });

  it("passes a statement to the primary that it cancels for a conflict with its replay", async () => {
    const givenUp: string[] = [];
    const replica = await answering({
      onGivenUp: (error) => givenUp.push(String((error as { code?: string }).code)),
    });
    await db.primary.query("create table swept as select n from generate_series(1, 1000) n");
    await db.caughtUp();
    const read = (await replica.choose(anyone))!;
    const answer = read.query(slow("swept"));
    await isAsleep("swept");
    await db.primary.query("delete from swept");
    await db.primary.query("vacuum swept");
    expect((await answer).rows).toMatchObject([{ regions: await regions(), slept: null }]);
    expect(givenUp).toEqual(["40001"]);
    expect(read.isFromReplica()).toBe(false);
    expect(replica.trouble()).toBeUndefined();
  });

  it("is no replica when it is the primary, or has another database", async () => {
    const itself = db.watch({ looks: db.primary, pool: db.primary });
    await itself.look();
    expect(itself.trouble()).toContain("no replica");
    expect(await itself.choose(anyone)).toBeUndefined();
    await db.primary.query("create database another");
    const other = new URL(db.readUrl);
    other.pathname = "/another";
    await db.caughtUp();
    const looks = openPool({ url: other.href, size: 1, applicationName: "test" }, () => {});
    const strange = db.watch({ looks });
    await strange.look();
    await looks.end();
    expect(strange.trouble()).toContain("another database than the primary");
    expect(await strange.choose(anyone)).toBeUndefined();
  });

  it("that stands still in the middle of a statement is given up, and the primary answers", async () => {
    const replica = await answering();
    const answer = (await replica.choose(anyone))!.query(slow("frozen"));
    await isAsleep("frozen");
    db.server.freezeReplica();
    try {
      await replica.look();
      expect((await answer).rows).toEqual([{ regions: await regions(), slept: null }]);
      expect(replica.trouble()).toContain("away");
      expect(await replica.choose(anyone)).toBeUndefined();
    } finally {
      db.server.thawReplica();
    }
    await looksWell(replica);
  });

  it("that is killed in the middle of a list leaves the rest to the primary, without a gap or a repetition", async () => {
    const replica = await answering();
    const read = (await replica.choose(anyone))!;
    const underWay = (await replica.choose(anyone))!.query(slow("killed"));
    await isAsleep("killed");
    const counties = { under: "52", level: "county" } as const;
    const codes: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listRegions(read, counties, NO_LIMITS, { limit: 7, cursor });
      codes.push(...page.items.map(({ code }) => code));
      if (codes.length === 21) await db.server.killReplica();
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const { rows } = await db.primary.query<{ code: string }>(
      "select code from regions where length(code) = 6 order by code",
    );
    expect(codes.length).toBeGreaterThan(21);
    expect(codes).toEqual(rows.map(({ code }) => code));
    expect((await underWay).rows).toEqual([{ regions: await regions(), slept: null }]);
    expect(read.isFromReplica()).toBe(false);
    await replica.look();
    expect(replica.trouble()).toContain("away");
    await db.server.startReplicaAgain();
    await looksWell(replica);
    expect(await replica.choose(anyone)).toBeDefined();
  });
});
