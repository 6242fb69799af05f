import { useEffect, useRef, useState } from "react";
import type { ShownCounts } from "../../../map/speaker-counts.ts";
import { count } from "../../../ui/number.ts";
import { useTexts } from "../../../ui/texts.ts";
import styles from "./announcer.module.css";
import { onAirTexts } from "./texts.ts";

/** Somebody who listens to the page is told at most so often, in milliseconds. */
const EVERY_MS = 10_000;

/** Tells a screen reader how it goes, not more often than one can listen to. */
export function Announcer({
  counts,
  silent,
  away,
}: {
  counts: ShownCounts;
  /** Villages: silent for certain, and those whose speakers are offline and may come back. */
  silent: number;
  away: number;
}) {
  const words = useTexts(onAirTexts);
  const { all, sounded, playing, failed, refused, offline } = counts;
  const text = words.announce(
    count(sounded),
    count(all),
    count(playing),
    count(failed + refused + offline),
    count(silent),
    count(away),
  );
  const latest = useRef(text);
  latest.current = text;
  const [said, say] = useState(text);
  useEffect(() => {
    const timer = setInterval(() => say(latest.current), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <p className={styles.hidden} role="status" aria-live="polite">
      {said}
    </p>
  );
}
