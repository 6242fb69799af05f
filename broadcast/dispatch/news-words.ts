import { z } from "zod";
import type { NewsPiece, ToldNews } from "../../store/processes/index.ts";
import type { SpeakerReading } from "../proof/index.ts";
import type { CommittedReply } from "./speaker-facts.ts";

/** The words in which processes tell each other of dispatch. The steps of people are told as `lifecycle/` does it. */

/** What speakers at the doors of one process said, for the process that dispatches. */
export interface SpeakerFacts {
  readonly replies: readonly CommittedReply[];
  readonly readings: readonly SpeakerReading[];
  /** Ids of devices that have begun to listen to their commands. */
  readonly listening: readonly string[];
}

const FACTS = "dispatch.facts";
const STOP = "dispatch.stop";

/** As one text: a number of it may have more digits than the database gives back as a number. */
export const factsNews = (facts: SpeakerFacts): ToldNews => ({
  topic: FACTS,
  payload: { facts: JSON.stringify(facts) },
});

/**
 * The order to stop this broadcast goes out.
 * @param unsure how many speakers it may not reach
 */
export const stopNews = (broadcastNo: number, unsure: number): ToldNews => ({
  topic: STOP,
  payload: { broadcastNo, unsure },
});

export function readFactsNews({ topic, payload }: NewsPiece): SpeakerFacts | undefined {
  if (topic !== FACTS) return undefined;
  return JSON.parse((payload as { facts: string }).facts) as SpeakerFacts;
}

/** A process of an earlier version does not count. */
const stopSchema = z.object({ broadcastNo: z.int(), unsure: z.int().default(0) });

export const readStopNews = ({ topic, payload }: NewsPiece): z.infer<typeof stopSchema> | undefined =>
  topic === STOP ? stopSchema.parse(payload) : undefined;
