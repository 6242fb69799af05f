import { setImmediate as nextTurn } from "node:timers/promises";

/** How long the main thread is held at a stretch by default. */
const SLICE_MS = 5;

/**
 * For long work on the main thread: await the returned function between two pieces of the work. It lets all other work
 * run first when the thread was held for a slice of time.
 */
export function breather(sliceMs = SLICE_MS): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < sliceMs) return;
    await nextTurn();
    began = performance.now();
  };
}
