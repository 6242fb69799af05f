import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { isUpgraded, platformQuery } from "../api/platform.ts";
import { useLive } from "../api/stream/live.ts";

const ASK_EVERY_MS = 5 * 60_000;

/**
 * Asks which console is served: every five minutes while the page is seen, when it comes back into view, and when the
 * live stream comes back, as a platform that was upgraded had to end it.
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
  useEffect(() => {
    const onSeen = () => {
      if (!document.hidden) void queries.invalidateQueries({ queryKey: platformQuery.queryKey });
    };
    document.addEventListener("visibilitychange", onSeen);
    return () => document.removeEventListener("visibilitychange", onSeen);
  }, [queries]);
  const { data, dataUpdatedAt } = useQuery({ ...platformQuery, refetchInterval: ASK_EVERY_MS });
  return { build: data?.build, isUpgraded: isUpgraded(data?.build), answeredAt: dataUpdatedAt };
}
