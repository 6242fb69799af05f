import { setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import { Deliveries } from "../../../broadcast/dispatch/deliveries.ts";
import { SendQueue } from "../../../broadcast/dispatch/send-queue.ts";
import type { OnAir, OnAirTarget } from "../../../broadcast/dispatch/target.ts";
import type { Delivery } from "../../../exchange/door.ts";
import { cancelTargets } from "../../../store/broadcast/targets.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addSpeakers, type Released, release, startScene, until } from "../scene.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

interface Asked {
  readonly deviceId: string;
  readonly deviceNo: number;
  readonly commandId: string;
  answer(delivery: Delivery): void;
  reject(error: Error): void;
}

/** Speakers behind a door that answers when the test says so; all are online. */
async function behindSlowDoor(count: number, settings = {}, more = {}) {
  const speakers = await addSpeakers(db.pool, count);
  const asked: Asked[] = [];
  const scene = startScene(db.pool, {
    ...more,
    settings,
    online: speakers.map(({ id }) => id),
    deliver: ({ id, deviceNo }, { payload }) =>
      new Promise((resolve, reject) => {
        const { commandId } = JSON.parse(payload) as { commandId: string };
        asked.push({ deviceId: id, deviceNo, commandId, answer: resolve, reject });
      }),
  });
  const askedOf = (speaker: { id: string }) =>
    asked.filter(({ deviceId }) => deviceId === speaker.id).map(({ commandId }) => commandId);
  const released = await release(db.pool, speakers, { lifeMs: 600_000 });
  await scene.dispatcher.begin(released.broadcastNo);
  await until(() => expect(asked).toHaveLength(count));
  return { speakers, scene, asked, askedOf, released };
}

/** What the service commits before it tells the dispatcher. */
async function commitCancel({ broadcastNo }: Released): Promise<void> {
  await db.pool.query("update broadcasts set state = 'cancelled' where broadcast_no = $1", [broadcastNo]);
  await cancelTargets(db.pool, broadcastNo);
}

/** Time for answers to be taken in, by turns of the event loop. */
const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await nextTurn();
};

const errors = (logged: readonly { msg: string }[], part: string) =>
  logged.filter(({ msg }) => msg.includes(part));

