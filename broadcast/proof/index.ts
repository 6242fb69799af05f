export { LENGTH_FACTOR, LENGTH_MARGIN_MS } from "./played-length.ts";
export {
  type BroadcastNews,
  type BroadcastScope,
  createNewsFeed,
  type NewsFeed,
  toHistoryCounts,
  toNewsCounts,
} from "./progress.ts";
export {
  evidenceOf,
  judge,
  noteReading,
  noteReply,
  provenAttempt,
  type Standing,
  secondsOf,
  wasPartlyHeard,
} from "./proof.ts";
export {
  type Asked,
  type AttemptFacts,
  type Evidence,
  type Facts,
  noFacts,
  PROOF_RULES,
  type ProofRules,
  type ReplyFact,
  type SpeakerReading,
} from "./proof-facts.ts";
