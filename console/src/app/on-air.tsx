import { useQueries, useQuery } from "@tanstack/react-query";
import { Radio } from "lucide-react";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { type BroadcastItemJson, broadcastQuery, ON_AIR, openBroadcastsQuery } from "../api/broadcasts.ts";
import { meQuery } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { LevelBand, type LevelNumber, ModeTag } from "../ui/marks.tsx";
import { count } from "../ui/number.ts";
import { PageLink } from "../ui/page-link.tsx";
import { useTexts } from "../ui/texts.ts";
import styles from "./on-air.module.css";
import { isOpenTo } from "./routes.tsx";
import { StopButton } from "./stop-button.tsx";
import { stopTexts } from "./stop-texts.ts";
import { forgetAllStopped, forgetStopped, useStopped } from "./stopped.ts";

/** More at once than a county ever has; each asks the platform whether it may be stopped. */
const MOST = 20;

/** Under the top line of every page: what sounds and can be stopped by this person, each with its own button. */
export function OnAirStrip() {
  const words = useTexts(stopTexts);
  const { data: me } = useQuery(meQuery);
  const enabled = me !== undefined && isOpenTo(me, "broadcasts:read");
  const { data } = useQuery({ ...openBroadcastsQuery, enabled });
  // The oldest first: what comes on air must not push another one's button under a finger that is about to press.
  const onAir = (data?.items ?? [])
    .filter(({ state }) => ON_AIR.includes(state))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .slice(0, MOST);
  const details = useQueries({ queries: onAir.map(({ id }) => broadcastQuery(id)) });
  const [path] = useLocation();
  useEffect(() => forgetAllStopped, []);
  const stoppable = onAir.flatMap((item, at) => {
    const broadcast = details[at]?.data;
    const mayStop = broadcast?.steps.some(({ action, allowed }) => action === "cancel" && allowed);
    // Its own page has the button at its top.
    return broadcast && mayStop && path !== `/broadcasts/${item.id}` ? [{ item, broadcast }] : [];
  });
  const stopped = useStopped().filter(({ id }) => path !== `/broadcasts/${id}`);
  if (stoppable.length === 0 && stopped.length === 0) return null;
  return (
    <aside className={styles.strip} aria-label={words.strip}>
      {stoppable.map(({ item, broadcast }) => (
        <div key={item.id} className={styles.line}>
          <Running item={item} />
          <StopButton small broadcast={broadcast} headline={item.headline} />
        </div>
      ))}
      {stopped.map(({ id, headline }) => (
        <div key={id} className={styles.line} role="status">
          <b>{words.stopped(headline)}</b>
          <PageLink href={`/broadcasts/${id}`}>{words.seeStopped}</PageLink>
          <Button small onClick={() => forgetStopped(id)}>
            {words.close}
          </Button>
        </div>
      ))}
    </aside>
  );
}

function Running({ item }: { item: BroadcastItemJson }) {
  const { counts, headline, message, id } = item;
  return (
    <>
      <Radio aria-hidden />
      <ModeTag mode={message.mode} />
      <LevelBand level={message.level as LevelNumber} size="small" />
      <PageLink href={`/broadcasts/${id}`} className={styles.headline}>
        {headline}
      </PageLink>
      {counts && (
        <span className={styles.counts}>
          {count(counts.sounded)} / {count(counts.targets)}
        </span>
      )}
    </>
  );
}
