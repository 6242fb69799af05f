import type { AttemptFacts, Evidence } from "../proof/index.ts";

/** When a speaker played, as it is shown. Times in milliseconds since 1970, `startedAt` ≤ `evidenceAt` ≤ `endedAt`. */
export interface PlayTimes {
  readonly startedAt: number | null;
  readonly evidenceAt: number | null;
  readonly endedAt: number | null;
}

/**
 * The moments of one attempt by the speaker's clock, which may be off: none before the command left or after the
 * platform heard of it, or of a later moment in the play. One rule holds for all of them, so that their order stays the
 * same.
 * @param earliest when the command left, as far as it is known, by the platform's clock
 */
export function playTimes(
  { started, ended, stopped }: AttemptFacts,
  evidence: Evidence | undefined,
  earliest: number,
): PlayTimes {
  const moments = [started, evidence, ended ?? stopped];
  let latest = Number.POSITIVE_INFINITY;
  const heardBy = moments.map(() => latest);
  for (let i = moments.length - 1; i >= 0; i--) {
    latest = Math.min(latest, moments[i]?.receivedAt ?? latest);
    heardBy[i] = latest;
  }
  let from = earliest;
  const [startedAt = null, evidenceAt = null, endedAt = null] = moments.map((moment, i) => {
    if (!moment) return null;
    from = Math.round(Math.min(Math.max(moment.observedAt, from), heardBy[i]!));
    return from;
  });
  return { startedAt, evidenceAt, endedAt };
}
