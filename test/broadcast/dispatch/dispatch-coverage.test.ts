import { afterAll, beforeAll, expect, it } from "vitest";
import {
  readCoverage,
  readCoverageTotal,
  readTimings,
  readUnheardVillages,
} from "../../../store/broadcast/coverage.ts";
import { listTargets, readTargetReports } from "../../../store/broadcast/reports.ts";
import {
  insertTargets,
  readTargets,
  reopenTargets,
  writeTargetChanges,
} from "../../../store/broadcast/targets.ts";
import { type Client, withTransaction } from "../../../store/database/database.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { NOTHING_KNOWN } from "../scene.ts";

let db: TestDatabase;
let broadcastNo: number;

const RELEASED = "2026-05-01T00:00:00Z";
const after = (seconds: number) => new Date(Date.parse(RELEASED) + seconds * 1000).toISOString();
const YANG = "520326001001";
const PING = "520326001002";
const LONG = "520326002001";

/** Two villages of one township, one of another: sounded; failed and refused; sounded and offline. */
beforeAll(async () => {
  db = await createTestDatabase();
  const first = await addDevice(db.pool, "sp-a", { kind: "speaker", regionCode: YANG });
  await db.pool.query(
    `insert into regions (code, parent_code, name, level) values ($1, '520326001', '坪上村', 5),
       ('520326002', '520326', '丰乐镇', 4), ($2, '520326002', '龙潭村', 5)`,
    [PING, LONG],
  );
  const places = [PING, PING, LONG, LONG] as const;
  const others = [];
  for (const [i, regionCode] of places.entries())
    others.push(await addDevice(db.pool, `sp-b${i}`, { kind: "speaker", regionCode }));
  const { rows } = await db.pool.query<{ broadcast_no: number }>(
    `insert into broadcasts (id, state, message, mode, class, level, headline, created_by, released_at, expires_at,
       attempt, cap_identifier, cap_sender, cap_sent)
     values ('coverage', 'playing', '{}', 'actual', 'emergency', 1, 'x', 'test', $1, $2, 1, 'coverage', 'test', now())
     returning broadcast_no`,
    [RELEASED, after(3600)],
  );
  broadcastNo = rows[0]!.broadcast_no;
  const speakers = [first, ...others];
  const regions = [YANG, ...places];
  await insertTargets(
    db.pool,
    broadcastNo,
    speakers.map(({ deviceNo }, i) => ({ deviceNo, regionCode: regions[i]! })),
  );
  const states = ["sounded", "failed", "refused", "sounded", "offline"];
  for (const [i, { deviceNo }] of speakers.entries()) {
    const came = states[i] !== "offline";
    await db.pool.query(
      `update broadcast_targets set state = $3, reason = $4, handed_over_at = $5, started_at = $6
       where broadcast_no = $1 and device_no = $2`,
      [
        broadcastNo,
        deviceNo,
        states[i],
        states[i] === "failed" ? "no_sound" : states[i] === "refused" ? "expired" : null,
        came ? after(i + 1) : null,
        states[i] === "sounded" ? after(10 + i) : null,
      ],
    );
  }
  // Of another broadcast, which must not be counted.
  await db.pool.query(
    `insert into broadcasts (id, state, message, mode, class, level, headline, created_by, cap_identifier, cap_sender, cap_sent)
     values ('another', 'draft', '{}', 'actual', 'emergency', 1, 'x', 'test', 'another', 'test', now())`,
  );
});
afterAll(() => db.drop());

it("counts by village, township and county who was reached", async () => {
  const villages = await readCoverage(db.pool, broadcastNo, "village", NO_LIMITS);
  expect(
    villages.map(({ regionCode, name, targeted, sounded }) => [regionCode, name, targeted, sounded]),
  ).toEqual([
    [YANG, "杨村社区", 1, 1],
    [PING, "坪上村", 2, 0],
    [LONG, "龙潭村", 2, 1],
  ]);
  const townships = await readCoverage(db.pool, broadcastNo, "township", NO_LIMITS);
  expect(townships).toMatchObject([
    { regionCode: "520326001", name: "都濡街道", targeted: 3, sounded: 1, failed: 1, refused: 1, offline: 0 },
    { regionCode: "520326002", name: "丰乐镇", targeted: 2, sounded: 1, offline: 1, open: 0 },
  ]);
  expect(await readCoverage(db.pool, broadcastNo, "county", NO_LIMITS)).toMatchObject([
    {
      regionCode: "520326",
      targeted: 5,
      sounded: 2,
      refused: 1,
      failed: 1,
      offline: 1,
      cancelled: 0,
      open: 0,
    },
  ]);
});

