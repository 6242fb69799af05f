import { useQuery } from "@tanstack/react-query";
import { alarmsOfRuleQuery } from "../../api/alarms.ts";
import { broadcastsQuery } from "../../api/broadcasts.ts";
import { type MeJson, mayDo } from "../../api/session.ts";
import { doneSteps, proposalAmong, type TourState, type TourStep } from "./steps.ts";

export interface Tour extends TourState {
  readonly done: ReadonlySet<TourStep>;
  /** False until the platform has said how far it is. */
  readonly isKnown: boolean;
  /** Why the platform does not say it. Then no step may look as if it were not done. */
  readonly error: Error | null;
  readonly again: () => void;
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
  const failed = [leaks, broadcasts].filter(({ data, error }) => data === undefined && error !== null);
  return {
    ...state,
    done: doneSteps(state),
    isKnown,
    error: failed[0]?.error ?? null,
    again: () => {
      for (const query of failed) void query.refetch();
    },
  };
}
