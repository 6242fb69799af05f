import { vi } from "vitest";

/**
 * How long a test waits for an expected event, in milliseconds, where it does not say so itself. Vitest would give up
 * after one second, which a busy machine needs for a handful of queries, and would look every 50 ms.
 */
const PATIENCE = { timeout: 20_000, interval: 10 };

const { waitFor, waitUntil } = vi;
/** A number is the timeout. */
const patient = (options: number | object | undefined) =>
  typeof options === "number" ? { ...PATIENCE, timeout: options } : { ...PATIENCE, ...options };

vi.waitFor = (check, options) => waitFor(check, patient(options));
vi.waitUntil = (check, options) => waitUntil(check, patient(options));
