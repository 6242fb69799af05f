import { expect, it } from "vitest";
import {
  type Asked,
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
  receivedAt: at + 100,
  amplifierCurrent,
  soundLevel,
  playState: "playing",
  volume,
});

/** Four seconds of text, read once, long before it expires. */
const ASKED: Asked = { readingSeconds: 4, repeatCount: 1, expiresAt: 1_000_000_000 };

function told(messages: readonly Message[], attempt = 1): Facts {
  const facts = noFacts();
  for (const message of messages) {
    if ("outcome" in message) noteReply(facts, message);
    else noteReading(facts, message, attempt, PROOF_RULES);
  }
  return facts;
}
const standing = (messages: readonly Message[], attempt = 1, asked = ASKED) =>
  judge(told(messages, attempt), attempt, PROOF_RULES, asked);

const played = [
  reply("accepted", 1000),
  reply("started", 2000),
  reading(3000, 2.8, 96),
  reply("ended", 6000, { secondsPlayed: 4 }),
];

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
