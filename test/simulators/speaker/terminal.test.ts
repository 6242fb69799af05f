import { beforeEach, describe, expect, it } from "vitest";
import { REFUSAL_REASONS, replySchema, type StartOrder } from "../../../broadcast/contract/command.ts";
import { isMeant } from "../../../simulators/speaker/admit.ts";
import { scriptOf, spokenMs, voiceOf } from "../../../simulators/speaker/script.ts";
import { type Changes, START, startOrder, VILLAGE, verified } from "./commands.ts";
import {
  DEVICE,
  ENDLESS,
  events,
  hear,
  keep,
  place,
  replies,
  repliesIn,
  run,
  seconds,
  setStage,
  sounds,
  stage,
  start,
  stop,
  story,
} from "./stage.ts";

beforeEach(setStage);

describe("a terminal that is told to play", () => {
  it("says that it will, that it does, and for how long it did", () => {
    start();
    run(ENDLESS);
    expect(
      replies().map(({ outcome, observedAt, secondsPlayed }) => [
        outcome,
        seconds(observedAt),
        secondsPlayed,
      ]),
    ).toEqual([
      ["accepted", 0, undefined],
      ["started", 0, undefined],
      ["ended", 10, 10],
    ]);
    for (const reply of replies()) {
      expect(replySchema.parse(reply)).toMatchObject({ commandId: "b-1.1", broadcastId: "b-1", attempt: 1 });
    }
    expect(events().map(({ type }) => type)).toEqual(["play_started", "play_ended"]);
    expect(events()[1]).toMatchObject({ broadcastId: "b-1", seconds: 10, outcome: "ended" });
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
    expect(stage.terminal.nextAt()).toBeUndefined();
  });

  it("reports when it begins, every other second while it plays, and when it has ended", () => {
    start();
    expect(stage.terminal.metrics()).toEqual({ play_state: "playing", volume: 70 });
    const before = stage.outputs.filter(({ type }) => type === "telemetry").length;
    expect(before).toBe(1);
    run(9999);
    expect(stage.outputs.filter(({ type }) => type === "telemetry")).toHaveLength(5);
    run(1);
    expect(stage.outputs.filter(({ type }) => type === "telemetry")).toHaveLength(6);
    expect(stage.terminal.metrics()).toBeUndefined();
  });

  it("plays at the volume of the order, and at its own again afterwards", () => {
    start({ volume: 95 });
    expect(stage.terminal.metrics()).toMatchObject({ volume: 95 });
    run(ENDLESS);
    start({ id: "b-2" });
    expect(stage.terminal.metrics()).toMatchObject({ volume: 70 });
  });

  it("waits for the moment from which it may", () => {
    start({ startsAt: START + 60_000 });
    run(59_999);
    expect(story()).toEqual(["b-1.1 accepted"]);
    run(1);
    expect(story()).toEqual(["b-1.1 accepted", "b-1.1 started"]);
  });

  it("reads the text as often as it is told to", () => {
    start({ repeatCount: 3 });
    run(ENDLESS);
    expect(replies().at(-1)).toMatchObject({ outcome: "ended", secondsPlayed: 30 });
    expect(seconds(replies().at(-1)!.observedAt)).toBe(30);
  });

  it("ends when it ended, also when it was looked at late", () => {
    start();
    stage.at += 60_000;
    keep(stage.terminal.tick(stage.at));
    expect(replies().at(-1)).toMatchObject({ outcome: "ended", secondsPlayed: 10 });
    expect(seconds(replies().at(-1)!.observedAt)).toBe(10);
  });

  it("announces a drill as a drill, before each reading and in each language", () => {
    const texts: StartOrder["texts"] = [
      { language: "zh-CN", headline: "演练", description: "请撤离。", instruction: "走高处。" },
      { language: "en", headline: "Drill", description: "Leave now." },
    ];
    const said = (mode: "drill" | "actual") =>
      scriptOf(startOrder({ mode, texts })).utterances.map(({ text }) => text);
    expect(said("actual")).toEqual(["请撤离。", "走高处。", "Leave now."]);
    expect(said("drill")).toEqual([
      "演习。这是应急广播演习。",
      "请撤离。",
      "走高处。",
      "Drill. This is an emergency broadcast drill.",
      "Leave now.",
    ]);
    for (const [language, announcement] of [
      ["yue", "演习。这是应急广播演习。"],
      ["cmn-Hans", "演习。这是应急广播演习。"],
      ["za", "Drill. This is an emergency broadcast drill."],
    ] as const) {
      const { utterances } = scriptOf(startOrder({ mode: "drill", texts: [{ ...texts[0]!, language }] }));
      expect(utterances[0]).toEqual({ language, text: announcement });
    }
    start({ mode: "drill", texts });
    expect(replies().at(-1)).toMatchObject({ outcome: "started", announcement: "演习/Drill" });
    expect(events()[0]).toMatchObject({ type: "play_started", mode: "drill", announcement: "演习/Drill" });
    start({ id: "b-2", level: 1 });
    expect(replies().at(-1)).not.toHaveProperty("announcement");
  });

  it("is read by slow and by fast voices, with digits as words and a pause at each sign", () => {
    // 60 characters with 6 signs, as a text has them.
    const text = "请沿河居民立即撤离到".repeat(6).replaceAll("到", "。");
    const speed = (voice: number) => (60 / spokenMs(text, voiceOf(voice))) * 1000;
    expect(speed(0)).toBeCloseTo(3.93, 1);
    expect(speed(1)).toBeCloseTo(6.4, 1);
    expect(spokenMs("2026", voiceOf(0))).toBeCloseTo((4 / 4.2) * 1000);
    const english = "Leave now. ".repeat(50);
    expect(spokenMs(english, voiceOf(0))).toBeGreaterThan(1.5 * spokenMs(english));
  });

  it("takes about 4.5 Chinese characters or 15 letters a second", () => {
    expect(spokenMs("洪".repeat(45))).toBeCloseTo(10_000, 6);
    expect(spokenMs("flood ".repeat(30))).toBeCloseTo(10_000, 6);
    expect(
      scriptOf(startOrder({ texts: [{ language: "en", headline: "x", description: "x" }] })).readingMs(),
    ).toBeGreaterThan(0);
  });
});

