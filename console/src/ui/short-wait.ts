import { useEffect, useState } from "react";

/** Longer than answers mostly take; a page that comes later than this is worse than one that moves. */
export const SHORT_WAIT_MS = 1_000;

/**
 * True while what would move the page is still coming, for a second at most and once only: an answer that is slow or
 * never comes keeps nothing away, and what was shown stays.
 */
export function useShortWait(isComing: boolean): boolean {
  const [isOver, setOver] = useState(false);
  if (!isOver && !isComing) setOver(true);
  useEffect(() => {
    if (isOver) return;
    const timer = setTimeout(() => setOver(true), SHORT_WAIT_MS);
    return () => clearTimeout(timer);
  }, [isOver]);
  return !isOver;
}
