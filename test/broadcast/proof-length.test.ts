import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Asked,
  expectedSeconds,
  type Facts,
  judge,
  noFacts,
  noteReading,
  noteReply,
  PROOF_RULES,
  type ReplyFact,
  type SpeakerReading,
} from "../../broadcast/proof.ts";

const reply = (outcome: ReplyFact["outcome"], at: number, more: Partial<ReplyFact> = {}): ReplyFact => ({
  attempt: 1,
  outcome,
  observedAt: at,
  receivedAt: at + 100,
  ...more,
});
const loud = (at: number): SpeakerReading => ({
  deviceNo: 1,
  observedAt: at,
  receivedAt: at + 100,
  amplifierCurrent: 2.8,
});

function told(messages: readonly (ReplyFact | SpeakerReading)[]): Facts {
  const facts = noFacts();
  for (const message of messages) {
    if ("outcome" in message) noteReply(facts, message);
    else noteReading(facts, message, 1, PROOF_RULES);
  }
  return facts;
}

describe("the length that is expected", () => {
  const asked: Asked = { readingSeconds: 10, repeatCount: 3, expiresAt: 100_000 };
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
        expect(judge(facts, 1, PROOF_RULES, { readingSeconds, repeatCount, expiresAt }).state).toBe(
          "sounded",
        );
      }),
      { numRuns: 3000 },
    );
  });
});