describe("a command that a door has not answered for", () => {
  it("is overtaken by none to the same speaker, and holds up none to another", async () => {
    const { speakers, scene, asked, askedOf, released } = await behindSlowDoor(2);
    const [slow, quick] = speakers;
    // By number, too: another device may have the id of a speaker that is gone.
    const numbersOf = (all: readonly { deviceNo: number }[]) => all.map(({ deviceNo }) => deviceNo).sort();
    expect(numbersOf(asked)).toEqual(numbersOf(speakers));
    asked.find(({ deviceId }) => deviceId === quick!.id)!.answer("taken");
    await until(async () =>
      expect(await scene.target(released, quick!)).toMatchObject({ state: "handed_over" }),
    );
    expect(await scene.target(released, slow!)).toMatchObject({ state: "waiting", sends: 0 });
    const urgent = await release(db.pool, speakers);
    await scene.dispatcher.begin(urgent.broadcastNo);
    await until(() => expect(askedOf(quick!)).toEqual([released.commandId, urgent.commandId]));
    await turns();
    expect(askedOf(slow!)).toEqual([released.commandId]);
    asked.find(({ deviceId }) => deviceId === slow!.id)!.answer("not_listening");
    await until(() => expect(askedOf(slow!)).toEqual([released.commandId, urgent.commandId]));
  });

  it("is stopped once it was taken, though its broadcast was cancelled meanwhile", async () => {
    const { speakers, scene, asked, askedOf, released } = await behindSlowDoor(2);
    const [taken, refused] = speakers;
    await commitCancel(released);
    let isStopped = false;
    const stopped = scene.dispatcher.cancel(released.broadcastNo).then(() => {
      isStopped = true;
    });
    await until(async () => {
      const { rows } = await db.pool.query(
        "select 1 from broadcast_orders where type = 'stop' and broadcast_no = $1",
        [released.broadcastNo],
      );
      expect(rows).toHaveLength(1);
    });
    expect(asked).toHaveLength(2);
    for (const { deviceId, answer } of [...asked]) answer(deviceId === taken!.id ? "taken" : "not_listening");
    await until(() => expect(askedOf(taken!)).toEqual([released.commandId, `${released.id}.stop`]));
    // Whoever has asked for it is not told before the speaker has it.
    expect(isStopped).toBe(false);
    asked.at(-1)!.answer("taken");
    await stopped;
    expect(askedOf(refused!)).toEqual([released.commandId]);
    await until(async () =>
      expect(await scene.target(released, taken!)).toMatchObject({ state: "cancelled", sends: 1 }),
    );
    expect(await scene.target(released, refused!)).toMatchObject({ state: "cancelled", sends: 0 });
  });

  it("of a door that fails was not taken, and many that fail are one line in the log", async () => {
    const { speakers, scene, asked, askedOf, released } = await behindSlowDoor(5);
    for (const { reject } of [...asked]) reject(new Error("out of order"));
    for (const { id } of speakers) scene.connect(id);
    await until(() => expect(asked).toHaveLength(10));
    for (const one of speakers) expect(askedOf(one)).toEqual([released.commandId, released.commandId]);
    for (const { answer } of asked.slice(5)) answer("taken");
    for (const one of speakers)
      await until(async () =>
        expect(await scene.target(released, one)).toMatchObject({ state: "handed_over", sends: 1 }),
      );
    const lines = errors(scene.logged, "a door could not say");
    expect(lines).toMatchObject([{ err: { message: "out of order" }, suppressed: 0 }]);
  });

  it("is given up after a time, and one that was taken after all is stopped all the same", async () => {
    let offset = 0;
    const { speakers, scene, asked, askedOf, released } = await behindSlowDoor(
      1,
      { deliveryMs: 30_000 },
      { monotonic: () => performance.now() + offset },
    );
    scene.connect(speakers[0]!.id);
    expect(asked).toHaveLength(1);
    offset = 31_000;
    await until(() => expect(askedOf(speakers[0]!)).toEqual([released.commandId, released.commandId]));
    expect(errors(scene.logged, "a door does not say")).toHaveLength(1);
    asked[1]!.answer("not_listening");
    await commitCancel(released);
    await scene.dispatcher.cancel(released.broadcastNo);
    expect(asked).toHaveLength(2);
    asked[0]!.answer("taken");
    await until(() => expect(asked.at(-1)!.commandId).toBe(`${released.id}.stop`));
  });

  it("at the expiry is waited for no longer, and its answer changes nothing", async () => {
    let offset = 0;
    const { speakers, scene, asked, released } = await behindSlowDoor(
      1,
      {},
      { now: () => Date.now() + offset },
    );
    offset = 601_000;
    await until(async () => expect(await scene.stateOf(released)).toBe("expired"));
    asked[0]!.answer("taken");
    scene.connect(speakers[0]!.id);
    await turns();
    await scene.dispatcher.stop();
    expect(await scene.target(released, speakers[0]!)).toMatchObject({ state: "offline" });
    expect(asked).toHaveLength(1);
  });

  it("leaves the time to one that has answered an earlier one", async () => {
    let offset = 0;
    const { speakers, scene, asked, released } = await behindSlowDoor(
      2,
      { answerWaitsMs: [1_000], startWaitMs: 60_000 },
      { monotonic: () => performance.now() + offset },
    );
    const [answers, silent] = speakers;
    for (const { answer } of [...asked]) answer("taken");
    await until(async () =>
      expect(await scene.target(released, answers!)).toMatchObject({ state: "handed_over" }),
    );
    scene.connect(answers!.id);
    await until(() => expect(asked).toHaveLength(3));
    await scene.reply(answers!, released.commandId, "accepted");
    asked[2]!.answer("too_slow");
    await turns();
    offset = 30_000;
    // Its neighbour is given up in the same look at both of them.
    await until(async () =>
      expect(await scene.target(released, silent!)).toMatchObject({ state: "failed", reason: "no_answer" }),
    );
    expect(await scene.target(released, answers!)).toMatchObject({ state: "acknowledged" });
  });

  it("of an earlier attempt says nothing of the next one, which waits for it", async () => {
    const { speakers, scene, asked, askedOf, released } = await behindSlowDoor(1);
    const [only] = speakers;
    await scene.reply(only!, released.commandId, "failed", { reason: "power" });
    await until(async () => expect(await scene.stateOf(released)).toBe("failed"));
    await scene.retry(released);
    await turns();
    expect(askedOf(only!)).toEqual([released.commandId]);
    asked[0]!.answer("taken");
    await until(() => expect(askedOf(only!)).toEqual([released.commandId, `${released.id}.2`]));
    asked[1]!.answer("not_listening");
    await turns();
    await scene.dispatcher.stop();
    expect(await scene.target(released, only!)).toMatchObject({ attempt: 2, sends: 0, state: "waiting" });
  });
});

