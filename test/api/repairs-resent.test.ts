import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { PLATFORM_ACTOR } from "../../store/audit/audit.ts";
import { withTransaction } from "../../store/database/database.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { lockMoments } from "../../store/readings/moments.ts";
import { ReadingsBatch } from "../../store/readings/readings-batch.ts";
import { refuseNone, settleReadings } from "../../store/readings/settle-readings.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { lastRejection, rejectionsOf, startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { createCallers } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** Readings that people have voided or corrected, and what their device sends of the same moments afterwards. */

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const PERSON = callers.as(ADMINISTRATOR);

beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const NOON = Date.UTC(2026, 2, 1, 4);
const at = (hour: number) => new Date(NOON + hour * 3_600_000).toISOString();
const get = async (url: string) => (await api.call({ url: `/v1/devices/${url}`, headers: PERSON })).json;
const post = async (url: string, payload: object) =>
  (await api.call({ method: "POST", url: `/v1/devices/${url}`, payload, headers: PERSON })).json;
const repair = (id: string, payload: object, [from, to] = [at(1), at(1.5)]) =>
  post(`${id}/repairs`, { reason: "it was wrong", from, to, ...payload });
const correct = (id: string, ...corrections: object[]) => repair(id, { action: "correct", corrections });
const undo = (id: string, { id: number }: { id: number }) =>
  post(`${id}/repairs/${number}/undo`, { reason: "it was right" });

/** What there is of a device: readings with the metrics that have a value, newest values, usage of the day. */
async function everything(id: string) {
  const { items } = await get(`${id}/readings?order=asc`);
  const range = "from=2026-02-28T16:00:00Z&to=2026-03-02T16:00:00Z&metrics=volume&interval=1d";
  const [day] = (await get(`${id}/series?${range}`)).items;
  const { metrics } = await get(`${id}/latest`);
  const present = (of: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(of).filter(([, value]) => value !== null));
  return {
    readings: items.map((one: { metrics: Record<string, unknown>; extra: unknown; corrected: boolean }) => ({
      ...present(one.metrics),
      ...(one.extra ? { extra: one.extra } : {}),
      ...(one.corrected ? { corrected: true } : {}),
    })),
    used: day?.values.volume.delta,
    latest: Object.fromEntries(
      Object.entries(present(metrics)).map(([name, one]) => [name, (one as { value: unknown }).value]),
    ),
  };
}

/** A device that has sent its readings, one an hour. */
async function meter(id: string, ...readings: object[]) {
  await insertDevice(db.pool, id);
  const side = await startTestIngest(db.pool);
  const send = (hour: number, reading: object) =>
    side.publish(id, "telemetry", { observedAt: at(hour), ...reading });
  for (const [hour, reading] of readings.entries()) await send(hour, reading);
  return { ...side, send } satisfies TestIngest & { send: unknown };
}

