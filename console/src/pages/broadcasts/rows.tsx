import { type BroadcastItemJson, ON_AIR } from "../../api/broadcasts.ts";
import { followUpKindOf } from "../../api/follow-ups.ts";
import { shownCounts } from "../../map/speaker-counts.ts";
import { FollowUpTag } from "../../ui/follow-up-tag.tsx";
import { LevelBand, type LevelNumber, ModeTag, Tag } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { duration, elapsed, shortMoment } from "../../ui/time.ts";
import { broadcastTexts } from "../broadcast/texts.ts";
import styles from "./rows.module.css";
import { broadcastsTexts } from "./texts.ts";

/** Broadcasts as lines: level, mode, headline, state, how far it has got, and since when. */
export function BroadcastRows({ label, items }: { label: string; items: readonly BroadcastItemJson[] }) {
  return (
    <ul className={styles.rows} aria-label={label} data-list>
      {items.map((item) => (
        <li key={item.id} className={styles.row}>
          <LevelBand level={item.message.level as LevelNumber} size="small" />
          <ModeTag mode={item.message.mode} />
          <div className={styles.title}>
            <PageLink href={`/broadcasts/${item.id}`} isItem>
              {item.headline || item.id}
            </PageLink>
            <span>{item.id}</span>
          </div>
          <Result item={item} />
          <Times item={item} />
        </li>
      ))}
    </ul>
  );
}

/** Proven of all; what went wrong stands beside it. */
function Result({ item }: { item: BroadcastItemJson }) {
  const words = useTexts(broadcastsTexts);
  const { states } = useTexts(broadcastTexts);
  const counts = item.counts && shownCounts(item.counts, !ON_AIR.includes(item.state));
  const wrong = counts ? counts.failed + counts.refused + counts.offline : 0;
  return (
    <div className={styles.result}>
      <span className={styles.tags}>
        <FollowUpTag kind={followUpKindOf(item)} />
        <Tag>{states[item.state]}</Tag>
        {item.greenChannel && <Tag>{words.green}</Tag>}
        {item.review === "open" && <Tag>{words.reviewOpen}</Tag>}
      </span>
      {counts && <b>{words.sounded(count(counts.sounded), count(counts.all))}</b>}
      {wrong > 0 && <span className={styles.wrong}>{words.wrong(count(wrong))}</span>}
    </div>
  );
}

/** How long it waits or sounds, and when it expires; of what is over, when it was. */
function Times({ item }: { item: BroadcastItemJson }) {
  const words = useTexts(broadcastsTexts);
  const language = useLanguage();
  const now = useNow();
  const since = (moment: string) => duration(now - Date.parse(moment), language);
  const { state, updatedAt, expiresAt, releasedAt, createdAt } = item;
  const left = expiresAt === null ? undefined : Date.parse(expiresAt) - now;
  const expiry = left !== undefined && (left > 0 ? words.expiresIn(duration(left, language)) : words.expired);
  if (state === "pending_approval") {
    return (
      <div className={styles.times}>
        <b>{words.since(since(updatedAt))}</b>
        {expiry && <span>{expiry}</span>}
      </div>
    );
  }
  if (ON_AIR.includes(state) && releasedAt !== null) {
    return (
      <div className={styles.times}>
        <b>{words.elapsed(elapsed(now - Date.parse(releasedAt)))}</b>
        {expiry && <span>{expiry}</span>}
      </div>
    );
  }
  return (
    <div className={styles.times}>
      <span>{shortMoment(releasedAt ?? createdAt, language, now)}</span>
      {state === "returned" && <span>{words.returned(since(updatedAt))}</span>}
      {releasedAt === null && state !== "returned" && state !== "draft" && <span>{words.neverReleased}</span>}
    </div>
  );
}
