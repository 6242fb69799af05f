import type { SessionSecret, Sessions } from "../../accounts/sessions.ts";
import { NextTurn, repeat } from "../../base/periodic.ts";

/**
 * The platform notices an end by another process after this, in milliseconds; the hub ends one of this process at once.
 */
const LOOK_MS = 30_000;

/**
 * Calls back once when a session is over: its time has come, it was not used for too long, or another process has ended
 * it. While the database is away, the session lives by the platform's last knowledge.
 * @returns a function that ends the watch
 */
export function watchSession(
  sessions: Pick<Sessions, "timeLeft">,
  { token, type }: SessionSecret,
  onOver: () => void,
): () => void {
  let stopped = false;
  let endsAt = Number.POSITIVE_INFINITY;
  const stop = () => {
    stopped = true;
    void looking.stop();
  };
  const looking = repeat(
    async () => {
      try {
        endsAt = performance.now() + (await sessions.timeLeft(token, type));
      } catch {
        // Requests that need the database at once report that it is away.
      }
      if (stopped) return undefined;
      const left = endsAt - performance.now();
      if (left > 0) return new NextTurn(Math.min(left, LOOK_MS));
      stop();
      return onOver();
    },
    LOOK_MS,
    { atOnce: true },
  );
  return stop;
}
