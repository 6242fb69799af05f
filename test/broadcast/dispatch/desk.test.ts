import { setImmediate as nextTurn } from "node:timers/promises";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type { Order } from "../../../broadcast/contract/command.ts";
import { DispatchDesk } from "../../../broadcast/dispatch/desk.ts";
import type { LifecycleAction } from "../../../broadcast/lifecycle/lifecycle.ts";
import { orderNews } from "../../../broadcast/lifecycle/step-news.ts";
import { cancelTargets } from "../../../store/broadcast/targets.ts";
import { insertReplies } from "../../../store/events/write-events.ts";
import { takeLeases } from "../../../store/processes/leases.ts";
import { newsSpan, readNewsAfter, tellNews } from "../../../store/processes/news.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addSpeakers, PATIENT, type Released, release, SPEAKERS, sign, until } from "../scene.ts";

const HOUR = 3_600_000;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("delete from leases"));

type Speaker = Awaited<ReturnType<typeof addSpeakers>>[number];

/** The processes of one platform, whose news and doors are in the test's hand. */
function makePlatform() {
  const processes = new Map<number, ReturnType<typeof makeProcess>>();
  const logged: { msg: string }[] = [];
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });

  function makeProcess(processNo: number, settings = {}, missedEveryMs = HOUR) {
    const online = new Set<string>();
    const heard: { deviceId: string; commandId: string; order: Order }[] = [];
    const state = { isDead: false, mayAct: true, isUnsure: false, isSilent: false, hasLeft: false };
    // What a process of its own does with the database ends with it.
    const pool = Object.create(db.pool) as typeof db.pool;
    pool.query = ((...args: Parameters<typeof db.pool.query>) =>
      state.isDead ? new Promise(() => {}) : db.pool.query(...args)) as typeof db.pool.query;
    pool.connect = (() =>
      state.isDead ? new Promise(() => {}) : db.pool.connect()) as typeof db.pool.connect;
    const deliver = async ({ id }: { id: string }, { payload }: { payload: string }) => {
      if (state.isDead || !online.has(id)) return "not_listening" as const;
      const { commandId, jws } = JSON.parse(payload) as { commandId: string; jws: string };
      const order = JSON.parse(Buffer.from(jws.split(".")[1]!, "base64url").toString()) as Order;
      heard.push({ deviceId: id, commandId, order });
      if (state.isSilent) return new Promise<"taken">(() => {});
      if (state.isUnsure) throw new Error("nobody knows");
      return "taken" as const;
    };
    const desk = new DispatchDesk({
      pool,
      speakers: SPEAKERS,
      sign,
      deliver,
      isOnline: (id) => online.has(id),
      onProgress: () => {},
      log,
      registry: new Registry(),
      settings: { ...PATIENT, ...settings },
      stopWaitMs: 2_000,
      missedEveryMs,
      cluster: {
        tell: (news) => tellNews(pool, news, processNo),
        elsewhere: {
          async whereAre(deviceNos) {
            const { rows } = await db.pool.query<{ id: string; device_no: number }>(
              "select id, device_no from devices where device_no = any ($1::int4[])",
              [deviceNos],
            );
            const found = new Map<number, number>();
            for (const [no, other] of processes) {
              if (no === processNo || other.state.isDead) continue;
              for (const { id, device_no } of rows) if (other.online.has(id)) found.set(device_no, no);
            }
            return found;
          },
          isAnySilentSince: async () =>
            [...processes.values()].some(({ state }) => state.isDead && !state.hasLeft),
          deliverAt: (no, device, command) =>
            state.isDead ? new Promise(() => {}) : processes.get(no)!.deliver(device, command),
        },
      },
    });
    let position = 0;
    let isReading = false;
    const made = {
      desk,
      online,
      heard,
      state,
      deliver,
      connect: (speakers: readonly Speaker[]) => {
        for (const { id } of speakers) online.add(id);
      },
      /** Takes the duty, if it is free. */
      async take() {
        const [lease] = await takeLeases(db.pool, ["dispatch"], processNo, HOUR);
        if (!lease) throw new Error("another process has it");
        const end = desk.take({ lease, mayAct: () => state.mayAct });
        await desk.resumed();
        return end;
      },
      kill() {
        state.isDead = true;
      },
      async read() {
        if (state.isDead || isReading) return;
        isReading = true;
        const news = await readNewsAfter(db.pool, position, 1_000);
        position = news.at(-1)?.newsNo ?? position;
        desk.onNews(news);
        isReading = false;
      },
      async begin() {
        position = (await newsSpan(db.pool)).last;
      },
    };
    processes.set(processNo, made);
    onTestFinished(async () => {
      if (!state.isDead) await desk.stop();
    });
    return made;
  }

  const reading = setInterval(() => {
    for (const process of processes.values()) void process.read();
  }, 20);
  onTestFinished(() => clearInterval(reading));
  return { makeProcess, logged };
}

