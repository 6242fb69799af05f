import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef, useState } from "react";
import { api, read } from "../api/client.ts";
import { platformQuery } from "../api/platform.ts";
import { useLive } from "../api/stream/live.ts";

/** The console that this tab has: the one that the platform served when it was opened. */
let mine: string | null | undefined;

/**
 * True when the platform serves another console than the one in this tab. It looks when the tab comes back into view, and
 * when the live stream comes back, as it does after an upgrade.
 */
export function useNewVersion(): boolean {
  const { data } = useQuery(platformQuery);
  const [isNew, setNew] = useState(false);
  const { state } = useLive();
  const wasLost = useRef(false);
  mine ??= data?.build;
  const look = useEffectEvent(async () => {
    if (document.hidden || !mine) return;
    // A platform that cannot be reached says so elsewhere.
    const facts = await read(api.GET("/v1/console")).catch(() => undefined);
    if (facts?.build && facts.build !== mine) setNew(true);
  });
  useEffect(() => {
    const onSeen = () => void look();
    document.addEventListener("visibilitychange", onSeen);
    return () => document.removeEventListener("visibilitychange", onSeen);
  }, []);
  useEffect(() => {
    if (state === "connecting") wasLost.current = true;
    else if (state === "live" && wasLost.current) void look();
  }, [state]);
  return isNew;
}
