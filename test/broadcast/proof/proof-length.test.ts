import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectedSeconds } from "../../../broadcast/proof/played-length.ts";
import { judge, noteReply } from "../../../broadcast/proof/proof.ts";
import {
  type Asked,
  PROOF_RULES,
  type ReplyFact,
  type SpeakerReading,
} from "../../../broadcast/proof/proof-facts.ts";
import { reply, told } from "../speaker-words.ts";

const loud = (at: number): SpeakerReading => ({
  deviceNo: 1,
  observedAt: at,
  receivedAt: at + 100,
  amplifierCurrent: 2.8,
});

describe("the length that is expected", () => {
  const asked: Asked = { readingSeconds: 10, repeatCount: 3, expiresAt: 100_000, keepsSchedule: false };
  const standing = (messages: Parameters<typeof told>[0], of: Asked) =>
    judge(told(messages), 1, PROOF_RULES, of);
  const started = (...at: number[]) => told(at.map((moment) => reply("started", moment))).attempts[1]!;

  it.each([
    ["all repetitions, long before the expiry", 0, 30],
    ["all repetitions, when the last one begins just before it", 79_999, 30],
    ["those that began: at the expiry none begins", 80_000, 20],
    ["those that began", 85_000, 20],
    ["one, when the second would begin at the expiry", 90_000, 10],
    ["one, whatever its clock says", 250_000, 10],
  ])("is that of %s", (_what, at, seconds) => {
    expect(expectedSeconds(asked, started(at))).toBe(seconds);
  });

  it("is counted from where it went on, after an interruption", () => {
    expect(expectedSeconds(asked, started(10_000, 85_000))).toBe(20);
    expect(expectedSeconds(asked, started(85_000, 10_000))).toBe(20);
  });

  it("is one reading of what is not known to have started, and nothing of a text without length", () => {
    expect(expectedSeconds(asked, {})).toBe(10);
    expect(expectedSeconds({ ...asked, readingSeconds: 0 }, started(0))).toBe(0);
    expect(expectedSeconds({ ...asked, readingSeconds: 0 }, started(100_000))).toBe(0);
  });

  it("proves a speaker that left out the repetitions after the expiry, and no other", () => {
    const cut = [
      reply("started", 85_000),
      loud(86_000),
      reply("ended", 105_000, { secondsPlayed: 20, reason: "expired" }),
    ];
    expect(standing(cut, asked)).toMatchObject({ state: "sounded" });
    expect(standing(cut, { ...asked, repeatCount: 20, expiresAt: 86_000 })).toMatchObject({
      state: "sounded",
    });
    const early = [cut[0]!, cut[1]!, reply("ended", 94_000, { secondsPlayed: 9, reason: "expired" })];
    expect(standing(early, asked)).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("is kept by every voice from the fastest to the slowest, wherever the expiry falls", () => {
    const cases = fc.record({
      // Of the length that we expect: 6 characters in a second to 3.5, where we count 4.5.
      voice: fc.double({ min: 4.5 / 6, max: 4.5 / 3.5, noNaN: true }),
      repeatCount: fc.integer({ min: 1, max: 20 }),
      readingSeconds: fc.double({ min: 0.2, max: 3600, noNaN: true }),
      leftSeconds: fc.integer({ min: 1, max: 80_000 }),
    });
    fc.assert(
      fc.property(cases, ({ voice, repeatCount, readingSeconds, leftSeconds }) => {
        const one = readingSeconds * voice;
        const began = Math.min(repeatCount, Math.ceil(leftSeconds / one));
        const facts = told([reply("started", 0), loud(0)]);
        noteReply(
          facts,
          reply("ended", began * one * 1000, { secondsPlayed: Math.round(began * one * 10) / 10 }),
        );
        const expiresAt = leftSeconds * 1000;
        const of = { readingSeconds, repeatCount, expiresAt, keepsSchedule: false };
        expect(judge(facts, 1, PROOF_RULES, of).state).toBe("sounded");
      }),
      { numRuns: 3000 },
    );
  });
});

describe("a daily programme that was interrupted", () => {
  // Three readings of 13.3 s, long before the expiry.
  const programme: Asked = {
    readingSeconds: 40 / 3,
    repeatCount: 3,
    expiresAt: 1_000_000_000,
    keepsSchedule: true,
  };
  const standing = (messages: Parameters<typeof told>[0], of = programme) =>
    judge(told(messages), 1, PROOF_RULES, of);
  /** A voice of 0.69 of our length: it plays 9 s, is silent for 10 s, and goes on where its schedule then is. */
  const healthy = [
    reply("started", 0),
    loud(1000),
    reply("interrupted", 9000, { secondsPlayed: 9 }),
    reply("started", 19_000),
    reply("ended", 27_600, { secondsPlayed: 17.6 }),
  ];

  it("has sounded when it has kept to its schedule, in whatever order its words come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(healthy, { minLength: healthy.length }), (messages) => {
        expect(standing(messages)).toEqual({ state: "sounded", attempt: 1 });
      }),
    );
  });

  it("is cut short like every other where it ended early on its schedule, or was never interrupted", () => {
    const early = [...healthy.slice(0, 4), reply("ended", 19_900, { secondsPlayed: 9.9 })];
    const never = [healthy[0]!, healthy[1]!, reply("ended", 27_600, { secondsPlayed: 17.6 })];
    const notBack = [...healthy.slice(0, 3), healthy[4]!];
    const slow = [healthy[0]!, healthy[1]!, reply("started", 19_000), healthy[4]!];
    const nothing = [...healthy.slice(0, 4), reply("ended", 27_600, { secondsPlayed: 0 })];
    for (const messages of [early, never, notBack, slow, nothing])
      expect(standing(messages)).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("is another thing than an emergency, which goes on where it was", () => {
    expect(standing(healthy, { ...programme, keepsSchedule: false })).toMatchObject({
      state: "unproven",
      reason: "cut_short",
    });
  });

  it("has sounded wherever it is interrupted and comes back, with every voice", () => {
    const cases = fc.record({
      voice: fc.double({ min: 4.5 / 6, max: 4.5 / 3.5, noNaN: true }),
      repeatCount: fc.integer({ min: 1, max: 20 }),
      readingSeconds: fc.double({ min: 1, max: 3600, noNaN: true }),
      cuts: fc.uniqueArray(fc.integer({ min: 1, max: 998 }), { minLength: 2, maxLength: 6 }),
    });
    fc.assert(
      fc.property(cases, ({ voice, repeatCount, readingSeconds, cuts }) => {
        const lengthMs = readingSeconds * voice * repeatCount * 1000;
        const moments = cuts.sort((a, b) => a - b).map((share) => (lengthMs * share) / 1000);
        const messages: (ReplyFact | SpeakerReading)[] = [reply("started", 0), loud(0)];
        let silentMs = 0;
        for (let i = 0; i + 1 < moments.length; i += 2) {
          messages.push(reply("interrupted", moments[i]!), reply("started", moments[i + 1]!));
          silentMs += moments[i + 1]! - moments[i]!;
        }
        const secondsPlayed = (lengthMs - silentMs) / 1000;
        messages.push(reply("ended", lengthMs, { secondsPlayed }));
        const of = { readingSeconds, repeatCount, expiresAt: 1_000_000_000_000, keepsSchedule: true };
        expect(standing(messages, of).state).toBe("sounded");
      }),
      { numRuns: 1000 },
    );
  });
});
