import { readReplies, readSpeakerReadings } from "../../store/broadcast/index.ts";
import type { Db, KindTable } from "../../store/database/index.ts";
import type { ProofRules } from "../proof/index.ts";
import { playWindow } from "./read-on-air.ts";
import type { SpeakerIntake } from "./speaker-intake.ts";
import type { OnAirTarget } from "./target.ts";

export interface SecondLookOptions {
  readonly pool: Db;
  readonly speakers: readonly KindTable[];
  readonly rules: ProofRules;
  readonly intake: Pick<SpeakerIntake, "takeReply" | "takeReading">;
}

/**
 * Takes in what the database has of these targets: another process that has committed their replies or readings may have
 * ended before it could tell of them.
 */
export async function lookAgain(
  { pool, speakers, rules, intake }: SecondLookOptions,
  targets: ReadonlySet<OnAirTarget>,
): Promise<void> {
  const all = [...targets];
  const broadcasts = [...new Set(all.map(({ broadcast }) => broadcast))];
  const commandIds = broadcasts.flatMap(({ starts, stop }) =>
    [...starts.values(), ...(stop ? [stop] : [])].map(({ commandId }) => commandId),
  );
  const numbers = (some: readonly OnAirTarget[]) => [...new Set(some.map(({ deviceNo }) => deviceNo))];
  for (const reply of await readReplies(pool, commandIds, numbers(all))) intake.takeReply(reply);
  // A reading proves nothing of one that has not begun.
  const begun = all.filter(({ facts }) => facts.attempts.some((own) => own?.started));
  if (begun.length === 0) return;
  const windows = broadcasts.map(playWindow);
  for (const reading of await readSpeakerReadings(pool, speakers, windows, rules, numbers(begun)))
    intake.takeReading(reading);
}
