import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { useNow } from "../../../ui/now.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { clockTime, duration, elapsed } from "../../../ui/time.ts";
import styles from "./elapsed.module.css";
import { onAirTexts } from "./texts.ts";

/** Since when it has been on air by the platform's clock, or when it begins. */
export function Elapsed({ broadcast: { releasedAt, message } }: { broadcast: BroadcastJson }) {
  const words = useTexts(onAirTexts);
  const language = useLanguage();
  const now = useNow();
  if (releasedAt === null) return null;
  const begins = Math.max(Date.parse(releasedAt), message.startsAt ? Date.parse(message.startsAt) : 0);
  return (
    <div className={styles.elapsed}>
      {begins > now ? (
        <b>{words.beginsIn(clockTime(begins), duration(begins - now, language))}</b>
      ) : (
        <>
          <span>{words.began(clockTime(begins))}</span>
          <b>{words.elapsed(elapsed(now - begins))}</b>
        </>
      )}
    </div>
  );
}
