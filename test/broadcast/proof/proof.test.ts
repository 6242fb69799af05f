import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceOf, judge, noteReading, noteReply, wasPartlyHeard } from "../../../broadcast/proof/proof.ts";
import { type Facts, PROOF_RULES } from "../../../broadcast/proof/proof-facts.ts";
import { ASKED, type Message, played, reading, reply, standing, told } from "../speaker-words.ts";

describe("a speaker counts as heard", () => {
  it("when it started, was measured to sound while it played, and ended", () => {
    expect(standing(played)).toEqual({ state: "sounded", attempt: 1 });
  });

  it("by the microphone alone, where the current is not measured", () => {
    const heard = { deviceNo: 1, observedAt: 3000, receivedAt: 3100, soundLevel: 90 };
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

  const ended = (secondsPlayed: number) => [...played.slice(0, 3), reply("ended", 6000, { secondsPlayed })];

  it("from half of the text on, and not when it broke off before", () => {
    expect(standing(ended(2))).toEqual({ state: "sounded", attempt: 1 });
    expect(standing(ended(1.999))).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("not when it broke off, whatever was measured: its length comes before any question of evidence", () => {
    const broken = reply("ended", 2300, { secondsPlayed: 0.3 });
    for (const measured of [[reading(2100, 2.8)], [reading(2100, 0.05)], [reading(2100, 0, 45, 0)], []]) {
      const messages = [played[0]!, played[1]!, ...measured, broken];
      expect(standing(messages)).toEqual({ state: "unproven", reason: "cut_short", since: 2400, attempt: 1 });
    }
    expect(standing([broken])).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("by a reading at the very start or the very end of the play, and by none beside", () => {
    const withReading = (at: number) => standing([played[1]!, reading(at, 2.8), played[3]!]).state;
    expect([1999, 2000, 6000, 6001].map(withReading)).toEqual(["unproven", "sounded", "sounded", "unproven"]);
  });

  it("from the least current on, or the least sound level, and by nothing below", () => {
    const { minCurrent, minSoundLevel } = PROOF_RULES;
    const measured = (current: number, level: number) =>
      standing([played[1]!, reading(3000, current, level), played[3]!]).state;
    expect(measured(minCurrent, 0)).toBe("sounded");
    expect(measured(minCurrent - 0.001, 0)).toBe("unproven");
    expect(measured(0, minSoundLevel)).toBe("sounded");
    expect(measured(0, minSoundLevel - 0.1)).toBe("unproven");
  });

  it("where it was told to stop, by what was loud until then and not after", () => {
    const stopped = [played[1]!, reply("stopped", 4000, { secondsPlayed: 2 })];
    expect(evidenceOf(told([...stopped, reading(4000, 2.8)]), 1, ASKED)).toMatchObject({ observedAt: 4000 });
    expect(evidenceOf(told([...stopped, reading(4001, 2.8)]), 1, ASKED)).toBeUndefined();
  });

  it("not when it says that it ended and never that it started", () => {
    expect(standing([played[2]!, played[3]!])).toMatchObject({ state: "unproven", reason: "not_started" });
  });

  it("by the longest of the lengths that it gives, and the latest of its ends", () => {
    const twice = [reply("ended", 4000, { secondsPlayed: 4 }), reply("ended", 7000, { secondsPlayed: 1 })];
    const after = [played[1]!, ...twice, reading(6500, 2.8)];
    expect(standing(after)).toMatchObject({ state: "sounded" });
    expect(told(after).attempts[1]!.ended).toEqual({ observedAt: 7000, receivedAt: 7100, secondsPlayed: 4 });
  });

  it("not when it says nothing of its seconds, however short the text", () => {
    const facts = told([...played.slice(0, 3), reply("ended", 6000)]);
    expect(judge(facts, 1, PROOF_RULES, { ...ASKED, readingSeconds: 0 })).toMatchObject({
      state: "unproven",
      reason: "no_length",
    });
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
    expect(standing([...silent, refused], 2)).toEqual({
      state: "unproven",
      reason: "no_sound",
      since: 20_100,
      attempt: 1,
    });
    const short = [...played.slice(0, 3), reply("ended", 2300, { secondsPlayed: 0.3 })];
    expect(standing([...short, refused], 2)).toMatchObject({ state: "unproven", reason: "cut_short" });
    // That it had ended is known by the refusal alone.
    expect(standing([...silent.slice(0, 2), refused], 2)).toMatchObject({
      reason: "no_end",
      attempt: undefined,
    });
    // The last of the earlier ones that has ended, and no later one.
    const third = [
      ...silent,
      reply("started", 20_000, { attempt: 2 }),
      reply("ended", 24_000, { attempt: 2, secondsPlayed: 1 }),
      reply("refused", 30_000, { attempt: 3, reason: "replayed", previous: "ended" }),
    ];
    expect(standing(third, 3)).toMatchObject({ state: "unproven", reason: "cut_short" });
  });

  it("as 'replayed' while the first one plays, or for another reason, is a refusal", () => {
    for (const [reason, previous] of [
      ["replayed", "started"],
      ["replayed", undefined],
      ["expired", "ended"],
    ] as const) {
      const refused = reply("refused", 20_000, { attempt: 2, reason, previous });
      expect(standing([...played.filter((one) => "outcome" in one), refused], 2)).toEqual({
        state: "refused",
        reason,
      });
    }
  });

  it("is an interruption until it starts again", () => {
    const interrupted = [...played.slice(0, 2), reply("interrupted", 2500)];
    expect(standing(interrupted)).toMatchObject({ state: "interrupted" });
    expect(standing([...interrupted, reply("started", 5000)])).toMatchObject({ state: "started" });
    // In the same moment: nothing was in between.
    expect(standing([...interrupted, reply("started", 2500)])).toMatchObject({ state: "started" });
  });

  it("is a failure with its reason, also when it says that it ended", () => {
    const failed = [...played.slice(0, 2), reply("failed", 2500, { reason: "power" })];
    expect(standing([...failed, played[3]!])).toEqual({ state: "failed", reason: "power" });
  });
});

it("has acknowledged with the first word that is no refusal", () => {
  const words = [
    reply("started", 2000),
    reply("accepted", 1000),
    reply("refused", 500, { reason: "expired" }),
  ];
  for (const messages of [words, words.toReversed()]) {
    expect(told(messages).attempts[1]!.acknowledgedAt).toBe(1100);
  }
});

it("keeps one reading of a moment, the louder, and after the start the first alone", () => {
  const loud = (...messages: Message[]) => told(messages).loud;
  const [quiet, high, higher] = [reading(3000, 0.6), reading(3000, 2.8, 90), reading(3000, 2.8, 95)];
  for (const messages of [
    [quiet, high, higher],
    [higher, high, quiet],
    [high, higher, quiet, high],
  ]) {
    expect(loud(...messages)).toEqual([
      { observedAt: 3000, receivedAt: 3100, amplifierCurrent: 2.8, soundLevel: 95 },
    ]);
  }
  expect(loud(played[1]!, reading(2000, 2.8), reading(2001, 2.8))).toHaveLength(1);
});

it("finds the first reading after a start that came late, however many others there were", () => {
  const facts = told(Array.from({ length: 64 }, (_, i) => reading(3000 + i, 2.8)));
  noteReply(facts, reply("started", 2000));
  noteReading(facts, reading(2000, 2.8), 1, PROOF_RULES);
  expect(evidenceOf(facts, 1, ASKED)).toMatchObject({ observedAt: 2000 });
});

it("takes the same of two words of one moment, whichever it heard first", () => {
  for (const outcome of ["started", "ended"] as const) {
    const two = [reply(outcome, 2000, { receivedAt: 2100 }), reply(outcome, 2000, { receivedAt: 9000 })];
    const receivedAt = outcome === "started" ? 2100 : 9000;
    for (const messages of [two, two.toReversed()]) {
      expect(told(messages).attempts[1]![outcome]).toMatchObject({ receivedAt });
    }
  }
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
        secondsPlayed: fc.constantFrom(undefined, 0, 1, 3, 4),
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
        expect(judge(other, current, PROOF_RULES, ASKED)).toEqual(judge(facts, current, PROOF_RULES, ASKED));
        expect(evidenceOf(other, current, ASKED)).toEqual(evidenceOf(facts, current, ASKED));
        const heard = [facts, other].map((one) => wasPartlyHeard(one, PROOF_RULES, ASKED));
        expect(heard[1]).toBe(heard[0]);
      }),
      { numRuns: 2000 },
    );
  });

  it("name the same first reading, as many as are kept and the start whenever it comes", () => {
    const moments = fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 64 });
    const cases = fc.tuple(moments, fc.integer({ min: 0, max: 500 })).chain(([all, start]) => {
      const list = [...all.map((at) => reading(at, 3) as Message), reply("started", start)];
      return fc.tuple(
        fc.constant(list),
        fc.constant(start),
        fc.shuffledSubarray(list, { minLength: list.length }),
      );
    });
    fc.assert(
      fc.property(cases, ([list, start, mixed]) => {
        const first = list
          .flatMap((message) => ("outcome" in message ? [] : [message.observedAt]))
          .filter((at) => at >= start)
          .sort((a, b) => a - b)[0];
        expect(evidenceOf(told(mixed), 1, ASKED)?.observedAt).toBe(first);
      }),
    );
  });

  it("never take back that a speaker was heard", () => {
    fc.assert(
      fc.property(messages(2), messages(2), fc.boolean(), (before, after, keepsSchedule) => {
        const asked = { ...ASKED, keepsSchedule };
        if (standing(before, 1, asked).state !== "sounded") return;
        expect(standing([...before, ...after], 1, asked)).toMatchObject({ state: "sounded" });
        expect(wasPartlyHeard(told([...before, ...after]), PROOF_RULES, asked)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("keep the newest 64 readings before a start is known, and the first one after it", () => {
    const at = (facts: Facts) => facts.loud.map(({ observedAt }) => observedAt);
    const upTo64 = told(Array.from({ length: 64 }, (_, i) => reading(i, 3)));
    expect(at(upTo64)).toEqual(Array.from({ length: 64 }, (_, i) => i));
    noteReading(upTo64, reading(64, 3), 1, PROOF_RULES);
    expect(at(upTo64)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    // An older one that comes late does not push out a newer one.
    noteReading(upTo64, reading(0, 3), 1, PROOF_RULES);
    expect(at(upTo64)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
    noteReply(upTo64, reply("started", 64));
    for (const later of [65, 66, 64]) noteReading(upTo64, reading(later, 3), 1, PROOF_RULES);
    expect(at(upTo64)).toHaveLength(64);
    expect(evidenceOf(upTo64, 1, ASKED)).toMatchObject({ observedAt: 64 });
    // The evidence stays, however many older ones come late.
    const full = told([reply("started", 1000), reading(1000, 3)]);
    for (let i = 0; i < 200; i++) noteReading(full, reading(i, 3), 1, PROOF_RULES);
    expect(evidenceOf(full, 1, ASKED)).toMatchObject({ observedAt: 1000 });
    expect(full.loud).toHaveLength(64);
    // Nor does what is measured while another attempt is waited for take it away.
    const first = told([reply("started", 1000), reading(1000, 3)], 2);
    for (let i = 0; i < 200; i++) noteReading(first, reading(2000 + i, 3), 2, PROOF_RULES);
    expect(evidenceOf(first, 1, ASKED)).toMatchObject({ observedAt: 1000 });
    expect(first.loud).toHaveLength(64);
  });

  it("keep no more readings than can still matter", () => {
    const facts = told(Array.from({ length: 5000 }, (_, i) => reading(i * 1000, 3)));
    expect(facts.loud).toHaveLength(64);
    noteReply(facts, reply("started", 4_990_500));
    noteReply(facts, reply("ended", 4_995_500, { secondsPlayed: 5 }));
    expect(judge(facts, 1, PROOF_RULES, ASKED)).toMatchObject({ state: "sounded" });
  });
});

describe("a speaker that was not heard", () => {
  it("was muted when its volume stood at 0 from its very start on, and not when it did before", () => {
    const silent = (at: number) => standing([played[1]!, reading(at, 0.05, 44, 0), played[3]!]);
    expect(silent(1999)).toMatchObject({ reason: "no_sound" });
    expect(silent(2000)).toMatchObject({ reason: "muted" });
    // At rest it may stand at 0, and be turned up for a broadcast.
    const atRest = { ...reading(3000, 0.05, 44, 0), playState: "idle" };
    expect(standing([played[1]!, atRest, played[3]!])).toMatchObject({ reason: "no_sound" });
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
});