describe("a terminal refuses", () => {
  const refusal = (changes: Changes) => start(changes)[0];

  it.each<[string, Changes]>([
    ["expired", { at: START - 3_600_000 }],
    ["not_yet_valid", { at: START + 60_001 }],
    ["wrong_area", { target: { regions: ["520325", "5203260010011"], polygons: [], circles: [] } }],
  ])("as %s what is not for now or here", (reason, changes) => {
    expect(refusal(changes)).toMatchObject({ outcome: "refused", reason, broadcastId: "b-1", attempt: 1 });
    run(ENDLESS);
    expect(sounds()).toEqual([]);
  });

  it("nothing that was issued within a minute ahead of its clock", () => {
    expect(refusal({ at: START + 60_000 })).toMatchObject({ outcome: "accepted" });
  });

  it("at the very moment of the expiry, and not a millisecond sooner", () => {
    expect(refusal({ at: START - 3_600_000 + 1, id: "b-0" })).toMatchObject({ outcome: "accepted" });
    expect(refusal({ at: START - 3_600_000 })).toMatchObject({ reason: "expired" });
  });

  it("everything while its clock is not set", () => {
    stage.at = 86_400_000;
    expect(repliesIn(stage.terminal.receive(verified(startOrder()), stage.at))).toMatchObject([
      { reason: "clock_unset" },
    ]);
  });

  it("what did not verify, and tells of it as an event when somebody may have forged it", () => {
    for (const refused of REFUSAL_REASONS.slice(0, 4))
      keep(stage.terminal.receive({ commandId: "x", refused }, stage.at));
    expect(replies().map(({ reason }) => reason)).toEqual([
      "malformed",
      "unsigned",
      "unknown_key",
      "bad_signature",
    ]);
    expect(events().map(({ type, reason }) => [type, reason])).toEqual([
      ["verification_failed", "unsigned"],
      ["verification_failed", "unknown_key"],
      ["verification_failed", "bad_signature"],
    ]);
  });

  it("with the first reason that holds: expired before wrong area before cancelled", () => {
    const elsewhere = { regions: ["44"], polygons: [], circles: [] };
    stop();
    expect(refusal({ at: START - 3_600_000, target: elsewhere })).toMatchObject({ reason: "expired" });
    expect(refusal({ target: elsewhere })).toMatchObject({ reason: "wrong_area" });
    expect(refusal({})).toMatchObject({ reason: "cancelled" });
  });
});

