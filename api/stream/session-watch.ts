import type { SessionSecret, Sessions } from "../../accounts/sessions.ts";

/** An end by another process is noticed after this, in milliseconds; one of this process at once, by the hub. */
const LOOK_MS = 30_000;

/**
 * Calls back once when a session is over: its time has come, nobody has used it for too long, or another process has
 * ended it. While the database cannot say, the session lives as long as was known when it last could.
 * @returns ends the watch
 */
export function watchSession(
  sessions: Pick<Sessions, "timeLeft">,
  { token, type }: SessionSecret,
  onOver: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let endsAt = Number.POSITIVE_INFINITY;

  async function look(): Promise<void> {
    try {
      endsAt = performance.now() + (await sessions.timeLeft(token, type));
    } catch {
      // Those who need the database at once tell that it is away.
    }
    if (stopped) return;
    const left = endsAt - performance.now();
    if (left <= 0) onOver();
    else timer = setTimeout(look, Math.min(left, LOOK_MS)).unref();
  }
  void look();

  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
