import { type Fault, PlatformError } from "../base/errors.ts";

/**
 * Runs every check, so that a refused caller learns of all faults at once. An error other than `invalid_request` ends
 * it.
 * @throws PlatformError `invalid_request` with the faults of all
 */
export async function together(checks: readonly (() => unknown)[]): Promise<void> {
  const messages: string[] = [];
  const faults: Fault[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== "invalid_request") throw error;
      messages.push(error.message);
      faults.push(...error.faults);
    }
  }
  if (messages.length > 0) throw new PlatformError("invalid_request", messages.join("; "), { faults });
}
