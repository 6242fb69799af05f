import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { isStopPending, takeStep } from "../api/broadcast-steps.ts";
import { broadcastKeys } from "../api/broadcasts.ts";
import { api, read } from "../api/client.ts";
import { serverNow } from "../api/clock.ts";
import { onLeft } from "../api/left.ts";
import { isApiError } from "../api/problem.ts";
import { noteStopped } from "./stopped.ts";

/** A stop that somebody has pressed, and that the platform has not carried out. */
export interface WantedStop {
  readonly id: string;
  readonly headline: string;
  readonly reason: string;
  /** Who has pressed: nobody else's name may stand under it. */
  readonly person: string;
  readonly since: number;
  /** Of the second factor. It is good for seconds, and never written down. */
  readonly code?: string | undefined;
  readonly isOnWay: boolean;
  /** No answer came to an attempt: it is repeated until one does. */
  readonly isUnanswered: boolean;
  /** The platform has answered, and does not do it. */
  readonly refusal?: Error | undefined;
}

const KEPT = "wanted-stops";
/** Longer than the platform takes to answer a stop, in milliseconds: a dead line may hold a request for minutes. */
const PATIENCE_MS = 10_000;

let wanted: readonly WantedStop[] = [];
const hearers = new Set<() => void>();

function set(next: readonly WantedStop[]): void {
  wanted = next;
  // What was refused is shown, and not repeated after a reload.
  const kept = next
    .filter(({ refusal }) => refusal === undefined)
    .map(({ id, headline, reason, person, since }) => ({ id, headline, reason, person, since }));
  try {
    if (kept.length === 0) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Storage may be forbidden: then it lasts until the reload.
  }
  for (const hearer of hearers) hearer();
}

const stopOf = (id: string): WantedStop | undefined => wanted.find((one) => one.id === id);
const change = (id: string, changes: Partial<WantedStop>): void =>
  set(wanted.map((one) => (one.id === id ? { ...one, ...changes } : one)));

/** True while the platform's refusal of it is shown. */
export const isStopRefused = (id: string): boolean => stopOf(id)?.refusal !== undefined;

/** Tries no more: it is done, over, or the person does not want it any longer. */
export function dropStop(id: string): void {
  if (stopOf(id)) set(wanted.filter((one) => one.id !== id));
}

onLeft(() => set([]));

/** It is over. Where a stop has ended it, as an attempt whose answer was lost does, that is said. */
export function settleStop(id: string, state: string): void {
  const stop = stopOf(id);
  if (!stop) return;
  dropStop(id);
  if (state === "cancelled") noteStopped({ id, headline: stop.headline, isPending: false });
}

/** What this tab kept over a reload for this person; what another one wanted is dropped. */
export function takeUpStops(person: string): void {
  let kept: WantedStop[] = [];
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]") as WantedStop[];
  } catch {
    // As above; or it is not ours.
  }
  const known = wanted.filter((one) => one.person === person);
  const found = kept.filter((one) => one.person === person && !known.some(({ id }) => id === one.id));
  set([...known, ...found.map((one) => ({ ...one, isOnWay: false, isUnanswered: true }))]);
}

/** No answer of the platform itself, or only that it cannot now. A lost session is found again by signing in. */
function isUnanswered(failure: unknown): boolean {
  if (!isApiError(failure)) return true;
  if (failure.status >= 500) return true;
  return isApiError(failure, "offline", "rate_limited", "unauthorized", "csrf_refused");
}

/** Another tab may have signed in as somebody else since: a repetition asks first. */
async function isStillSignedIn(person: string): Promise<boolean> {
  const me = await read(api.GET("/v1/me", { signal: AbortSignal.timeout(PATIENCE_MS) }));
  return me.id === person;
}

/** What has become of it; nothing where that cannot be read, and then the page shows it when it can. */
async function stateNow(id: string): Promise<string> {
  const init = { params: { path: { id } }, signal: AbortSignal.timeout(PATIENCE_MS) };
  return read(api.GET("/v1/broadcasts/{id}", init)).then(
    ({ state }) => state,
    () => "",
  );
}

function readAgain(queries: QueryClient, id: string): void {
  for (const queryKey of [
    broadcastKeys.one(id),
    broadcastKeys.history(id),
    broadcastKeys.coverage(id),
    broadcastKeys.lists,
  ])
    void queries.invalidateQueries({ queryKey });
}

async function attempt(queries: QueryClient, id: string, isRepeated: boolean): Promise<void> {
  const stop = stopOf(id);
  if (!stop || stop.isOnWay || stop.refusal) return;
  change(id, { isOnWay: true });
  try {
    if (isRepeated && !(await isStillSignedIn(stop.person))) return dropStop(id);
    // Given up, or over, in the meantime.
    if (!stopOf(id)) return;
    const { headline, reason, code } = stop;
    // The platform ignores the revision here: this step is never too late.
    const input = { revision: 1, reason, ...(code !== undefined && { code }) };
    const answer = await takeStep(id, "cancel", input, AbortSignal.timeout(PATIENCE_MS));
    dropStop(id);
    noteStopped({ id, headline, isPending: isStopPending(answer) });
  } catch (failure) {
    // Somebody else was faster, it has just ended, or an attempt whose answer was lost has done it.
    if (isApiError(failure, "broadcast_state")) settleStop(id, await stateNow(id));
    else if (isUnanswered(failure)) change(id, { isOnWay: false, isUnanswered: true });
    else change(id, { isOnWay: false, isUnanswered: false, refusal: failure as Error });
  } finally {
    readAgain(queries, id);
  }
}

/** Stops it, and does not rest before the platform has answered. A second press tries at once. */
export function wantStop(
  queries: QueryClient,
  stop: Pick<WantedStop, "id" | "headline" | "reason" | "person" | "code">,
): Promise<void> {
  const former = stopOf(stop.id);
  const since = former && !former.refusal ? former.since : serverNow();
  const isUnanswered = former?.isUnanswered === true;
  const others = wanted.filter(({ id }) => id !== stop.id);
  set([...others, { ...stop, since, isUnanswered, isOnWay: former?.isOnWay === true }]);
  return attempt(queries, stop.id, false);
}

/** Tries all again to which no answer came. */
export function repeatStops(queries: QueryClient): void {
  for (const { id, isUnanswered } of wanted) if (isUnanswered) void attempt(queries, id, true);
}

export const useWantedStops = (): readonly WantedStop[] =>
  useSyncExternalStore(
    (hearer) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    },
    () => wanted,
  );
