import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type BroadcastJson, broadcastKeys, coverageQuery, targetsQuery } from "../api/broadcasts.ts";
import { childRegionsQuery } from "../api/regions.ts";
import { onStreamEvent } from "../api/stream/take-up.ts";
import { useNow } from "../ui/now.ts";
import { SENDING_OUT_MS } from "./speaker-counts.ts";
import { type Village, villagesOf } from "./village-groups.ts";

/** While events come, villages are read again at most so often, in milliseconds. */
const AGAIN_MS = 2_000;
/** Speakers of which one wants to know more than their number. */
const LOOKED_AT = ["waiting", "started", "refused", "failed", "offline"] as const;

/** Marks the villages of a broadcast old as its events come, at most every two seconds, and once after the last. */
function useCoverageNews(id: string): void {
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const readAgain = () => {
      timer = undefined;
      void queries.invalidateQueries({ queryKey: broadcastKeys.coverage(id) });
    };
    const leave = onStreamEvent("broadcast", (event) => {
      if (event.id === id) timer ??= setTimeout(readAgain, AGAIN_MS);
    });
    return () => {
      leave();
      // The last event may have ended what is shown here: what follows must not begin with what is old.
      if (timer === undefined) return;
      clearTimeout(timer);
      readAgain();
    };
  }, [id, queries]);
}

/** True once the commands had time to go out. */
export function useSentOut({ releasedAt, state }: Pick<BroadcastJson, "releasedAt" | "state">): boolean {
  const now = useNow();
  return state !== "dispatching" || (releasedAt !== null && now - Date.parse(releasedAt) > SENDING_OUT_MS);
}

/** The villages of a broadcast that was released, each in its group, kept up to date. */
export function useVillages(broadcast: Pick<BroadcastJson, "id" | "releasedAt" | "state">) {
  const { id } = broadcast;
  useCoverageNews(id);
  const coverage = useQuery(coverageQuery(id, "village"));
  const targets = useQuery(targetsQuery(id, LOOKED_AT));
  const sentOut = useSentOut(broadcast);
  const villages: readonly Village[] | undefined =
    coverage.data && villagesOf({ coverage: coverage.data, targets: targets.data?.items ?? [], sentOut });
  return { coverage, villages, targets: targets.data?.items ?? [] };
}

const COUNTY_DIGITS = 6;
/** More counties than that are a province, whose townships nobody reads by name. */
const MOST_COUNTIES = 20;

/** Names of townships by their code, also of those without a single speaker. */
export function useTownshipNames(villages: readonly Village[]): (township: string) => string {
  const counties = [...new Set(villages.map(({ code }) => code.slice(0, COUNTY_DIGITS)))];
  return useQueries({
    queries: counties.slice(0, MOST_COUNTIES).map((county) => childRegionsQuery(county)),
    combine: (answers) => {
      const names = new Map(
        answers.flatMap(({ data }) => data?.items ?? []).map(({ code, name }) => [code, name]),
      );
      return (township: string) => names.get(township) ?? township;
    },
  });
}
