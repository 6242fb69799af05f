import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isUpgraded, platformQuery } from "../api/platform.ts";
import { useLive } from "../api/stream/live.ts";

const ASK_EVERY_MS = 5 * 60_000;

/**
 * Asks every five minutes, while the page is seen, which console is served, and when the live stream comes back: a
 * platform that was upgraded had to end it.
 */
export function useUpgrade() {
  const queries = useQueryClient();
  const { state } = useLive();
  const wasLive = useRef(false);
  useEffect(() => {
    if (state !== "live") return;
    if (wasLive.current) void queries.invalidateQueries({ queryKey: platformQuery.queryKey });
    wasLive.current = true;
  }, [state, queries]);
  const { data, dataUpdatedAt } = useQuery({ ...platformQuery, refetchInterval: ASK_EVERY_MS });
  return { build: data?.build, isUpgraded: isUpgraded(data?.build), answeredAt: dataUpdatedAt };
}