describe("an area", () => {
  const meant = (target: StartOrder["area"], own: Parameters<typeof isMeant>[1] = place) =>
    isMeant(startOrder({ target: { ...target, regions: [...target.regions, "99"] } }), own);
  const around = (radiusKm: number) => [{ longitude: 107.95, latitude: 28.5, radiusKm }];
  const ring: [number, number][] = [
    [107, 28],
    [108, 28],
    [108, 29],
    [107, 28],
  ];

  it("holds a speaker by its region or any above it, by a polygon, or by a circle", () => {
    for (const code of ["52", "5203", "520326", "520326001", VILLAGE]) {
      expect(meant({ regions: [code], polygons: [], circles: [] })).toBe(true);
    }
    for (const code of ["53", "520326001002", "520327"]) {
      expect(meant({ regions: [code], polygons: [], circles: [] })).toBe(false);
    }
    expect(meant({ regions: [], polygons: [ring], circles: [] })).toBe(true);
    expect(meant({ regions: [], polygons: [], circles: around(6) })).toBe(true);
    expect(meant({ regions: [], polygons: [], circles: around(4) })).toBe(false);
  });

  it("holds nobody in a region that is excluded, whatever else it has", () => {
    const whole = { regions: ["520326"], polygons: [ring], circles: around(6) };
    for (const code of ["520326", "520326001", VILLAGE])
      expect(meant({ ...whole, exclude: [code] })).toBe(false);
    for (const code of ["520327", "520326001002", `${VILLAGE}0`]) {
      expect(meant({ ...whole, exclude: [code] })).toBe(true);
    }
  });

  it("that is drawn holds nobody who does not know where he is", () => {
    const unknown = { regionCode: VILLAGE };
    expect(meant({ regions: [], polygons: [ring], circles: around(1000) }, unknown)).toBe(false);
    expect(meant({ regions: ["520326"], polygons: [ring], circles: [] }, unknown)).toBe(true);
  });
});

