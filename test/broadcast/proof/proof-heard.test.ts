import { describe, expect, it } from "vitest";
import { evidenceOf, secondsOf, wasPartlyHeard } from "../../../broadcast/proof/proof.ts";
import { PROOF_RULES } from "../../../broadcast/proof/proof-facts.ts";
import { ASKED, type Message, reading, reply, told } from "../speaker-words.ts";

const heard = (messages: readonly Message[], attempt = 1) =>
  wasPartlyHeard(told(messages, attempt), PROOF_RULES, ASKED);
const started = reply("started", 2000);
const loud = reading(2500, 1.8, 92);
const quiet = reading(2500, 0.05, 45);
const muted = reading(2500, 0.05, 45, 0);

/** How a play can be over before its end, each after a second and a half, of which the speaker says so. */
const BROKEN_OFF: [string, Message][] = [
  ["its power failed", reply("failed", 3500, { reason: "power", secondsPlayed: 1.5 })],
  ["its amplifier failed", reply("failed", 3500, { reason: "amplifier", secondsPlayed: 1.5 })],
  ["a drill was interrupted for good", reply("failed", 3500, { reason: "interrupted", secondsPlayed: 1.5 })],
  ["it was interrupted", reply("interrupted", 3500, { secondsPlayed: 1.5 })],
  ["it was stopped", reply("stopped", 3500, { secondsPlayed: 1.5 })],
  ["it ended too soon", reply("ended", 3500, { secondsPlayed: 1.5 })],
];

