import { useQuery } from "@tanstack/react-query";
import { alarmsOfRuleQuery } from "../../api/alarms.ts";
import { broadcastsQuery } from "../../api/broadcasts.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { doneSteps, proposalAmong, type TourState, type TourStep } from "./steps.ts";

export interface Tour extends TourState {
  readonly done: ReadonlySet<TourStep>;
  /** False until the platform has said how far it is. */
  readonly isKnown: boolean;
}

/** How far the tour is. Live events mark what it asks old, so that steps tick off by themselves. */
export function useTour(me: MeJson): Tour {
  const leaks = useQuery({ ...alarmsOfRuleQuery("leak"), enabled: mayDo(me, "alarms:read") });
  const broadcasts = useQuery({ ...broadcastsQuery({}), enabled: mayDo(me, "broadcasts:read") });
  const state = {
    hasLeak: (leaks.data?.items.length ?? 0) > 0,
    proposal: proposalAmong(broadcasts.data?.items ?? []),
  };
  const isKnown = [leaks, broadcasts].every(
    ({ isPending, fetchStatus }) => !isPending || fetchStatus === "idle",
  );
  return { ...state, done: doneSteps(state), isKnown };
}
