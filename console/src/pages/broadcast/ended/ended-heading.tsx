import { useQuery } from "@tanstack/react-query";
import { Printer } from "lucide-react";
import type { BroadcastJson } from "../../../api/broadcasts.ts";
import { mayDo, meQuery } from "../../../api/session.ts";
import { Button, ButtonLink } from "../../../ui/button.tsx";
import { Tag } from "../../../ui/marks.tsx";
import { useNow } from "../../../ui/now.ts";
import { useLanguage, useTexts } from "../../../ui/texts.ts";
import { duration, fullMoment, shortMoment } from "../../../ui/time.ts";
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
          {words.lasted(duration(Date.parse(endedAt) - Date.parse(releasedAt), language))}
        </span>
      )}
    </div>
  );
}

/** Begins a new one with the same content, which opens as a drill. */
export function RepeatLink({ broadcast: { id, message } }: { broadcast: BroadcastJson }) {
  const words = useTexts(endedTexts);
  const { data: me } = useQuery(meQuery);
  if (!me || !mayDo(me, "broadcasts:draft")) return null;
  return (
    <span className={styles.noPrint}>
      <ButtonLink href={`/broadcasts/new?copy=${encodeURIComponent(id)}`}>
        {words.repeat[message.mode === "training" ? "training" : "drill"]}
      </ButtonLink>
    </span>
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
