import { clockOffset } from "../api/clock.ts";
import { useLive } from "../api/stream/live.ts";
import { Banner } from "../ui/banner.tsx";
import { useNow } from "../ui/now.ts";
import { useTexts } from "../ui/texts.ts";
import { clockTime } from "../ui/time.ts";
import { shellTexts } from "./shell-texts.ts";
import styles from "./stale-banner.module.css";

/** A hiccup shorter than this is not worth a banner, in milliseconds. */
const HICCUP_MS = 10_000;
const CLOCK_OFF_MS = 30_000;

/** Says that what is shown may be old, and that this computer's clock is wrong. */
export function StaleBanner() {
  const words = useTexts(shellTexts);
  const live = useLive();
  useNow();
  const off = clockOffset();
  const isStale = live.state !== "live" && Date.now() - live.since > HICCUP_MS;
  if (!isStale && Math.abs(off) <= CLOCK_OFF_MS) return null;
  return (
    <div className={styles.banners}>
      {isStale && <Banner tone="bad">{words.stale(clockTime(live.asOf + off))}</Banner>}
      {Math.abs(off) > CLOCK_OFF_MS && <Banner>{words.clockOff(Math.round(Math.abs(off) / 1000))}</Banner>}
    </div>
  );
}