describe("a target that waits for another command to its speaker", () => {
  it("waits once, however often it is to be sent, and is all answered for after its turn", async () => {
    const broadcast = { broadcastNo: 1 } as OnAir;
    const target = { broadcast, deviceId: "sp-1" } as OnAirTarget;
    const next: OnAirTarget[] = [];
    const deliveries = new Deliveries({
      deliver: async () => "taken",
      deliveryMs: 10_000,
      now: () => 0,
      monotonic: () => 0,
      log: createLogger("silent"),
      onAnswers: () => {},
      onAnswer: () => {},
      onNext: (one) => next.push(one),
      onEnded: () => {},
    });
    deliveries.ask(target, "{}", false);
    // A speaker that says again that it listens, and a tick that finds it due.
    for (let time = 0; time < 3; time++) deliveries.waitFor(target);
    await nextTurn();
    deliveries.takeAnswer();
    expect(next).toEqual([target]);
    // Else whoever cancels it would be told of its end never.
    expect(deliveries.unanswered(broadcast)).toBe(0);
  });
});

describe("what ten thousand doors answer in one moment", () => {
  it("is taken in by parts, with all else between them, and in their order", async () => {
    const broadcast = { broadcastNo: 1 } as OnAir;
    const targets = Array.from(
      { length: 10_000 },
      (_, i) => ({ broadcast, deviceId: `sp-${i}` }) as OnAirTarget,
    );
    let open: () => void = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const answered: string[] = [];
    let part = 0;
    const deliveries: Deliveries = new Deliveries({
      deliver: async () => {
        await opened;
        return "taken";
      },
      deliveryMs: 10_000,
      now: () => 0,
      monotonic: () => 0,
      log: createLogger("silent"),
      onAnswers: () => queue.wake(),
      onAnswer({ target }) {
        answered.push(target.deviceId);
        part++;
      },
      onNext: (target) => queue.push(target),
      onEnded: (one) => queue.onAnswered(one),
    });
    const queue: SendQueue = new SendQueue({
      send: (target) => deliveries.ask(target, "{}", false),
      doors: deliveries,
      onEmptied: () => {},
      monotonic: () => 0,
    });
    for (const target of targets) queue.push(target);
    while (deliveries.unanswered(broadcast) < targets.length) await nextTurn();
    const sent = queue.sent(broadcast);
    open();
    const parts: number[] = [];
    while (answered.length < targets.length) {
      await nextTurn();
      if (part > 0) parts.push(part);
      part = 0;
    }
    await sent;
    expect(parts).toEqual(Array(50).fill(200));
    expect(answered).toEqual(targets.map(({ deviceId }) => deviceId));
  });
});
