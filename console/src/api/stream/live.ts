import { useSyncExternalStore } from "react";
import type { StreamState } from "./connection.ts";

/** The live stream as pages see it. `asOf` is the last moment at which everything shown was current. */
export interface Live {
  readonly state: StreamState["state"];
  readonly since: number;
  readonly asOf: number;
}

let live: Live = { state: "connecting", since: Date.now(), asOf: Date.now() };
const hearers = new Set<() => void>();

export function setLive(state: StreamState): void {
  const asOf =
    live.state === "live" && state.state !== "live"
      ? state.since
      : state.state === "live"
        ? Date.now()
        : live.asOf;
  live = { ...state, since: live.state === state.state ? live.since : state.since, asOf };
  for (const hearer of hearers) hearer();
}

export const useLive = (): Live =>
  useSyncExternalStore(
    (hearer) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    },
    () => live,
  );