describe("a part was heard", () => {
  it.each(BROKEN_OFF)("where %s, as it says, and was measured or was not", (_what, end) => {
    for (const measured of [[loud], [], [quiet, loud], [loud, reading(3000, 0.05)]])
      expect(heard([started, ...measured, end])).toBe(true);
    expect(secondsOf(told([started, end]).attempts[1]!)).toBe(1.5);
  });

  it.each(BROKEN_OFF)("not where %s, and it was measured silent or muted while it played", (_what, end) => {
    for (const measured of [quiet, muted, reading(2000, 0.05), reading(3500, 0.05)])
      expect(heard([started, measured, end])).toBe(false);
    // Quiet before and after it says nothing.
    expect(heard([reading(1999, 0.05), started, end, reading(3501, 0.05)])).toBe(true);
    // Nor does what is measured while it does not play, or a report without a measurement.
    const idle = { ...reading(2500, 0.05), playState: "idle" };
    const blind = { deviceNo: 1, observedAt: 2500, receivedAt: 2600, playState: "playing", volume: 80 };
    expect(heard([started, idle, blind, end])).toBe(true);
  });

  it("also where it was quiet as it began, of a play that went on for longer than two seconds", () => {
    const failed = (secondsPlayed: number) =>
      reply("failed", 2000 + secondsPlayed * 1000, { reason: "power", secondsPlayed });
    // Terminals report as they start, before a voice has begun.
    for (const at of [2000, 3000, 3999]) {
      expect(heard([started, reading(at, 0.05), failed(2.001)])).toBe(true);
      expect(heard([started, reading(at, 0.05), failed(2)])).toBe(false);
    }
    for (const at of [4000, 6000]) expect(heard([started, reading(at, 0.05), failed(4)])).toBe(false);
    expect(heard([started, reading(2000, 0.05), reading(4000, 0.05), failed(4)])).toBe(false);
    expect(heard([started, reading(2000, 0.05), reading(4000, 1.8), failed(4)])).toBe(true);
  });

  it("whatever comes first: what was quiet as it began, or later, or the word that it started", () => {
    const messages = [started, reading(2000, 0.05), reading(2500, 0.05), reading(4500, 0.05)];
    const failed = reply("failed", 6000, { reason: "power", secondsPlayed: 4 });
    const late = [...messages, failed];
    for (let turn = 0; turn < late.length; turn++) {
      const turned = [...late.slice(turn), ...late.slice(0, turn)];
      expect([heard(turned), heard([...turned].reverse())]).toEqual([false, false]);
    }
    // More of them than are kept before its start is known.
    const many = Array.from({ length: 100 }, (_, i) => reading(1000 + i * 50, 0.05));
    expect(heard([...many, started, failed])).toBe(false);
    expect(heard([started, ...many, failed])).toBe(false);
    // Nor do those that may be of the next attempt push out what was quiet in this one.
    const next = Array.from({ length: 100 }, (_, i) => reading(10_000 + i * 50, 0.05));
    expect(heard([started, reading(2500, 0.05), reading(4500, 0.05), failed, ...next], 2)).toBe(false);
  });

  it("where it was measured and nothing more came, or it says nothing of its seconds", () => {
    expect(heard([started, loud])).toBe(true);
    expect(heard([started, loud, reply("failed", 3500, { reason: "restarted" })])).toBe(true);
    expect(heard([started, loud, reply("ended", 3500)])).toBe(true);
  });

  it("not where nothing was measured, and nothing is said of a length", () => {
    expect(heard([started])).toBe(false);
    expect(heard([reply("accepted", 1000), reply("failed", 2000, { reason: "amplifier" })])).toBe(false);
    expect(heard([started, reply("failed", 2000, { reason: "power", secondsPlayed: 0 })])).toBe(false);
    expect(
      secondsOf(told([started, reply("failed", 2000, { reason: "power" })]).attempts[1]!),
    ).toBeUndefined();
  });

  it("not where it says that it was muted, or played to its end and nothing shows sound", () => {
    expect(heard([started, reply("failed", 3500, { reason: "muted", secondsPlayed: 1.5 })])).toBe(false);
    expect(heard([started, reply("ended", 6000, { secondsPlayed: 4 })])).toBe(false);
    // What was measured is worth more than the word.
    expect(heard([started, loud, reply("failed", 3500, { reason: "muted", secondsPlayed: 1.5 })])).toBe(true);
  });

  it("in any attempt, each by its own readings", () => {
    const second = [
      reply("started", 20_000, { attempt: 2 }),
      reading(21_000, 0.05),
      reply("ended", 24_000, { attempt: 2, secondsPlayed: 4 }),
    ];
    const broken = reply("failed", 3500, { reason: "power", secondsPlayed: 1.5 });
    expect(heard([started, broken, ...second], 2)).toBe(true);
    expect(heard([started, loud, reply("failed", 3500, { reason: "power" }), ...second], 2)).toBe(true);
    expect(heard([started, quiet, broken, ...second], 2)).toBe(false);
    expect(heard(second, 2)).toBe(false);
  });
});

describe("what sounds after a play is something else", () => {
  it.each(BROKEN_OFF)("where %s", (_what, end) => {
    const evidence = (at: number) => evidenceOf(told([started, end, reading(at, 2.5)]), 1, ASKED);
    expect(evidence(3500)).toMatchObject({ observedAt: 3500 });
    expect(evidence(3501)).toBeUndefined();
  });

  it("where it was interrupted and goes on, only once it does", () => {
    const resumed = [started, reply("interrupted", 3000), reply("started", 5000)];
    expect(evidenceOf(told([...resumed, reading(5500, 2.5)]), 1, ASKED)).toMatchObject({ observedAt: 5500 });
    // Of what sounds between the two no reading says whose it is: it shows that the horn can be heard, and counts.
    const between = reading(4000, 2.5);
    expect(evidenceOf(told([...resumed, between]), 1, ASKED)).toMatchObject({ observedAt: 4000 });
    expect(evidenceOf(told([between, ...resumed.slice(0, 2)]), 1, ASKED)).toBeUndefined();
  });

  it("where nothing is heard of an end, after twice the length and 10 seconds", () => {
    const evidence = (at: number) => evidenceOf(told([started, reading(at, 2.5)]), 1, ASKED);
    expect(evidence(2000 + 8000 + 10_000)).toBeDefined();
    expect(evidence(2000 + 8000 + 10_001)).toBeUndefined();
  });
});
