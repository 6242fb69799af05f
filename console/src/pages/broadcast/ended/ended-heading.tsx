import { Printer } from "lucide-react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { Button } from "../../../ui/button.tsx";
import { Tag } from "../../../ui/marks.tsx";
import { useNow } from "../../../ui/now.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { elapsed, fullMoment, shortMoment } from "../../../ui/time.ts";
import { broadcastTexts } from "../texts.ts";
import styles from "./ended.module.css";
import { endedTexts } from "./texts.ts";

/** How it ended, and from when to when it was on air. */
export function EndedWhen({ broadcast: { state, releasedAt, endedAt } }: { broadcast: BroadcastJson }) {
  const words = useTexts(endedTexts);
  const { states } = useTexts(broadcastTexts);
  const language = useLanguage();
  const now = useNow(60_000);
  return (
    <div className={styles.when}>
      <Tag>{states[state]}</Tag>
      {releasedAt !== null && endedAt !== null && (
        <span>
          {words.period(shortMoment(releasedAt, language, now), shortMoment(endedAt, language, now))}
          {" · "}
          {words.lasted(elapsed(Date.parse(endedAt) - Date.parse(releasedAt)))}
        </span>
      )}
    </div>
  );
}

/** The page prints as a report; the paper says when it was printed. */
export function PrintButton() {
  const words = useTexts(endedTexts);
  const now = useNow(60_000);
  return (
    <>
      <span className={styles.printed}>{words.printed(fullMoment(now))}</span>
      <span className={styles.noPrint}>
        <Button onClick={() => print()}>
          <Printer aria-hidden />
          {words.print}
        </Button>
      </span>
    </>
  );
}
