import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  evidenceOf,
  type Facts,
  judge,
  noFacts,
  noteReading,
  noteReply,
  PROOF_RULES,
  type ReplyFact,
  type SpeakerReading,
} from "../../broadcast/proof.ts";

type Message = ReplyFact | SpeakerReading;

const reply = (outcome: ReplyFact["outcome"], at: number, more: Partial<ReplyFact> = {}): ReplyFact => ({
  attempt: 1,
  outcome,
  observedAt: at,
  receivedAt: at + 100,
  ...more,
});
const reading = (at: number, amplifierCurrent: number, soundLevel = 45, volume = 80): SpeakerReading => ({
  deviceNo: 1,
  observedAt: at,
  amplifierCurrent,
  soundLevel,
  playState: "playing",
  volume,
});

/** Four seconds of text. */
const EXPECTED = 4;

function told(messages: readonly Message[], attempt = 1): Facts {
  const facts = noFacts();
  for (const message of messages) {
    if ("outcome" in message) noteReply(facts, message);
    else noteReading(facts, message, attempt, PROOF_RULES);
  }
  return facts;
}
const standing = (messages: readonly Message[], attempt = 1) =>
  judge(told(messages, attempt), attempt, PROOF_RULES, EXPECTED);

const played = [
  reply("accepted", 1000),
  reply("started", 2000),
  reading(3000, 2.8, 96),
  reply("ended", 6000, { secondsPlayed: 4 }),
];