describe("undoing a void", () => {
  it("merges what was voided into what the device has sent since, sums and newest values included", async () => {
    const id = "merge";
    const middle = { volume: 110, pressure: 2, battery: 3.6, serial: 7, note: "a" };
    const { send, ledger } = await meter(id, { volume: 100 }, middle, { volume: 120 });
    const voided = await repair(id, { action: "void" });
    await send(1, { temperature: 20, seen: true });
    const before = await ledger(id);
    expect(await everything(id)).toMatchObject({
      readings: [{ volume: 100 }, { temperature: 20 }, { volume: 120 }],
      latest: { temperature: 20 },
    });
    expect((await undo(id, voided)).undone.restored).toBe(1);
    const { serial, note, ...metrics } = middle;
    expect(await everything(id)).toEqual({
      readings: [
        { volume: 100 },
        { ...metrics, temperature: 20, extra: { serial, note, seen: true } },
        { volume: 120 },
      ],
      used: 20,
      latest: { volume: 120, pressure: 2, battery: 3.6, temperature: 20 },
    });
    expect([await ledger(id), await rejectionsOf(db.pool, id)]).toEqual([before, []]);
  });

  // It takes a second session, which the embedded database has not.
  it.runIf(process.env.DATABASE_URL)("waits for whoever is deciding on the same moments", async () => {
    const id = "racing";
    const { send, ingest } = await meter(id, { volume: 100 }, { volume: 110, flow: 1 });
    const voided = await repair(id, { action: "void" });
    await send(1, { battery: 3.6 });
    const [table] = tablesOf([gasMeter]);
    const batch = new ReadingsBatch(table!);
    const row = batch.begin(ingest.directory.find(id)!.deviceNo, Date.parse(at(1)), Date.now());
    batch.setNumber(
      row,
      table!.columns.findIndex(({ name }) => name === "volume"),
      111,
    );
    let undone: ReturnType<typeof undo> | undefined;
    await withTransaction(db.pool, async (tx) => {
      await lockMoments(tx, batch.kept());
      let isDone = false;
      undone = undo(id, voided).finally(() => {
        isDone = true;
      });
      const waits =
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
      await expect
        .poll(async () => isDone || (await db.pool.query(waits)).rows[0].n, { timeout: 20_000, interval: 5 })
        .toBeTruthy();
      expect(await settleReadings(tx, batch, refuseNone)).toMatchObject({ stored: 1 });
    });
    expect((await undone).undone.restored).toBe(0);
    expect((await everything(id)).readings).toEqual([
      { volume: 100 },
      { volume: 111, flow: 1, battery: 3.6 },
    ]);
    expect(await rejectionsOf(db.pool, id)).toMatchObject([
      { reason: "conflict", partial: true, payload: { observedAt: at(1), volume: 110 } },
    ]);
  });

  it("lets stand what the device has said otherwise since, puts the rest back, and says what it could not", async () => {
    const id = "contradicted";
    const { send, ledger, ingest } = await meter(
      id,
      { volume: 100 },
      { volume: 110, pressure: 2, note: "a", place: { x: 1 } },
      { volume: 120 },
    );
    const voided = await repair(id, { action: "void" }, [at(0), at(3)]);
    await send(1, { volume: 111, battery: 3.6, note: "b", place: { x: 1.0 } });
    await send(2, { volume: 120 });
    const before = await ledger(id);
    // Of the first nothing came again, of the last the same.
    expect((await undo(id, voided)).undone.restored).toBe(2);
    const after = await everything(id);
    expect(after).toMatchObject({
      readings: [
        { volume: 100 },
        { volume: 111, pressure: 2, battery: 3.6, extra: { note: "b", place: { x: 1 } } },
        { volume: 120 },
      ],
      used: 20,
      latest: { volume: 120, pressure: 2 },
    });
    const [refused, ...more] = await rejectionsOf(db.pool, id);
    expect([refused, more]).toMatchObject([
      {
        reason: "conflict",
        partial: true,
        items: 1,
        detail: `undoing repair ${voided.id}: volume, note: another value is stored for ${at(1)}`,
        topic: `v1/devices/${id}/telemetry`,
        publisher: id,
        payload: { observedAt: at(1), volume: 110, note: "a" },
      },
      [],
    ]);
    expect(await ledger(id)).toEqual(before);

    // It can be tried again once what contradicts it is gone.
    await repair(id, { action: "void" });
    const replayed = await ingest.replay(await lastRejection(db.pool, id), PLATFORM_ACTOR, NO_LIMITS);
    expect(replayed.outcome).toBe("stored");
    expect((await everything(id)).readings[1]).toEqual({ volume: 110, extra: { note: "a" } });
    expect(await ledger(id)).toEqual(before);
  });

  it("counts as put back what the device has sent again itself", async () => {
    const { send, ledger } = await meter("sent-again", { volume: 100 }, { volume: 110, note: "a" });
    const voided = await repair("sent-again", { action: "void" });
    const before = await everything("sent-again");
    // A person has hidden it, and the device says it all the same: a void is no ban.
    await send(1, { volume: 110, note: "a" });
    expect(await everything("sent-again")).toMatchObject({ readings: [...before.readings, { volume: 110 }] });
    expect(await ledger("sent-again")).toEqual({ received: 3, stored: 3, duplicate: 0, rejected: 0 });
    expect((await undo("sent-again", voided)).undone.restored).toBe(1);
    expect(await rejectionsOf(db.pool, "sent-again")).toEqual([]);
  });
});