async function start(count: number, settings = {}, missedEveryMs = HOUR) {
  type Made = ReturnType<typeof makeProcess>;
  const { makeProcess, logged } = makePlatform();
  const [a, b, c] = [1, 2, 3].map((no) => makeProcess(no, settings, missedEveryMs)) as [Made, Made, Made];
  for (const process of [a, b, c]) await process.begin();
  return { a, b, c, logged, speakers: await addSpeakers(db.pool, count) };
}

const tellOrder = (action: LifecycleAction, { broadcastNo }: Released, attempt = 1) =>
  tellNews(db.pool, orderNews(action, { broadcastNo, attempt, releasedAt: new Date() }));

/** As the service commits it. */
async function cancel(released: Released) {
  const { broadcastNo } = released;
  await db.pool.query("update broadcasts set state = 'cancelled' where broadcast_no = $1", [broadcastNo]);
  await cancelTargets(db.pool, broadcastNo);
  await tellOrder("cancel", released);
}

const targetOf = async ({ broadcastNo }: Released, { deviceNo }: Speaker) =>
  (
    await db.pool.query("select * from broadcast_targets where broadcast_no = $1 and device_no = $2", [
      broadcastNo,
      deviceNo,
    ])
  ).rows[0];
const stateOf = async ({ broadcastNo }: Released) =>
  (await db.pool.query("select state from broadcasts where broadcast_no = $1", [broadcastNo])).rows[0].state;

const replyOf = ({ deviceNo }: Speaker, commandId: string, outcome: string, more = {}) => {
  const at = Date.now();
  const data = JSON.stringify(more);
  return { deviceNo, commandId, outcome, observedAt: at, receivedAt: at, data };
};
type Process = Awaited<ReturnType<typeof start>>["a"];

/** A reply is committed at a process, and told to its desk. */
async function answer(process: Process | undefined, ...reply: Parameters<typeof replyOf>) {
  const made = replyOf(...reply);
  await insertReplies(db.pool, [made]);
  process?.desk.onReplies([made]);
}

async function play(process: Process, speaker: Speaker, commandId: string) {
  await answer(process, speaker, commandId, "accepted");
  await answer(process, speaker, commandId, "started");
  const at = Date.now();
  const { deviceNo } = speaker;
  process.desk.onReadings([
    { deviceNo, observedAt: at, receivedAt: at, amplifierCurrent: 2.8, soundLevel: 95, playState: "playing" },
  ]);
  await answer(process, speaker, commandId, "ended", { secondsPlayed: 1 });
}