describe("the same command again", () => {
  it("is answered as before, with the moments of then, and is not played again", () => {
    const order = startOrder();
    hear(order);
    run(3000);
    const sofar = replies();
    expect(repliesIn(hear(order))).toEqual(sofar);
    run(ENDLESS);
    const all = repliesIn(hear(order));
    expect(all.map(({ outcome }) => outcome)).toEqual(["accepted", "started", "ended"]);
    expect(all.slice(0, 2)).toEqual(sofar);
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
  });

  it("is expired once it is", () => {
    const order = startOrder();
    hear(order);
    run(3_600_000);
    expect(repliesIn(hear(order))).toMatchObject([{ outcome: "refused", reason: "expired" }]);
  });

  it("is refused as replayed after a newer attempt", () => {
    start({ attempt: 2 });
    expect(start({ attempt: 1 })).toMatchObject([
      { outcome: "refused", reason: "replayed", previous: "started" },
    ]);
  });

  it("in another attempt is played only when the first one did not end well", () => {
    start();
    expect(start({ attempt: 2 })).toMatchObject([{ reason: "replayed", previous: "started" }]);
    run(ENDLESS);
    expect(start({ attempt: 3 })).toMatchObject([{ reason: "replayed", previous: "ended" }]);
    start({ id: "b-2" });
    stage.terminal.power(false, stage.at);
    keep(stage.terminal.power(true, stage.at));
    expect(replies().at(-1)).toMatchObject({ commandId: "b-2.1", outcome: "failed", reason: "restarted" });
    expect(start({ id: "b-2", attempt: 2 }).map(({ outcome }) => outcome)).toEqual(["accepted", "started"]);
  });

  it("in another attempt is played after one that ended only where the order names the speaker", () => {
    start();
    run(ENDLESS);
    expect(start({ attempt: 2, again: ["sp-other"] })).toMatchObject([{ reason: "replayed" }]);
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
    const named = startOrder({ at: stage.at, attempt: 2, again: ["sp-other", DEVICE] });
    expect(repliesIn(hear(named)).map(({ outcome }) => outcome)).toEqual(["accepted", "started"]);
    run(ENDLESS);
    expect(repliesIn(hear(named)).map(({ outcome }) => outcome)).toEqual(["accepted", "started", "ended"]);
    expect(start({ attempt: 3 })).toMatchObject([{ reason: "replayed", previous: "ended" }]);
    expect(sounds()).toEqual(["b-1 on", "b-1 off", "b-1 on", "b-1 off"]);
  });

  it("is not played by a speaker that is named while it plays, holds a newer attempt or was told to stop", () => {
    const again = [DEVICE];
    start({ attempt: 2 });
    expect(start({ attempt: 3, again })).toMatchObject([{ reason: "replayed", previous: "started" }]);
    run(ENDLESS);
    expect(start({ attempt: 1, again })).toMatchObject([{ reason: "replayed", previous: "ended" }]);
    stop();
    expect(start({ attempt: 4, again })).toMatchObject([{ reason: "cancelled" }]);
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
  });
});

describe("a stop", () => {
  it("ends what plays, and says so for both commands", () => {
    start();
    run(4000);
    expect(stop()).toMatchObject([
      { commandId: "b-1.1", outcome: "stopped", secondsPlayed: 4 },
      { commandId: "b-1.stop", outcome: "stopped", secondsPlayed: 4 },
    ]);
    run(ENDLESS);
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
  });

  it("takes back what waits, and what is interrupted", () => {
    start({ startsAt: START + 60_000 });
    expect(stop()).toMatchObject([{ commandId: "b-1.1", secondsPlayed: 0 }, { commandId: "b-1.stop" }]);
    start({ id: "b-2" });
    run(2000);
    start({ id: "b-3", level: 1 });
    expect(stop({ id: "b-2" })[0]).toMatchObject({
      commandId: "b-2.1",
      outcome: "stopped",
      secondsPlayed: 2,
    });
    run(ENDLESS);
    expect(sounds()).toEqual(["b-2 on", "b-2 off", "b-3 on", "b-3 off"]);
  });

  it("that came first keeps the broadcast from ever being played, whatever the attempt", () => {
    expect(stop()).toMatchObject([{ commandId: "b-1.stop", outcome: "stopped", secondsPlayed: 0 }]);
    for (const attempt of [1, 2]) {
      expect(start({ attempt })).toMatchObject([{ outcome: "refused", reason: "cancelled", attempt }]);
    }
    run(ENDLESS);
    expect(sounds()).toEqual([]);
  });

  it("is answered as before when it comes again", () => {
    const first = stop();
    run(5000);
    expect(stop()).toEqual(first);
  });

  it("of one that has ended says that it had", () => {
    start();
    run(20_000);
    expect(stop()).toMatchObject([
      { commandId: "b-1.stop", outcome: "stopped", previous: "ended", secondsPlayed: 10 },
    ]);
  });

  it("is remembered for longer than any start order lives", () => {
    stop({ lifetimeMs: 60_000 });
    run(72 * 3_600_000);
    hear(startOrder({ at: START, lifetimeMs: 72 * 3_600_000 + 1000 }));
    expect(replies().at(-1)).toMatchObject({ reason: "cancelled" });
  });
});
