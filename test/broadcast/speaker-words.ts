import { judge, noteReading, noteReply } from "../../broadcast/proof/proof.ts";
import {
  type Asked,
  type Facts,
  noFacts,
  PROOF_RULES,
  type ReplyFact,
  type SpeakerReading,
} from "../../broadcast/proof/proof-facts.ts";

/** What a speaker says and measures, for tests of what follows from it. */
export type Message = ReplyFact | SpeakerReading;

export const reply = (
  outcome: ReplyFact["outcome"],
  at: number,
  more: Partial<ReplyFact> = {},
): ReplyFact => ({
  attempt: 1,
  outcome,
  observedAt: at,
  receivedAt: at + 100,
  ...more,
});
export const reading = (
  at: number,
  amplifierCurrent: number,
  soundLevel = 45,
  volume = 80,
): SpeakerReading => ({
  deviceNo: 1,
  observedAt: at,
  receivedAt: at + 100,
  amplifierCurrent,
  soundLevel,
  playState: "playing",
  volume,
});

/** Four seconds of text, read once, long before it expires. */
export const ASKED: Asked = {
  readingSeconds: 4,
  repeatCount: 1,
  expiresAt: 1_000_000_000,
  keepsSchedule: false,
};

export function told(messages: readonly Message[], attempt = 1): Facts {
  const facts = noFacts();
  for (const message of messages) {
    if ("outcome" in message) noteReply(facts, message);
    else noteReading(facts, message, attempt, PROOF_RULES);
  }
  return facts;
}
export const standing = (messages: readonly Message[], attempt = 1, asked = ASKED) =>
  judge(told(messages, attempt), attempt, PROOF_RULES, asked);

export const played = [
  reply("accepted", 1000),
  reply("started", 2000),
  reading(3000, 2.8, 96),
  reply("ended", 6000, { secondsPlayed: 4 }),
];