describe("a broadcast of a platform of three processes", () => {
  it("that is released at one is begun by the one that dispatches, and proven at all", async () => {
    const { a, b, c, speakers } = await start(3);
    const [one, two, three] = speakers as [Speaker, Speaker, Speaker];
    a.connect([one]);
    b.connect([two]);
    c.connect([three]);
    await b.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await a.desk.begin(released.broadcastNo);
    for (const [process, speaker] of [
      [a, one],
      [b, two],
      [c, three],
    ] as const) {
      await until(() => expect(process.heard.map(({ deviceId }) => deviceId)).toEqual([speaker.id]));
      await until(() => expect(process.desk.wantsReadingsOf(speaker.deviceNo)).toBe(true));
      await play(process, speaker, released.commandId);
    }
    await until(async () => expect(await stateOf(released)).toBe("completed"));
    expect(await targetOf(released, three)).toMatchObject({
      state: "sounded",
      sends: 1,
      evidence_current: 2.8,
    });
  });

  it("that is released where it is dispatched is begun once, whatever the news say of it", async () => {
    const { a, b, speakers } = await start(2);
    a.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    const { broadcastNo } = released;
    const begun = a.desk.begin(broadcastNo);
    // The news are quicker than the database with what is on the air.
    const [order] = orderNews("dispatch", { broadcastNo, attempt: 1, releasedAt: new Date() });
    a.desk.onNews([{ ...order!, newsNo: 1, processNo: null }]);
    await begun;
    await tellOrder("dispatch", released);
    await until(() => expect(a.heard).toHaveLength(2));
    await tellOrder("cancel", { ...released, broadcastNo: released.broadcastNo + 1_000 });
    await until(async () => {
      const { rows } = await db.pool.query("select 1 from news where topic = 'dispatch.stop'");
      expect(rows).toHaveLength(1);
    });
    expect(a.heard).toHaveLength(2);
    expect(b.heard).toEqual([]);
  });

  it("that is cancelled at one is stopped at all, and the answer says that the stop is on its way", async () => {
    const { a, b, c, speakers } = await start(2);
    const [one, two] = speakers as [Speaker, Speaker];
    b.connect([one]);
    c.connect([two]);
    await b.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await until(() => expect([b.heard.length, c.heard.length]).toEqual([1, 1]));
    await cancel(released);
    expect(await a.desk.cancel(released.broadcastNo)).toEqual({ stop: "on_its_way", unsure: 0 });
    for (const process of [b, c]) {
      await until(() => expect(process.heard.at(-1)!.order).toMatchObject({ type: "stop" }));
      expect(process.heard).toHaveLength(2);
    }
  });

  it("is cancelled at the one that dispatches, and the answer does not wait for a process that says nothing, but counts its speakers", async () => {
    const { a, b, speakers } = await start(1);
    b.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    await a.desk.begin(released.broadcastNo);
    await until(async () => expect(await targetOf(released, speakers[0]!)).toMatchObject({ sends: 1 }));
    b.state.isSilent = true;
    await cancel(released);
    expect(await a.desk.cancel(released.broadcastNo)).toEqual({ stop: "on_record", unsure: 1 });
  });

  it("is cancelled without anybody who dispatches, and the answer says so; who takes over stops it", async () => {
    const { a, b, c, speakers } = await start(1);
    c.connect(speakers);
    await b.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await until(() => expect(c.heard).toHaveLength(1));
    b.kill();
    await cancel(released);
    expect(await a.desk.cancel(released.broadcastNo)).toEqual({ stop: "on_record", unsure: null });
    await db.pool.query("update leases set until = now() - interval '1 second'");
    await a.take();
    await until(() => expect(c.heard.at(-1)!.order).toMatchObject({ type: "stop" }));
  });

  it("is stopped at speakers that come later too, whatever the process of before has sent them", async () => {
    const { a, b, c, speakers } = await start(3);
    const [one, two, three] = speakers as [Speaker, Speaker, Speaker];
    b.connect([one]);
    c.connect([two]);
    await b.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await until(() => expect([b.heard.length, c.heard.length]).toEqual([1, 1]));
    b.kill();
    await db.pool.query("update leases set until = now() - interval '1 second'");
    await a.take();
    await cancel(released);
    // One may still be connected to the process that says nothing, and so may the third, which nobody has seen.
    expect(await c.desk.cancel(released.broadcastNo)).toEqual({ stop: "on_record", unsure: 2 });
    c.connect([three]);
    c.desk.onListening(three);
    a.connect([one]);
    a.desk.onListening(one);
    for (const [process, speaker] of [
      [c, three],
      [a, one],
      [c, two],
    ] as const) {
      const ofSpeaker = () => process.heard.filter(({ deviceId }) => deviceId === speaker.id);
      await until(() => expect(ofSpeaker().at(-1)?.order).toMatchObject({ type: "stop" }));
    }
    const ordersOfThird = c.heard.filter(({ deviceId }) => deviceId === three.id);
    expect(new Set(ordersOfThird.map(({ order }) => order.type))).toEqual(new Set(["stop"]));
  });

  it("is begun and stopped by what the database says, where the news of it is lost", async () => {
    const { a, speakers } = await start(1, {}, 50);
    a.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    await until(() => expect(a.heard.map(({ order }) => order.type)).toEqual(["start"]));
    await db.pool.query("update broadcasts set state = 'cancelled' where broadcast_no = $1", [
      released.broadcastNo,
    ]);
    await until(() => expect(a.heard.map(({ order }) => order.type)).toEqual(["start", "stop"]));
  });

  it("is stopped at a speaker that may hold the command of an earlier attempt", async () => {
    const { a, speakers } = await start(1);
    const [one] = speakers as [Speaker];
    a.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    await a.desk.begin(released.broadcastNo);
    await until(async () => expect(await targetOf(released, one)).toMatchObject({ sends: 1 }));
    a.online.clear();
    await db.pool.query(
      `update broadcast_targets set attempt = 2, sends = 0, handed_over_at = null, state = 'waiting',
         earlier = jsonb_build_array(jsonb_build_object('attempt', 1, 'sends', 1, 'handedOverAt', handed_over_at))
       where broadcast_no = $1`,
      [released.broadcastNo],
    );
    await a.desk.retry(released.broadcastNo);
    await cancel(released);
    expect(await a.desk.cancel(released.broadcastNo)).toEqual({ stop: "on_its_way", unsure: 0 });
    a.connect(speakers);
    a.desk.onListening(one);
    await until(() => expect(a.heard.at(-1)!.order).toMatchObject({ type: "stop" }));
  });

  it("goes on after a kill with the same command, which a speaker knows by its id", async () => {
    const { a, b, c, speakers } = await start(2);
    c.connect(speakers);
    await b.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await until(() => expect(c.heard).toHaveLength(2));
    b.kill();
    const [one, two] = speakers as [Speaker, Speaker];
    await play(c, one, released.commandId);
    await db.pool.query("update leases set until = now() - interval '1 second'");
    await a.take();
    await until(() => expect(c.heard.filter(({ deviceId }) => deviceId === two.id)).toHaveLength(2));
    expect(new Set(c.heard.map(({ commandId }) => commandId))).toEqual(new Set([released.commandId]));
    await play(c, two, released.commandId);
    // A reading of the first one was told while nobody listened; the database had it not: only its end is known.
    await until(async () => expect(await targetOf(released, two)).toMatchObject({ state: "sounded" }));
  });

  it("keeps its proof when a process that was paused wakes up, which lets go of it", async () => {
    const { a, b, speakers, logged } = await start(1);
    const [one] = speakers as [Speaker];
    b.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    await until(async () => expect(await targetOf(released, one)).toMatchObject({ state: "handed_over" }));
    // It is paused: it hears nothing, and another one takes over.
    a.state.mayAct = false;
    const heard = a.desk.onNews;
    a.desk.onNews = () => {};
    await db.pool.query("update leases set until = now() - interval '1 second'");
    await b.take();
    await play(b, one, released.commandId);
    await until(async () => expect(await stateOf(released)).toBe("completed"));
    // It wakes with its memory of before, in which the speaker has never answered.
    a.desk.onReplies([replyOf(one, released.commandId, "failed", { reason: "amplifier" })]);
    await until(() =>
      expect(logged.filter(({ msg }) => msg.includes("no longer dispatches"))).toHaveLength(1),
    );
    a.desk.onNews = heard;
    expect(await targetOf(released, one)).toMatchObject({ state: "sounded" });
    expect(await stateOf(released)).toBe("completed");
  });

  it("is not sent by a process that does not know whether the duty is still its own", async () => {
    const { a, speakers } = await start(1);
    a.connect(speakers);
    await a.take();
    a.state.mayAct = false;
    const released = await release(db.pool, speakers);
    await a.desk.begin(released.broadcastNo);
    for (let turn = 0; turn < 50; turn++) await nextTurn();
    expect(a.heard).toEqual([]);
    a.state.mayAct = true;
    await until(() => expect(a.heard).toHaveLength(1));
  });

  it("does not lose an answer whose process ended before it could tell of it", async () => {
    const { a, speakers } = await start(2, { answerWaitsMs: [200] });
    a.connect(speakers);
    await a.take();
    const released = await release(db.pool, speakers);
    await a.desk.begin(released.broadcastNo);
    await until(() => expect(a.heard).toHaveLength(2));
    const [one, two] = speakers as [Speaker, Speaker];
    await answer(undefined, one, released.commandId, "accepted");
    await until(async () =>
      expect(await targetOf(released, two)).toMatchObject({ state: "failed", reason: "no_answer" }),
    );
    expect(await targetOf(released, one)).toMatchObject({ state: "acknowledged" });
  });

  it("reaches a speaker that comes back at another process", async () => {
    const { a, b, speakers } = await start(1);
    await a.take();
    const released = await release(db.pool, speakers);
    await tellOrder("dispatch", released);
    const [one] = speakers as [Speaker];
    await until(() => expect(b.desk.wantsReadingsOf(one.deviceNo)).toBe(true));
    b.connect(speakers);
    b.desk.onListening(one);
    await until(() => expect(b.heard).toHaveLength(1));
    // It has left and come back to the same process: what was on its line may be lost.
    b.desk.onListening(one);
    await until(() => expect(b.heard).toHaveLength(2));
  });

  it("is stopped where nobody knows whether a speaker has its command", async () => {
    const { a, b, speakers } = await start(1);
    b.connect(speakers);
    b.state.isUnsure = true;
    await a.take();
    const released = await release(db.pool, speakers);
    await a.desk.begin(released.broadcastNo);
    await until(() => expect(b.heard).toHaveLength(1));
    await until(async () =>
      expect(await targetOf(released, speakers[0]!)).toMatchObject({ state: "waiting" }),
    );
    b.state.isUnsure = false;
    await cancel(released);
    await a.desk.cancel(released.broadcastNo);
    await until(() => expect(b.heard.at(-1)!.order).toMatchObject({ type: "stop" }));
  });
});