describe("a corrected reading", () => {
  it("that is delivered again is a duplicate, and what it says by now was never sent", async () => {
    const id = "litres";
    const { send, ledger } = await meter(id, { volume: 9.9 }, { volume: 10_000, flow: 1, note: "a" });
    const made = await correct(id, { metric: "volume", multiply: 0.001 });
    const corrected = await everything(id);
    expect(corrected.latest.volume).toBe(10);
    await send(1, { volume: 10_000, flow: 1, note: "a" });
    await send(1, { volume: 10_000 });
    expect(await ledger(id)).toEqual({ received: 4, stored: 2, duplicate: 2, rejected: 0 });
    await send(1, { volume: 10 });
    // What was not corrected is held against what stands there.
    await send(1, { flow: 2 });
    expect(await ledger(id)).toEqual({ received: 6, stored: 2, duplicate: 2, rejected: 2 });
    expect((await rejectionsOf(db.pool, id)).map(({ reason, payload }) => [reason, payload])).toEqual([
      ["conflict", { observedAt: at(1), volume: 10 }],
      ["conflict", { observedAt: at(1), flow: 2 }],
    ]);
    expect(await everything(id)).toEqual(corrected);
    await undo(id, made);
    await send(1, { volume: 10_000 });
    await send(1, { volume: 10 });
    expect(await ledger(id)).toEqual({ received: 8, stored: 2, duplicate: 3, rejected: 3 });
  });

  it("that was corrected twice is held against what its device sent, not against what stood between", async () => {
    const id = "twice";
    const { send, ledger } = await meter(id, { volume: 9 }, { volume: 10 });
    await correct(id, { metric: "volume", add: 1 });
    await send(1, { flow: 0.5 });
    await correct(id, { metric: "volume", add: 2 }, { metric: "flow", add: 1 });
    await send(1, { volume: 10, flow: 0.5 });
    expect(await ledger(id)).toEqual({ received: 4, stored: 3, duplicate: 1, rejected: 0 });
    for (const wrong of [{ volume: 11 }, { volume: 13 }, { flow: 1.5 }]) await send(1, wrong);
    expect(await ledger(id)).toMatchObject({ duplicate: 1, rejected: 3 });
    expect((await everything(id)).latest).toEqual({ volume: 13, flow: 1.5 });
  });

  it("of which a value was taken away does not get it back by a redelivery, but takes another one", async () => {
    const id = "taken";
    const { send, ledger } = await meter(id, { volume: 9 }, { volume: 10, flow: 0.5 });
    const made = await correct(id, { metric: "flow", set: null });
    await send(1, { volume: 10, flow: 0.5 });
    expect(await ledger(id)).toEqual({ received: 3, stored: 2, duplicate: 1, rejected: 0 });
    expect((await everything(id)).readings[1]).toEqual({ volume: 10, corrected: true });
    await send(1, { flow: 0.7, pressure: 2 });
    for (const flow of [0.7, 0.5, 0.9]) await send(1, { flow });
    // A person has another look at what came instead.
    const second = await correct(id, { metric: "flow", add: 1 });
    for (const flow of [0.7, 1.7]) await send(1, { flow });
    expect(await ledger(id)).toEqual({ received: 9, stored: 3, duplicate: 4, rejected: 2 });
    expect((await rejectionsOf(db.pool, id)).map(({ payload }) => payload.flow)).toEqual([0.9, 1.7]);
    expect((await undo(id, second)).undone.restored).toBe(1);
    // What it says by now stands.
    expect((await undo(id, made)).undone.restored).toBe(0);
    expect((await everything(id)).readings[1]).toEqual({ volume: 10, flow: 0.7, pressure: 2 });
    expect((await rejectionsOf(db.pool, id)).at(-1)).toMatchObject({
      reason: "conflict",
      partial: true,
      detail: `undoing repair ${made.id}: flow: another value is stored for ${at(1)}`,
      payload: { observedAt: at(1), flow: 0.5 },
    });
    expect(await ledger(id)).toMatchObject({ received: 9, stored: 3, rejected: 2 });
  });

  it("keeps what came to it since when the correction is undone, of corrected quantities as well", async () => {
    const id = "came-since";
    const { send } = await meter(id, { volume: 9 }, { volume: 10 });
    const made = await correct(id, { metric: "volume", add: 1 }, { metric: "flow", add: 1 });
    await send(1, { flow: 0.5, note: "a" });
    expect((await undo(id, made)).undone.restored).toBe(1);
    expect(await everything(id)).toMatchObject({
      readings: [{ volume: 9 }, { volume: 10, flow: 0.5, extra: { note: "a" } }],
      used: 1,
      latest: { volume: 10, flow: 0.5 },
    });
  });

  it("that was voided then, and sent anew, is held against what was sent anew", async () => {
    const id = "voided-then";
    const { send, ledger } = await meter(id, { volume: 9 }, { volume: 10_000 });
    await correct(id, { metric: "volume", multiply: 0.001 });
    await repair(id, { action: "void" });
    for (const volume of [11, 11, 10_000]) await send(1, { volume });
    expect(await ledger(id)).toEqual({ received: 5, stored: 3, duplicate: 1, rejected: 1 });
  });
});
