import { useSyncExternalStore } from "react";

/** A broadcast that was stopped from this tab. */
interface Stopped {
  readonly id: string;
  readonly headline: string;
  /** The stop is on record, and no speaker was told yet. */
  readonly isPending: boolean;
}
let stopped: readonly Stopped[] = [];
const hearers = new Set<() => void>();

function set(next: readonly Stopped[]): void {
  stopped = next;
  for (const hearer of hearers) hearer();
}

/** Keeps in view that it was stopped, and the way to its all-clear, until somebody has seen it. */
export const noteStopped = (one: Stopped): void => set([...stopped.filter(({ id }) => id !== one.id), one]);
/** When the person has gone: the next one at this computer may not see any of it. */
export const forgetAllStopped = (): void => set([]);
export const forgetStopped = (id: string): void => set(stopped.filter((one) => one.id !== id));

export const useStopped = (): readonly Stopped[] =>
  useSyncExternalStore(
    (hearer) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    },
    () => stopped,
  );