describe("a speaker counts as heard", () => {
  it("when it started, was measured to sound while it played, and ended", () => {
    expect(standing(played)).toEqual({ state: "sounded", attempt: 1 });
  });

  it("by the microphone alone, where the current is not measured", () => {
    const heard = { deviceNo: 1, observedAt: 3000, soundLevel: 90 };
    expect(standing([played[0]!, played[1]!, heard, played[3]!])).toMatchObject({ state: "sounded" });
  });

  it.each([
    [
      "its amplifier draws nothing and its microphone hears the street",
      [reading(3000, 0.05, 52)],
      "no_sound",
    ],
    ["it was loud before the start only", [reading(1999, 2.8, 96)], "no_sound"],
    ["it was loud after the end only", [reading(6001, 2.8, 96)], "no_sound"],
    ["nothing was measured at all", [], "no_sound"],
    ["its volume stands at 0", [reading(3000, 0.06, 44, 0)], "muted"],
  ])("not when %s", (_what, readings, reason) => {
    const messages = [played[0]!, played[1]!, ...readings, played[3]!];
    expect(standing(messages)).toMatchObject({ state: "unproven", reason });
  });

  it("not when it broke off before half of the text", () => {
    const short = [...played.slice(0, 3), reply("ended", 3500, { secondsPlayed: 1.5 })];
    expect(standing(short)).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("not when it says that it ended and never that it started", () => {
    expect(standing([played[2]!, played[3]!])).toMatchObject({ state: "unproven", reason: "not_started" });
  });

  it("not when it says nothing of its seconds, however short the text", () => {
    const facts = told([...played.slice(0, 3), reply("ended", 6000)]);
    expect(judge(facts, 1, PROOF_RULES, 0)).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("only for the attempt that it was measured in", () => {
    const second = [
      reply("started", 20_000, { attempt: 2 }),
      reply("ended", 24_000, { attempt: 2, secondsPlayed: 4 }),
    ];
    const first = [played[1]!, reading(3000, 0.05), played[3]!];
    expect(standing([...first, ...second], 2)).toMatchObject({ state: "unproven" });
    expect(standing([...first, ...second, reading(21_000, 3)], 2)).toEqual({ state: "sounded", attempt: 2 });
  });
});

it("is not told of a second attempt that it was muted because the first one was", () => {
  const second = [
    reply("started", 20_000, { attempt: 2 }),
    reply("ended", 24_000, { attempt: 2, secondsPlayed: 4 }),
  ];
  const first = [played[1]!, reading(3000, 0.05, 44, 0), played[3]!];
  expect(standing([...first, ...second], 2)).toMatchObject({ state: "unproven", reason: "no_sound" });
  // Nor is it proven by what was loud between the two.
  expect(standing([...first, reading(10_000, 3), ...second], 2)).toMatchObject({ state: "unproven" });
});

describe("what a speaker answers", () => {
  it("is a refusal with its reason", () => {
    expect(standing([reply("refused", 1000, { reason: "wrong_area" })])).toEqual({
      state: "refused",
      reason: "wrong_area",
    });
  });

  it("is no refusal when a repeated command is refused while the first one plays", () => {
    const messages = [...played.slice(0, 2), reply("refused", 2500, { reason: "replayed" })];
    expect(standing(messages)).toMatchObject({ state: "started" });
  });

  it("as 'replayed, it ended the first time' counts by the evidence of the first time", () => {
    const refused = reply("refused", 20_000, { attempt: 2, reason: "replayed", previous: "ended" });
    expect(standing([...played, refused], 2)).toEqual({ state: "sounded", attempt: 1 });
    const silent = played.filter((message) => "outcome" in message);
    expect(standing([...silent, refused], 2)).toEqual({ state: "refused", reason: "replayed" });
  });

  it("is an interruption until it starts again", () => {
    const interrupted = [...played.slice(0, 2), reply("interrupted", 2500)];
    expect(standing(interrupted)).toMatchObject({ state: "interrupted" });
    expect(standing([...interrupted, reply("started", 5000)])).toMatchObject({ state: "started" });
  });

  it("is a failure with its reason, also when it says that it ended", () => {
    const failed = [...played.slice(0, 2), reply("failed", 2500, { reason: "power" })];
    expect(standing([...failed, played[3]!])).toEqual({ state: "failed", reason: "power" });
  });
});

describe("messages in any order and twice", () => {
  const REASONS = ["wrong_area", "expired", "replayed", "bad_signature"];
  const time = fc.integer({ min: 1000, max: 9000 });
  const attempt = fc.integer({ min: 1, max: 2 });
  /** No speaker answers an attempt before it is made. */
  const anyReply = (current: number) =>
    fc
      .record({
        attempt: fc.integer({ min: 1, max: current }),
        outcome: fc.constantFrom(
          "accepted" as const,
          "started" as const,
          "interrupted" as const,
          "ended" as const,
          "stopped" as const,
          "refused" as const,
          "failed" as const,
        ),
        observedAt: time,
        receivedAt: time,
        reason: fc.constantFrom(...REASONS),
        secondsPlayed: fc.constantFrom(0, 1, 3, 4),
      })
      .map((fact) => fact as Message);
  const anyReading = fc.record({ at: time, loud: fc.boolean(), volume: fc.constantFrom(0, 80) }).map(
    // A speaker has one reading at a moment; what it measured follows from the moment here.
    ({ at }) =>
      reading(at, at % 3 === 0 ? 2.5 : 0.05, at % 5 === 0 ? 95 : 45, at % 7 === 0 ? 0 : 80) as Message,
  );
  /** A story that makes sense, of which parts may be missing. */
  const story = fc.subarray<Message>(
    [...played, reply("interrupted", 4000), reply("started", 4500), reading(3500, 0.05), reading(5000, 2.6)],
    { minLength: 1 },
  );
  const messages = (current: number) =>
    fc
      .tuple(story, fc.array(fc.oneof(anyReply(current), anyReading), { maxLength: 12 }))
      .map(([sensible, wild]) => [...sensible, ...wild]);

  it("end the same", () => {
    const cases = attempt.chain((current) =>
      messages(current).chain((list) =>
        fc.tuple(
          fc.constant(current),
          fc.constant(list),
          fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([current, once, mixed]) => {
        const facts = told(once, current);
        const other = told(mixed, current);
        expect(judge(other, current, PROOF_RULES, EXPECTED)).toEqual(
          judge(facts, current, PROOF_RULES, EXPECTED),
        );
        expect(evidenceOf(other, current)).toEqual(evidenceOf(facts, current));
      }),
      { numRuns: 2000 },
    );
  });

  it("never take back that a speaker was heard", () => {
    fc.assert(
      fc.property(messages(2), messages(2), (before, after) => {
        if (standing(before).state !== "sounded") return;
        expect(standing([...before, ...after])).toMatchObject({ state: "sounded" });
      }),
      { numRuns: 2000 },
    );
  });

  it("keep no more readings than can still matter", () => {
    const facts = told(Array.from({ length: 5000 }, (_, i) => reading(i * 1000, 3)));
    expect(facts.loud.length).toBeLessThanOrEqual(64);
    noteReply(facts, reply("started", 4_990_500));
    noteReply(facts, reply("ended", 4_995_500, { secondsPlayed: 5 }));
    expect(judge(facts, 1, PROOF_RULES, EXPECTED)).toMatchObject({ state: "sounded" });
  });
});
