import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { SendQueue } from "../../../broadcast/dispatch/send-queue.ts";
import type { OnAir, OnAirTarget } from "../../../broadcast/dispatch/target.ts";

/** What of a broadcast the queue looks at. */
function broadcastOf(broadcastNo: number, level: number) {
  const broadcast = {
    broadcastNo,
    mode: "actual",
    class: "emergency",
    level,
    releasedAt: 0,
  };
  return broadcast as unknown as OnAir;
}

/** Doors that answer for nothing: no command is under way. */
const NO_DOORS = { hasAnswers: false, takeAnswer() {}, unanswered: () => 0 };

const targetOf = (broadcast: OnAir) => ({ broadcast }) as OnAirTarget;

/** Sends take `sendMs` each, and `othersMs` pass in each turn of the loop between two parts. By a clock of its own. */
async function partsOf(commands: number, { sendMs, othersMs }: { sendMs: number; othersMs: number }) {
  let clock = 0;
  let part = 0;
  const parts: number[] = [];
  const broadcast = broadcastOf(1, 1);
  let isSent = false;
  const queue = new SendQueue({
    send() {
      clock += sendMs;
      part++;
    },
    doors: NO_DOORS,
    onEmptied: () => {
      isSent = true;
    },
    monotonic: () => clock,
  });
  for (let i = 0; i < commands; i++) queue.push(targetOf(broadcast));
  while (!isSent || part > 0) {
    await nextTurn();
    if (part > 0) parts.push(part);
    part = 0;
    clock += othersMs;
  }
  return parts;
}

describe("commands that wait to be sent", () => {
  it("leave in parts, so that an idle loop looks at everything else every few milliseconds", async () => {
    const parts = await partsOf(1000, { sendMs: 1 / 32, othersMs: 0 });
    expect(parts).toEqual([200, 200, 200, 200, 200]);
  });

  it("get as much of a busy loop as all else took, so that answers to the first do not keep back the last", async () => {
    const [first, ...rest] = await partsOf(2600, { sendMs: 1 / 32, othersMs: 25 });
    expect(first).toBe(200);
    expect(rest.slice(0, -1)).toEqual([800, 800]);
  });

  it("hold up what waits behind them for 40 ms at most, however long a turn was", async () => {
    const parts = await partsOf(8000, { sendMs: 1 / 32, othersMs: 1000 });
    expect(parts).toEqual([200, ...Array(6).fill(1280), 120]);
  });

  it("let a more urgent broadcast pass, which came while they were leaving", async () => {
    const sent: number[] = [];
    const [calm, urgent] = [broadcastOf(1, 4), broadcastOf(2, 1)];
    const queue = new SendQueue({
      send: ({ broadcast }) => sent.push(broadcast.broadcastNo),
      doors: NO_DOORS,
      onEmptied: () => {},
      monotonic: () => 0,
    });
    for (let i = 0; i < 400; i++) queue.push(targetOf(calm));
    while (sent.length < 200) await nextTurn();
    for (let i = 0; i < 10; i++) queue.push(targetOf(urgent));
    await queue.sent(calm);
    expect(sent.slice(200, 210)).toEqual(Array(10).fill(2));
  });
});