it("names the villages in which nothing sounded, and says how many there are beyond the limit", async () => {
  expect((await readUnheardVillages(db.pool, broadcastNo, NO_LIMITS, 10)).silent).toEqual({
    count: 1,
    items: [
      { regionCode: PING, name: "坪上村", townshipName: "都濡街道", targeted: 2, open: 0, partlyHeard: 0 },
    ],
  });
  expect((await readUnheardVillages(db.pool, broadcastNo, limitsOf({ regions: [YANG] }), 10)).silent).toEqual(
    {
      count: 0,
      items: [],
    },
  );
});

it("calls no township a village, where a speaker is registered at one", async () => {
  const undone = withTransaction(db.pool, async (tx) => {
    await tx.query(
      `update broadcast_targets set region_code = left(region_code, 9)
       where broadcast_no = $1 and region_code = $2`,
      [broadcastNo, PING],
    );
    const { silent, partly, waiting } = await readUnheardVillages(tx, broadcastNo, NO_LIMITS, 10);
    expect([silent.count, partly.count, waiting.count]).toEqual([0, 0, 0]);
    // Its speakers are counted all the same.
    expect((await readCoverageTotal(tx, broadcastNo, NO_LIMITS)).targeted).toBe(5);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
});

it("keeps apart the villages that may still sound", async () => {
  expect((await readUnheardVillages(db.pool, broadcastNo, NO_LIMITS, 10)).waiting).toEqual({
    count: 0,
    items: [],
  });
  const undone = withTransaction(db.pool, async (tx) => {
    await tx.query(
      `update broadcast_targets set state = 'started' where broadcast_no = $1
       and device_no = (select min(device_no) from broadcast_targets where broadcast_no = $1 and region_code = $2)`,
      [broadcastNo, PING],
    );
    expect((await readUnheardVillages(tx, broadcastNo, NO_LIMITS, 10)).silent).toEqual({
      count: 0,
      items: [],
    });
    expect((await readUnheardVillages(tx, broadcastNo, NO_LIMITS, 10)).waiting).toMatchObject({
      count: 1,
      items: [{ regionCode: PING, targeted: 2, open: 1 }],
    });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
});

it("does not call a village silent that heard a part, in whichever attempt", async () => {
  const list = async (tx: Client, which: "silent" | "partly" | "waiting") =>
    (await readUnheardVillages(tx, broadcastNo, NO_LIMITS, 10))[which].items.map(
      ({ regionCode, partlyHeard }) => [regionCode, partlyHeard],
    );
  const undone = withTransaction(db.pool, async (tx) => {
    const set = (values: string) =>
      tx.query(
        `update broadcast_targets set ${values} where broadcast_no = $1
         and device_no = (select min(device_no) from broadcast_targets where broadcast_no = $1 and region_code = $2)`,
        [broadcastNo, PING],
      );
    // How long it says to have played is not what counts: it may have been measured silent.
    await set("state = 'failed', reason = 'cut_short', seconds_played = 12");
    expect([await list(tx, "silent"), await list(tx, "partly")]).toEqual([[[PING, 0]], []]);
    for (const values of ["state = 'cancelled', reason = null", "state = 'failed', reason = 'cut_short'"]) {
      await set(`${values}, partly_heard = true`);
      expect([await list(tx, "silent"), await list(tx, "partly")]).toEqual([[], [[PING, 1]]]);
    }
    expect(await readCoverageTotal(tx, broadcastNo, NO_LIMITS)).toMatchObject({ failed: 1, partlyHeard: 1 });
    // Another attempt, of which nobody answers: they have heard the first one nevertheless.
    await reopenTargets(tx, broadcastNo, 2);
    expect([await list(tx, "partly"), await list(tx, "waiting")]).toEqual([[], [[PING, 0]]]);
    const again = (await readTargets(tx, [broadcastNo])).filter(({ attempt }) => attempt === 2);
    expect(again.map(({ partlyHeard }) => partlyHeard)).toEqual([true, false]);
    const unanswered = {
      state: "failed" as const,
      reason: "no_answer",
      reportedAttempt: 2,
      ...NOTHING_KNOWN,
    };
    await writeTargetChanges(
      tx,
      again.map((target) => ({ ...target, ...unanswered })),
    );
    expect(await list(tx, "partly")).toEqual([[PING, 1]]);
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
});

it("shows a caller its own regions and devices only", async () => {
  const limits = limitsOf({ regions: ["520326002"] });
  expect(await readCoverageTotal(db.pool, broadcastNo, limits)).toMatchObject({ targeted: 2, sounded: 1 });
  expect((await readCoverage(db.pool, broadcastNo, "county", limits))[0]).toMatchObject({ targeted: 2 });
  expect(await readCoverage(db.pool, broadcastNo, "village", limitsOf({ kinds: ["camera"] }))).toEqual([]);
  const { items } = await listTargets(db.pool, broadcastNo, {}, limits, { limit: 10 });
  expect(items.map(({ deviceId }) => deviceId)).toEqual(["sp-b2", "sp-b3"]);
});

it("tells how long it took from the release, by percentiles", async () => {
  const timings = await readTimings(db.pool, broadcastNo, NO_LIMITS);
  expect(timings.handedOver).toEqual({ count: 4, p50: 2, p95: 4, p99: 4, max: 4 });
  expect(timings.started).toEqual({ count: 2, p50: 10, p95: 13, p99: 13, max: 13 });
  expect(timings.ended).toEqual({ count: 0, p50: null, p95: null, p99: null, max: null });
});

it("tells it of those that were tried again, too, from the release", async () => {
  const undone = withTransaction(db.pool, async (tx) => {
    await reopenTargets(tx, broadcastNo, 2);
    const { handedOver } = await readTimings(tx, broadcastNo, NO_LIMITS);
    expect(handedOver).toEqual({ count: 2, p50: 1, p95: 4, p99: 4, max: 4 });
    await tx.query(
      "update broadcast_targets set handed_over_at = $2 where broadcast_no = $1 and attempt = 2",
      [broadcastNo, after(900)],
    );
    expect((await readTimings(tx, broadcastNo, NO_LIMITS)).handedOver).toEqual({
      count: 4,
      p50: 4,
      p95: 900,
      p99: 900,
      max: 900,
    });
    // Late proof of the first attempt: the row tells of that one, and so do the times.
    await tx.query(
      `update broadcast_targets set state = 'sounded', reported_attempt = 1, started_at = $2
       where broadcast_no = $1 and attempt = 2`,
      [broadcastNo, after(20)],
    );
    const timings = await readTimings(tx, broadcastNo, NO_LIMITS);
    expect(timings.handedOver).toEqual({ count: 4, p50: 2, p95: 4, p99: 4, max: 4 });
    const { items } = await listTargets(tx, broadcastNo, {}, NO_LIMITS, { limit: 9 });
    expect(items.map(({ handedOverAt }) => handedOverAt?.toISOString()).sort()).toEqual(
      [1, 2, 3, 4, undefined].map((seconds) => seconds && after(seconds)),
    );
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
});

it("lists targets in pages and filtered, and reads all of them for a report", async () => {
  const pages = [];
  let cursor: string | undefined;
  do {
    const page = await listTargets(db.pool, broadcastNo, {}, NO_LIMITS, { limit: 2, cursor });
    pages.push(page.items.map(({ deviceId }) => deviceId));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(pages).toEqual([["sp-a", "sp-b0"], ["sp-b1", "sp-b2"], ["sp-b3"]]);
  const failed = await listTargets(db.pool, broadcastNo, { states: ["failed"] }, NO_LIMITS, { limit: 9 });
  expect(failed.items).toMatchObject([
    {
      deviceId: "sp-b0",
      reason: "no_sound",
      villageName: "坪上村",
      townshipName: "都濡街道",
      countyName: "务川县",
    },
  ]);
  const inTown = await listTargets(db.pool, broadcastNo, { region: "520326002" }, NO_LIMITS, { limit: 9 });
  expect(inTown.items).toHaveLength(2);
  const all = [];
  for await (const part of readTargetReports(db.pool, broadcastNo, {}, NO_LIMITS, 2)) all.push(part.length);
  expect(all).toEqual([2, 2, 1]);
});
