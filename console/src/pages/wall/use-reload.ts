import { useEffect, useEffectEvent } from "react";
import { serverNow } from "../../api/clock.ts";
import { useUpgrade } from "../../app/use-upgrade.ts";
import { reloadReason } from "./reload-rules.ts";

/** Where a screen keeps for which build it was loaded anew. */
const TRIED = "wall-build";

const keep = {
  get: (): string | null => {
    try {
      return sessionStorage.getItem(TRIED);
    } catch {
      return null;
    }
  },
  /** @returns whether it is kept: without it the page could not tell the first time */
  set: (build: string): boolean => {
    try {
      sessionStorage.setItem(TRIED, build);
      return true;
    } catch {
      return false;
    }
  },
};

/** Loads the screen anew in the early morning and for another version, but never while something is on air. */
export function useReload(isOnAir: boolean): void {
  const { build, isUpgraded, answeredAt } = useUpgrade();
  const decide = useEffectEvent(() => {
    const age = performance.now();
    const facts = { now: serverNow(), age, isOnAir, isUpgraded, build, triedBuild: keep.get() };
    const reason = reloadReason(facts);
    if (reason === undefined) return;
    if (reason === "upgrade" && !keep.set(build ?? "")) return;
    location.reload();
  });
  // Each answer is a moment at which the platform is there.
  useEffect(() => {
    if (answeredAt > 0) decide();
  }, [answeredAt]);
}
