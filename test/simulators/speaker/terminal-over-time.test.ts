import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { StartOrder } from "../../../broadcast/contract/command.ts";
import { packMemories, type TerminalMemory, unpackMemory } from "../../../simulators/speaker/memory.ts";
import { createTerminal, type SpeakerTerminal } from "../../../simulators/speaker/terminal.ts";
import { START, startOrder, verified } from "./commands.ts";
import {
  DEVICE,
  ENDLESS,
  events,
  hear,
  keep,
  make,
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

describe("what is more urgent", () => {
  it("takes the amplifier, and the emergency that it interrupted goes on where it was", () => {
    start({ id: "low", level: 3 });
    run(4000);
    start({ id: "high", level: 1 });
    run(ENDLESS);
    expect(story()).toEqual([
      "low.1 accepted",
      "low.1 started",
      "high.1 accepted",
      "low.1 interrupted",
      "high.1 started",
      "high.1 ended",
      "low.1 started",
      "low.1 ended",
    ]);
    expect(replies().at(-1)).toMatchObject({ secondsPlayed: 10 });
    expect(seconds(replies().at(-1)!.observedAt)).toBe(20);
    expect(replies().at(-2)).toMatchObject({ resumed: true });
  });

  it("is an emergency of the lowest level before a daily programme of the highest, which goes on by its schedule", () => {
    start({ id: "daily", class: "daily", level: 1, repeatCount: 3 });
    run(5000);
    start({ id: "low", level: 4 });
    run(ENDLESS);
    expect(sounds()).toEqual(["daily on", "daily off", "low on", "low off", "daily on", "daily off"]);
    // Ten of its thirty seconds are gone.
    expect(replies().at(-1)).toMatchObject({ commandId: "daily.1", outcome: "ended", secondsPlayed: 20 });
    expect(seconds(replies().at(-1)!.observedAt)).toBe(30);
  });

  it("is a warning of the lowest level before a drill of the highest, of which nothing is heard after it", () => {
    start({ id: "drill", mode: "drill", level: 1, repeatCount: 3 });
    run(4000);
    start({ id: "warning", level: 4 });
    run(ENDLESS);
    expect(story()).toEqual([
      "drill.1 accepted",
      "drill.1 started",
      "warning.1 accepted",
      "drill.1 failed",
      "warning.1 started",
      "warning.1 ended",
    ]);
    expect(replies()).toContainEqual(
      expect.objectContaining({ commandId: "drill.1", outcome: "failed", reason: "interrupted" }),
    );
  });

  it("is no drill of the highest level while a warning of the lowest is read: it waits for its turn", () => {
    start({ id: "warning", level: 4 });
    run(4000);
    start({ id: "drill", mode: "drill", level: 1 });
    run(ENDLESS);
    expect(story()).toEqual([
      "warning.1 accepted",
      "warning.1 started",
      "drill.1 accepted",
      "warning.1 ended",
      "drill.1 started",
      "drill.1 ended",
    ]);
  });

  it("leaves nothing of a daily programme whose time is over", () => {
    start({ id: "daily", class: "daily" });
    run(5000);
    start({ id: "low", level: 4, repeatCount: 2 });
    run(ENDLESS);
    expect(replies().at(-1)).toMatchObject({
      commandId: "daily.1",
      outcome: "failed",
      reason: "interrupted",
      secondsPlayed: 5,
    });
  });

  it("is nothing of the same level: that waits for its turn, in the order of arrival", () => {
    for (const id of ["first", "second", "third"]) start({ id });
    start({ id: "more", level: 1 });
    run(ENDLESS);
    expect(sounds().filter((sound) => sound.endsWith("on"))).toEqual([
      "first on",
      "more on",
      "first on",
      "second on",
      "third on",
    ]);
  });
});

describe("an expiry", () => {
  it("is looked at again when its turn comes", () => {
    start({ id: "long", repeatCount: 3 });
    start({ id: "short", lifetimeMs: 20_000 });
    run(ENDLESS);
    expect(replies().filter(({ commandId }) => commandId === "short.1")).toMatchObject([
      { outcome: "accepted" },
      { outcome: "refused", reason: "expired" },
    ]);
    expect(sounds()).toEqual(["long on", "long off"]);
  });

  it("is told when it comes, not when the amplifier is free", () => {
    start({ id: "long", repeatCount: 20 });
    start({ id: "short", lifetimeMs: 20_000 });
    run(20_000);
    expect(story().at(-1)).toBe("short.1 refused");
  });

  it("lets a reading come to its end, and no other begin", () => {
    start({ repeatCount: 5, lifetimeMs: 25_000 });
    run(ENDLESS);
    expect(replies().at(-1)).toMatchObject({ outcome: "ended", reason: "expired", secondsPlayed: 30 });
  });

  it("keeps an interrupted one from going on", () => {
    start({ id: "low", level: 4, lifetimeMs: 12_000 });
    run(4000);
    start({ id: "high", level: 1 });
    run(ENDLESS);
    expect(
      replies()
        .filter(({ commandId }) => commandId === "low.1")
        .at(-1),
    ).toMatchObject({
      outcome: "failed",
      reason: "interrupted",
      secondsPlayed: 4,
    });
    expect(sounds().filter((sound) => sound === "low on")).toHaveLength(1);
  });
});

describe("a restart", () => {
  /** Off, through the text of a file, and on again. */
  const restart = () => {
    keep(stage.terminal.power(false, stage.at));
    const text = JSON.stringify(packMemories([["sp-1", stage.terminal.memory()]]));
    stage.terminal = make(unpackMemory(JSON.parse(text), "sp-1"));
    keep(stage.terminal.power(true, stage.at));
  };

  it("in the middle is a failure, and the command is not played again when it comes again", () => {
    const order = startOrder();
    hear(order);
    run(4000);
    restart();
    expect(replies().at(-1)).toMatchObject({ commandId: "b-1.1", outcome: "failed", reason: "restarted" });
    expect(events().at(-1)).toMatchObject({ type: "restarted" });
    const again = repliesIn(hear(order));
    expect(again.map(({ outcome }) => outcome)).toEqual(["accepted", "started", "failed"]);
    run(ENDLESS);
    expect(sounds()).toEqual(["b-1 on", "b-1 off"]);
  });

  it("forgets neither what was played, nor what was cancelled, nor what waits", () => {
    start();
    run(20_000);
    stop({ id: "b-2" });
    start({ id: "b-3", startsAt: stage.at + 60_000 });
    restart();
    expect(start({ attempt: 2 })).toMatchObject([{ reason: "replayed", previous: "ended" }]);
    expect(start({ id: "b-2" })).toMatchObject([{ reason: "cancelled" }]);
    run(ENDLESS);
    expect(replies().at(-1)).toMatchObject({ commandId: "b-3.1", outcome: "ended" });
  });

  it("leaves it deaf and silent while it has no power", () => {
    start({ startsAt: START + 5000 });
    keep(stage.terminal.power(false, stage.at));
    expect(stage.terminal.nextAt()).toBeUndefined();
    expect(start({ id: "b-2" })).toEqual([]);
    expect(stage.terminal.tick(START + 6000)).toEqual([]);
    expect(sounds()).toEqual([]);
  });

  it("keeps its memory small: what is over is forgotten a day after it has expired", () => {
    start();
    stop({ id: "b-2" });
    run(3_600_000 + 97 * 3_600_000);
    hear(startOrder({ at: stage.at, id: "b-3", startsAt: stage.at + 1000 }));
    expect(stage.terminal.memory().tasks.map(({ commandId }) => commandId)).toEqual(["b-3.1"]);
    expect(stage.terminal.memory().stops).toEqual([]);
  });
});

it("whatever comes when, a terminal plays nothing twice, nothing after its stop and begins nothing after its expiry", () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant("start" as const),
      id: fc.constantFrom("a", "b", "c"),
      attempt: fc.integer({ min: 1, max: 3 }),
      level: fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<1 | 2 | 3 | 4>,
      class: fc.constantFrom("emergency", "daily") as fc.Arbitrary<"emergency" | "daily">,
      repeatCount: fc.integer({ min: 1, max: 3 }),
      delayMs: fc.integer({ min: 0, max: 20_000 }),
      lifetimeMs: fc.integer({ min: 20_001, max: 60_000 }),
    }),
    fc.record({ do: fc.constant("stop" as const), id: fc.constantFrom("a", "b", "c") }),
    fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
    fc.record({ do: fc.constant("restart" as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      setStage();
      const wellEnded = new Map<string, number>();
      const stopped = new Set<string>();
      let isSounding: string | undefined;
      let seen = 0;
      const look = () => {
        for (const output of stage.outputs.slice(seen)) {
          if (output.type === "reply" && output.reply.outcome === "ended") {
            wellEnded.set(output.reply.broadcastId as string, 1);
          }
          if (output.type !== "sound") continue;
          const { broadcastId, expiresAt } = output.order;
          if (!output.on) {
            expect(isSounding).toBe(broadcastId);
            isSounding = undefined;
            continue;
          }
          expect(isSounding).toBeUndefined();
          isSounding = broadcastId;
          expect(stopped.has(broadcastId)).toBe(false);
          expect(wellEnded.has(broadcastId)).toBe(false);
          expect(stage.at).toBeLessThan(Date.parse(expiresAt));
        }
        seen = stage.outputs.length;
      };
      for (const one of [...steps, { do: "wait" as const, ms: 1_000_000 }]) {
        if (one.do === "start") {
          const { delayMs, do: _do, ...changes } = one;
          start({ ...changes, startsAt: stage.at + delayMs });
        } else if (one.do === "stop") {
          stop({ id: one.id });
          look();
          stopped.add(one.id);
        } else if (one.do === "wait") {
          const end = stage.at + one.ms;
          for (
            let next = stage.terminal.nextAt();
            next !== undefined && next <= end;
            next = stage.terminal.nextAt()
          ) {
            stage.at = Math.max(stage.at, next);
            keep(stage.terminal.tick(stage.at));
            look();
          }
          stage.at = end;
        } else {
          keep(stage.terminal.power(false, stage.at));
          stage.terminal = make(JSON.parse(JSON.stringify(stage.terminal.memory())));
          keep(stage.terminal.power(true, stage.at));
        }
        look();
      }
      // Everything that was accepted has been resolved in the end.
      for (const { replies: answers } of stage.terminal.memory().tasks) {
        expect(["ended", "stopped", "failed", "refused"]).toContain(answers.at(-1)!.outcome);
      }
    }),
    { numRuns: 300 },
  );
});