it("tells of nothing that proves nothing", async () => {
  const { a, b, speakers } = await start(1);
  await a.take();
  const released = await release(db.pool, speakers);
  await tellOrder("dispatch", released);
  const [one] = speakers as [Speaker];
  await until(() => expect(b.desk.wantsReadingsOf(one.deviceNo)).toBe(true));
  const at = Date.now();
  const reading = { deviceNo: one.deviceNo, observedAt: at, receivedAt: at };
  b.desk.onReadings([{ ...reading, amplifierCurrent: 0.05, soundLevel: 45, playState: "idle" }]);
  b.desk.onReplies([replyOf({ id: "other", deviceNo: 999_999 }, released.commandId, "accepted")]);
  b.desk.onReplies([replyOf(one, released.commandId, "accepted")]);
  await b.desk.stop();
  const { rows } = await db.pool.query("select payload from news where topic = 'dispatch.facts'");
  const facts = rows.map(({ payload }) => JSON.parse(payload.facts));
  expect(facts.flatMap(({ readings }) => readings)).not.toContainEqual(
    expect.objectContaining({ playState: "idle" }),
  );
  expect(facts.flatMap(({ replies }) => replies)).toContainEqual(
    expect.objectContaining({ deviceNo: one.deviceNo }),
  );
  expect(facts.flatMap(({ replies }) => replies)).not.toContainEqual(
    expect.objectContaining({ deviceNo: 999_999 }),
  );
});
