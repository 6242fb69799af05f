import { useLive } from "../api/stream/live.ts";
import { useNow } from "../ui/now.ts";
import { useTexts } from "../ui/texts.ts";
import { clockTime } from "../ui/time.ts";
import styles from "./live-state.module.css";
import { shellTexts } from "./shell-texts.ts";

/** Whether what is shown is live, and the server's clock. */
export function LiveState() {
  const words = useTexts(shellTexts);
  const now = useNow();
  const live = useLive();
  const isLive = live.state === "live";
  const text = isLive
    ? words.live
    : words.connecting(Math.max(0, Math.round((Date.now() - live.since) / 1000)));
  return (
    <div className={styles.live}>
      <span className={isLive ? styles.beat : styles.lost} aria-hidden />
      <span>{text}</span>
      <b>{clockTime(now)}</b>
      <span className={styles.zone}>{words.zone}</span>
    </div>
  );
}
