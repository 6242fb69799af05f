/** The server's clock: pages show its time, because computers in offices are minutes off. */

let offsetMs = 0;
let known = false;

/** Takes up the `Date` header of an answer. It has whole seconds, so half a second is the best guess. */
export function noteServerDate(header: string | null, receivedAt = Date.now()): void {
  if (header === null) return;
  const at = Date.parse(header);
  if (Number.isNaN(at)) return;
  const measured = at + 500 - receivedAt;
  // Headers have whole seconds: a difference below one says nothing new.
  if (known && Math.abs(measured - offsetMs) < 1000) return;
  offsetMs = measured;
  known = true;
}

/** Now by the server's clock, in milliseconds since 1970. */
export const serverNow = (): number => Date.now() + offsetMs;

/** By how much this computer's clock is off, in milliseconds; positive when it is behind. */
export const clockOffset = (): number => offsetMs;