describe("another attempt that names a speaker which has ended", () => {
  const hearing = (
    sound: Record<string, number | string>,
    memory?: TerminalMemory,
    breaksOffAfterMs?: number,
  ) =>
    createTerminal({
      deviceId: DEVICE,
      place,
      sounding: () => ({ play_state: "playing", ...sound }),
      memory,
      breaksOffAfterMs,
    });
  /** Plays to the end, measuring with each report as a speaker does. */
  const play = (terminal: SpeakerTerminal, order: StartOrder, from = START) => {
    let at = from;
    const outputs = terminal.receive(verified(order), at);
    for (let next = terminal.nextAt(); next !== undefined; next = terminal.nextAt()) {
      terminal.metrics();
      at = Math.max(at, next);
      outputs.push(...terminal.tick(at));
    }
    return {
      at,
      said: repliesIn(outputs).map(({ outcome, previous }) => [outcome, previous].join(" ").trim()),
    };
  };
  const PLAYED = ["accepted", "started", "ended"];
  const again = (at: number) => startOrder({ at, attempt: 2, again: [DEVICE] });

  it.each([
    ["draws current", { amplifier_current: 0.5 }],
    ["hears itself", { amplifier_current: 0.05, sound_level: 75 }],
  ])("is refused where it has measured itself that it %s", (_what, sound) => {
    const terminal = hearing(sound);
    const { at, said } = play(terminal, startOrder());
    expect(said).toEqual(PLAYED);
    expect(play(terminal, again(at), at).said).toEqual(["refused ended"]);
    // What it has measured outlives a power cut.
    const kept = JSON.parse(JSON.stringify(terminal.memory())) as TerminalMemory;
    const next = hearing(sound, kept);
    next.power(true, at);
    expect(play(next, startOrder({ at, attempt: 3, again: [DEVICE] }), at).said).toEqual(["refused ended"]);
  });

  it("is played where nothing was measured: its amplifier may have been repaired", () => {
    const terminal = hearing({ amplifier_current: 0.49, sound_level: 74.9 });
    const { at } = play(terminal, startOrder());
    expect(play(terminal, again(at), at).said).toEqual(PLAYED);
  });

  it("is played where it broke off, however loud it was", () => {
    const terminal = hearing({ amplifier_current: 2.8 }, undefined, 300);
    const { at, said } = play(terminal, startOrder({ repeatCount: 3 }));
    expect([at - START, said]).toEqual([300, PLAYED]);
    expect(play(terminal, again(at), at).said).toEqual(PLAYED);
  });

  it("is refused where it left out what would have begun after the expiry", () => {
    const order = startOrder({ repeatCount: 20, lifetimeMs: 15_000 });
    const terminal = hearing({ amplifier_current: 2.8 });
    const { at, said } = play(terminal, order);
    expect([at - START, said]).toEqual([20_000, PLAYED]);
    // Only a clock that is set back lets another attempt come at all.
    expect(play(terminal, { ...again(START), repeatCount: 20 }, START).said).toEqual(["refused ended"]);
  });
});
