import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { beforeEach, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { AlarmEngine } from "../../ingest/alarms.ts";
import type { DeviceEntry, Directory } from "../../ingest/directory.ts";
import { KindRuntime } from "../../ingest/kind-runtime.ts";
import type { WaitChange } from "../../store/events/alarm-waits.ts";
import type { AlarmTransition } from "../../store/events/write-alarms.ts";
import { pump as kind } from "../helpers/kinds/pump.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const start = Date.parse("2026-06-01T00:00:00Z");
const SECOND = 1000;
let engine: AlarmEngine;
let device: DeviceEntry;
let transitions: AlarmTransition[];
let waits: Omit<WaitChange, "at">[];
const emit = (transition: AlarmTransition) => transitions.push(transition);
const note = (_: DeviceEntry, change: Omit<WaitChange, "at">) => waits.push(change);
const actions = () => transitions.map(({ action, rule }) => `${action} ${rule}`);

/** A reading, `seconds` after the start, which arrives at once unless told otherwise. */
function report(seconds: number, metrics: Record<string, unknown>, arrives = seconds): void {
  const receivedAt = start + arrives * SECOND;
  const reading = device.runtime.check({ observedAt: start + seconds * SECOND, ...metrics }, receivedAt);
  if ("reason" in reading) throw new Error(reading.detail);
  engine.onReading(device, reading, receivedAt, 0, emit)?.evaluate(undefined, { emit, note });
  device.lastReportAt = receivedAt;
}

beforeEach(() => {
  engine = new AlarmEngine();
  transitions = [];
  waits = [];
  device = {
    deviceNo: 7,
    id: "pump-7",
    runtime: new KindRuntime(kind, tablesOf([kind])[0]!),
    regionCode: "52",
    tenantId: null,
    formerPlaces: undefined,
    gatewayNo: null,
    tokenHash: Buffer.alloc(0),
    gateway: false,
    model: undefined,
    codecSettings: undefined,
    lastReportAt: start,
    notedAt: start,
    lastArrival: 0,
    evaluatedAt: 0,
    looks: 0,
    pending: 0,
  };
});

describe("a limit rule", () => {
  it("raises once the condition has held for the on-delay, by the device's clock", () => {
    report(0, { flow: 40 });
    report(29, { flow: 40 });
    expect(actions()).toEqual([]);
    report(30, { flow: 41 });
    expect(transitions).toMatchObject([
      {
        action: "raise",
        rule: "flow_high",
        deviceNo: 7,
        severity: "major",
        value: 41,
        at: start + 30 * SECOND,
      },
    ]);
  });

  it("starts the on-delay anew when the value came back in between", () => {
    report(0, { flow: 40 });
    report(20, { flow: 30 });
    report(31, { flow: 40 });
    report(60, { flow: 40 });
    expect(actions()).toEqual([]);
    report(61, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
  });

  it("raises only once while it is active", () => {
    for (let second = 0; second <= 300; second += 10) report(second, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
  });

  it("stays within the deadband, and clears beyond it", () => {
    report(0, { level: 0.9 });
    report(10, { level: 1.2 });
    expect(actions()).toEqual(["raise level_low"]);
    report(20, { level: 1.5 });
    expect(actions()).toEqual(["raise level_low", "clear level_low"]);
    report(30, { level: 0.9 });
    expect(actions()).toEqual(["raise level_low", "clear level_low", "raise level_low"]);
  });

  it("leaves an alarm as it is when a reading lacks the metric", () => {
    report(0, { level: 0.9 });
    report(10, { flow: 1 });
    expect(actions()).toEqual(["raise level_low"]);
  });

  it("is not moved by a reading that is older than what it has seen", () => {
    report(100, { level: 2 });
    report(50, { level: 0.5 }, 101);
    expect(actions()).toEqual([]);
  });

  it("takes a reading of more than a day ago for history", () => {
    report(-25 * 3600, { level: 0.5 }, 0);
    expect(actions()).toEqual([]);
  });
});

describe("a state rule", () => {
  it("raises on its value and clears on any other", () => {
    report(0, { mode: "run" });
    report(10, { mode: "fault" });
    report(20, { mode: "stop" });
    expect(actions()).toEqual(["raise mode_fault", "clear mode_fault"]);
  });
});

describe("an event rule", () => {
  it("raises on its event and clears on the one that ends it", () => {
    engine.onEvent(device, "mains_lost", start, start, emit);
    engine.onEvent(device, "mains_restored", start + SECOND, start + SECOND, emit);
    expect(actions()).toEqual(["raise mains_lost", "clear mains_lost"]);
  });

  it("raises again after an acknowledgement that it did not see cleared it", () => {
    engine.onEvent(device, "opened", start, start, emit);
    engine.onEvent(device, "opened", start + SECOND, start + SECOND, emit);
    expect(actions()).toEqual(["raise opened", "raise opened"]);
  });
});

describe("an event that comes late", () => {
  const event = (type: string, seconds: number, arrives: number) =>
    engine.onEvent(device, type, start + seconds * SECOND, start + arrives * SECOND, emit);

  it("ends no alarm that is newer, nor one that was raised again while it was active", () => {
    event("mains_lost", 100, 100);
    event("mains_restored", 50, 101);
    event("mains_lost", 200, 200);
    event("mains_restored", 150, 201);
    expect(actions()).toEqual(["raise mains_lost", "raise mains_lost"]);
    event("mains_restored", 200, 202);
    expect(actions()).toEqual(["raise mains_lost", "raise mains_lost", "clear mains_lost"]);
  });

  it("raises nothing that is over", () => {
    event("mains_restored", 100, 100);
    event("mains_lost", 50, 101);
    expect(actions()).toEqual(["clear mains_lost"]);
    event("mains_lost", 100, 102);
    expect(actions()).toEqual(["clear mains_lost", "raise mains_lost"]);
  });

  it("counts where nothing but a person ends it", () => {
    event("opened", 100, 100);
    event("opened", 50, 101);
    expect(actions()).toEqual(["raise opened", "raise opened"]);
  });

  it("is in doubt when it is from before the process began", () => {
    engine = new AlarmEngine(start + 75 * SECOND);
    event("mains_lost", 50, 100);
    event("mains_restored", 60, 101);
    event("mains_lost", 80, 102);
    event("opened", 50, 103);
    const before = start + 75 * SECOND;
    expect(transitions.map(({ action, eventDoubt }) => [action, eventDoubt])).toEqual([
      ["raise", { types: ["mains_restored"], before }],
      ["clear", { types: ["mains_lost"], before }],
      ["raise", undefined],
      ["raise", undefined],
    ]);
  });
});

/** What was noted of the waits of rules: since when, in seconds after the start. */
const noted = () =>
  waits.map(({ rule, since }) => `${rule} ${since === undefined ? "ends" : (since - start) / SECOND}`);
const directory = { findByNo: (no: number) => (no === 7 ? device : undefined) } as Directory;

describe("what a rule with a delay waits for", () => {
  it("is noted when it begins and when it ends, and at no reading in between", () => {
    for (const second of [0, 10, 20, 40, 50]) report(second, { flow: 40 });
    expect(noted()).toEqual(["flow_high 0"]);
    report(60, { flow: 20 });
    expect(noted()).toEqual(["flow_high 0", "flow_high ends"]);
    report(70, { level: 9 });
    for (const second of [80, 90, 100]) report(second, { level: 7 });
    report(110, { level: 9 });
    for (const second of [120, 150, 180]) report(second, { level: 7 });
    expect(noted().slice(2)).toEqual([
      "level_high 80",
      "level_high ends",
      "level_high 120",
      "level_high ends",
    ]);
    expect(actions()).toEqual(["raise flow_high", "clear flow_high", "raise level_high", "clear level_high"]);
  });

  it("goes on after a restart from the moment at which it began", () => {
    engine = new AlarmEngine(start + 5 * SECOND);
    expect(engine.restore([{ deviceNo: 7, rule: "level_high" }], directory, start)).toEqual([]);
    const known = [
      { deviceNo: 7, rule: "flow_high", isOver: false, since: start - 20 * SECOND },
      { deviceNo: 7, rule: "level_high", isOver: true, since: start - 50 * SECOND },
    ];
    expect(engine.restoreWaits(known, directory)).toEqual([]);
    report(9, { flow: 40, level: 7 });
    expect(actions()).toEqual([]);
    report(10, { flow: 40, level: 7 });
    expect(actions()).toEqual(["raise flow_high", "clear level_high"]);
    expect(transitions.map(({ doubt }) => doubt)).toEqual([undefined, undefined]);
    expect(noted()).toEqual(["level_high ends"]);
  });

  it("is over where the rule, the device or the alarm is no more", () => {
    const since = start;
    const known = [
      { deviceNo: 7, rule: "gone", isOver: false, since },
      { deviceNo: 8, rule: "flow_high", isOver: false, since },
      { deviceNo: 7, rule: "level_high", isOver: true, since },
    ];
    expect(engine.restoreWaits(known, directory)).toEqual(
      known.map((each) => ({ ...each, since: undefined, at: since })),
    );
  });

  it("is a turn, before which others are asked, when it begins, ends, or is over; and else not", () => {
    const isTurn = (seconds: number, metrics: Record<string, unknown>) => {
      const receivedAt = start + seconds * SECOND;
      const reading = device.runtime.check({ observedAt: receivedAt, ...metrics }, receivedAt);
      if ("reason" in reading) throw new Error(reading.detail);
      const look = engine.onReading(device, reading, receivedAt, 0, emit);
      const answer = look?.isTurn();
      look?.evaluate(undefined, { emit, note });
      return answer;
    };
    expect(isTurn(0, { flow: 20 })).toBeUndefined();
    expect(isTurn(10, { flow: 40 })).toBe(true);
    expect(isTurn(20, { flow: 40 })).toBe(false);
    expect(isTurn(40, { flow: 40 })).toBe(true);
    expect(isTurn(50, { flow: 40 })).toBe(false);
    expect(isTurn(60, { flow: 20 })).toBe(true);
    // Nothing of it has to last.
    expect(isTurn(70, { level: 0.5 })).toBe(false);
    expect(engine.moments(device)).toEqual([]);
  });
});

describe("what a rule waits for at another process", () => {
  const others = (rule: string, seconds: number | undefined, at: number, isOver = false) => {
    const since = seconds === undefined ? undefined : start + seconds * SECOND;
    engine.onOthersWait(device, { rule, isOver, since, at: start + at * SECOND });
  };

  it("goes on here, and ends here", () => {
    others("flow_high", 0, 10);
    report(20, { flow: 40 });
    expect(noted()).toEqual([]);
    report(30, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
    others("mode_stuck", 0, 35);
    others("flow_high", 40, 40);
    report(50, { flow: 20 });
    expect(noted()).toEqual(["flow_high ends"]);
  });

  it("that has ended there begins anew here, unless it has begun here since", () => {
    others("flow_high", 0, 10);
    others("flow_high", undefined, 15);
    report(30, { flow: 40 });
    expect([actions(), noted()]).toEqual([[], ["flow_high 30"]]);
    others("flow_high", undefined, 25);
    report(60, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
  });

  it("makes older readings late here", () => {
    others("flow_high", 0, 10);
    report(5, { flow: 20 }, 11);
    report(30, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
  });

  it("is judged from the stored readings where this process has heard of it too late, until it knows it itself", () => {
    report(20, { flow: 20 });
    others("flow_high", 0, 10);
    const doubts = () => transitions.map(({ doubt }) => doubt && (doubt.lastsFrom! - start) / SECOND);
    report(30, { flow: 40 });
    report(40, { flow: 40 });
    expect(doubts()).toEqual([0, 10]);
    report(60, { flow: 40 });
    expect(doubts().slice(2)).toEqual([undefined]);
    report(70, { flow: 20 });
    expect(noted().at(-1)).toBe("flow_high ends");
  });

  it("that this process has heard of too late ends here all the same", () => {
    report(20, { flow: 20 });
    others("flow_high", 0, 10);
    report(30, { flow: 20 });
    expect([actions(), noted()]).toEqual([[], ["flow_high ends"]]);
    others("no_such_rule", 0, 40);
    report(50, { flow: 20 });
    expect(device.looks).toBe(0);
  });

  it("is over for a state only while it does not hold", () => {
    report(0, { mode: "stuck" });
    report(30, { mode: "run" });
    engine.onOthersWait(device, {
      rule: "mode_stuck",
      isOver: true,
      since: undefined,
      at: start + 31 * SECOND,
    });
    report(50, { mode: "run" });
    others("mode_stuck", 10, 20, true);
    expect(actions()).toEqual(["raise mode_stuck"]);
  });
});

describe("an off-delay", () => {
  it("keeps the alarm until its condition has been over for so long, by the device's clock", () => {
    report(0, { mode: "stuck" });
    expect(actions()).toEqual(["raise mode_stuck"]);
    report(10, { mode: "run" });
    report(60, { mode: "stuck" });
    report(70, { mode: "run" });
    report(129, { mode: "run" });
    expect(actions()).toEqual(["raise mode_stuck"]);
    report(130, { mode: "run" });
    expect(actions()).toEqual(["raise mode_stuck", "clear mode_stuck"]);
  });

  it("begins anew within the deadband", () => {
    report(0, { level: 9 });
    report(10, { level: 7 });
    report(60, { level: 8 });
    report(70, { level: 7 });
    report(100, { level: 7 });
    expect(actions()).toEqual(["raise level_high"]);
    report(130, { level: 7 });
    expect(actions()).toEqual(["raise level_high", "clear level_high"]);
  });
});

describe("a transition", () => {
  it("says how soon after a clear it goes on with the same alarm, unless a person alone clears it", () => {
    report(0, { level: 0.5 });
    engine.onEvent(device, "mains_lost", start, start, emit);
    engine.onEvent(device, "opened", start, start, emit);
    engine.checkSilence([device], start + 181 * SECOND, emit);
    expect(Object.fromEntries(transitions.map(({ rule, flapMs }) => [rule, flapMs]))).toEqual({
      level_low: 600_000,
      mains_lost: 600_000,
      opened: undefined,
      silent: 600_000,
    });
    const hourly = { ...kind, reportIntervalSeconds: 3600 };
    device = { ...device, runtime: new KindRuntime(hourly, tablesOf([hourly])[0]!) };
    report(10, { level: 0.5 });
    expect(transitions.at(-1)).toMatchObject({ rule: "level_low", flapMs: 3 * 3_600_000 });
  });
});

describe("a silence rule", () => {
  it("raises once after more than its intervals, and clears on the next report", () => {
    engine.checkSilence([device], start + 180 * SECOND, emit);
    expect(actions()).toEqual([]);
    engine.checkSilence([device], start + 181 * SECOND, emit);
    engine.checkSilence([device], start + 200 * SECOND, emit);
    expect(actions()).toEqual(["raise silent"]);
    report(210, { flow: 1 });
    expect(actions()).toEqual(["raise silent", "clear silent"]);
  });

  it("clears on an event as well", () => {
    engine.checkSilence([device], start + 181 * SECOND, emit);
    engine.onEvent(device, "mains_lost", start + 190 * SECOND, start + 190 * SECOND, emit);
    expect(actions()).toEqual(["raise silent", "clear silent", "raise mains_lost"]);
  });

  it("clears on whatever else was heard, such as an answer to a command", () => {
    engine.checkSilence([device], start + 181 * SECOND, emit);
    engine.onHeard(device, start + 190 * SECOND, emit);
    engine.onHeard(device, start + 191 * SECOND, emit);
    expect(actions()).toEqual(["raise silent", "clear silent"]);
  });

  it("ends with late readings too: the device is back, whatever they tell of", () => {
    engine.checkSilence([device], start + 181 * SECOND, emit);
    report(-48 * 3600, { flow: 1 }, 200);
    expect(actions()).toEqual(["raise silent", "clear silent"]);
  });
});

describe("restore", () => {
  it("takes up active alarms, so that they are not raised twice and do clear", () => {
    expect(engine.restore([{ deviceNo: 7, rule: "level_low" }], directory, start)).toEqual([]);
    report(0, { level: 0.5 });
    report(10, { level: 2 });
    expect(actions()).toEqual(["clear level_low"]);
  });

  it("clears alarms of rules and devices that are no more", () => {
    const active = [
      { deviceNo: 7, rule: "gone" },
      { deviceNo: 8, rule: "level_low" },
    ];
    expect(engine.restore(active, directory, start)).toMatchObject([
      { action: "clear", deviceNo: 7, rule: "gone" },
      { action: "clear", deviceNo: 8, rule: "level_low" },
    ]);
  });
});

describe("a device whose clock was ahead", () => {
  it("is heard again as soon as its clock is right, with alarms at times that have come", () => {
    report(20 * 3600, { level: 0.5 }, 0);
    expect(transitions).toMatchObject([{ action: "raise", rule: "level_low", at: start }]);
    report(60, { level: 5 });
    expect(actions()).toEqual(["raise level_low", "clear level_low"]);
  });

  it("does not have to wait for an on-delay that began in the future", () => {
    report(20 * 3600, { flow: 40 }, 0);
    report(60, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
  });
});

describe("a device that is deleted", () => {
  it("takes its alarms' states along", async () => {
    report(0, { level: 0.5 });
    const gone = new WeakRef(device);
    device = { ...device, deviceNo: 8 };
    // A WeakRef holds its target until the turn in which it was made is over.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(gone.deref()).toBeUndefined();
  });
});

describe("an alarm of which another process has said something", () => {
  const others = (change: "raised" | "cleared", rule: string, seconds: number) =>
    engine.onOthersChange(device, { change, rule, at: start + seconds * SECOND });

  it("is cleared here, where its end is heard, and raised again later", () => {
    others("raised", "flow_high", 10);
    report(20, { flow: 30 });
    expect(actions()).toEqual(["clear flow_high"]);
    report(30, { flow: 30 });
    report(40, { flow: 40 });
    report(70, { flow: 40 });
    expect(actions()).toEqual(["clear flow_high", "raise flow_high"]);
  });

  it("is raised again here once another one has cleared it, after its delay", () => {
    report(0, { flow: 40 });
    report(30, { flow: 40 });
    others("cleared", "flow_high", 35);
    report(40, { flow: 40 });
    report(69, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high"]);
    report(70, { flow: 40 });
    report(80, { flow: 40 });
    expect(actions()).toEqual(["raise flow_high", "raise flow_high"]);
  });

  it("is said again once, as the database may have had another word in between", () => {
    report(0, { flow: 40 });
    report(30, { flow: 40 });
    // Older than the raise above, which was on its way.
    others("cleared", "flow_high", 30);
    report(40, { flow: 30 });
    expect(actions()).toEqual(["raise flow_high", "clear flow_high"]);
    others("raised", "flow_high", 40);
    for (const seconds of [50, 80, 90]) report(seconds, { flow: 40 });
    expect(actions().slice(2)).toEqual(["raise flow_high"]);
  });

  it("does not end by a reading that is older than the one that raised it", () => {
    others("raised", "flow_high", 60);
    report(50, { flow: 30 }, 61);
    expect(actions()).toEqual([]);
    report(62, { flow: 30 });
    expect(actions()).toEqual(["clear flow_high"]);
  });

  it("costs nothing where nothing is remembered: of events, of rules that the kind lacks, of what was not known", () => {
    for (const rule of ["no_such_rule", ...device.runtime.eventRules.map((other) => other.rule)])
      others("raised", rule, 0);
    others("cleared", "flow_high", 0);
    report(10, { flow: 30 });
    expect(device.looks).toBe(0);
    expect(actions()).toEqual([]);
  });

  it("is over at once where it is silence, and this process has heard the device", () => {
    const { rule, intervals } = device.runtime.silenceRules[0]!;
    const limit = (intervals * device.runtime.reportIntervalMs) / SECOND;
    report(100, { flow: 30 });
    expect(others("raised", rule, 100 + limit)).toMatchObject({
      action: "clear",
      rule,
      deviceNo: 7,
      at: start + 100 * SECOND,
    });
    expect(others("raised", rule, 101 + limit)).toBeUndefined();
    report(200 + limit, { flow: 30 });
    expect(actions()).toEqual([`clear ${rule}`]);
  });
});
