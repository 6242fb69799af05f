import { useQueries, useQuery } from "@tanstack/react-query";
import { Radio } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import {
  type BroadcastItemJson,
  broadcastQuery,
  ON_AIR,
  openBroadcastsQuery,
  openReviewsQuery,
} from "../api/broadcasts.ts";
import { meQuery } from "../api/session.ts";
import { Button } from "../ui/button.tsx";
import { groupBy } from "../ui/group-by.ts";
import { LevelBand, type LevelNumber, ModeTag } from "../ui/marks.tsx";
import { count } from "../ui/number.ts";
import { PageLink } from "../ui/page-link.tsx";
import { useShortWait } from "../ui/short-wait.ts";
import { useTexts } from "../ui/texts.ts";
import { clockTime } from "../ui/time.ts";
import { useKeptPlaces } from "./kept-places.ts";
import styles from "./on-air.module.css";
import { isOpenTo } from "./routes.tsx";
import { StopButton } from "./stop-button.tsx";
import { NotStopped, useStopRepeater } from "./stop-repeater.tsx";
import { stopTexts } from "./stop-texts.ts";
import { forgetAllStopped, forgetStopped, useStopped } from "./stopped.ts";
import type { WantedStop } from "./wanted-stops.ts";

/** More at once than a county ever has; each asks the platform whether it may be stopped. */
const MOST = 20;

/** What sounds, the oldest first: what comes on air must not push another one's button under a finger that is about to press. */
const onAirOf = (items: readonly BroadcastItemJson[] = []): BroadcastItemJson[] =>
  items
    .filter(({ state }) => ON_AIR.includes(state))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .slice(0, MOST);

function useOpen() {
  const { data: me } = useQuery(meQuery);
  const enabled = me !== undefined && isOpenTo(me, "broadcasts:read");
  const open = useQuery({ ...openBroadcastsQuery, enabled });
  const reviews = useQuery({ ...openReviewsQuery, enabled });
  const onAir = onAirOf(open.data?.items);
  const details = useQueries({ queries: onAir.map(({ id }) => broadcastQuery(id)) });
  return { open, reviews, onAir, details };
}

/**
 * True until it is known what stands above every page, or that it cannot be known now: a page that was there before it
 * would be pushed away under the hand.
 */
export function useIsTopComing(): boolean {
  const { open, reviews, details } = useOpen();
  return useShortWait(
    [open, reviews, ...details].some(({ isLoading, failureCount }) => isLoading && failureCount === 0),
  );
}

/** Under the top line of every page: what sounds and can be stopped by this person, each with its own button. */
export function OnAirStrip() {
  const words = useTexts(stopTexts);
  const { open, onAir, details } = useOpen();
  const [path] = useLocation();
  useEffect(() => forgetAllStopped, []);
  const stoppable = onAir.flatMap((item, at) => {
    const broadcast = details[at]?.data;
    const mayStop = broadcast?.steps.some(({ action, allowed }) => action === "cancel" && allowed);
    return broadcast && mayStop ? [{ id: item.id, headline: item.headline, item, broadcast }] : [];
  });
  const stopped = useStopped();
  const wanted = notStopped(useStopRepeater(), path);
  const pending = new Set(stopped.filter(({ isPending }) => isPending).map(({ id }) => id));
  const namesakes = groupBy(stoppable, ({ headline }) => headline);
  const sounding = new Map(stoppable.map((line) => [line.id, line]));
  const told = new Set(stopped.map(({ id }) => id));
  const current: readonly Line[] = [
    ...stoppable,
    ...stopped.filter(({ id }) => !sounding.has(id)),
    ...[...wanted.values()].filter(({ id }) => !sounding.has(id) && !told.has(id)),
  ];
  const [isHeld, setHeld] = useState(false);
  // Its own page has the button at its top. A stop that is not on its way yet is told there as well.
  const kept = useKeptPlaces(current, { isKnown: open.data !== undefined, isHeld });
  const places = kept.filter(({ id }) => pending.has(id) || wanted.has(id) || path !== `/broadcasts/${id}`);
  if (places.length === 0) {
    // No pointer leaves a strip that is taken away under it.
    if (isHeld) setHeld(false);
    return null;
  }
  return (
    <aside
      className={styles.strip}
      aria-label={words.strip}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      {places.map(({ id, first, isGone }) => {
        const line = sounding.get(id);
        const stop = wanted.get(id);
        if (line) {
          // Said and not shown: a line that grows pushes the buttons below it.
          const { releasedAt } = line.broadcast;
          const isAlone = namesakes.get(line.headline)?.length === 1;
          const apart = isAlone || releasedAt === null ? undefined : words.releasedAt(clockTime(releasedAt));
          return (
            <StripLine key={id} sounds>
              <Running item={line.item} />
              {stopped.some((one) => one.id === id) && (
                <b>{words[pending.has(id) ? "stopPending" : "stopped"](line.headline)}</b>
              )}
              {stop && <NotStopped stop={stop} />}
              <StopButton small broadcast={line.broadcast} headline={line.headline} apart={apart} />
            </StripLine>
          );
        }
        if (stop)
          return (
            <StripLine key={id} sounds>
              <NotStopped stop={stop} />
            </StripLine>
          );
        return (
          <StripLine key={id} sounds={false}>
            {isGone ? <Gone {...first} /> : <StoppedHere {...first} isPending={pending.has(id)} />}
          </StripLine>
        );
      })}
    </aside>
  );
}

/** Those that need telling: no answer came, or a refusal, which its own page shows beside its button. */
function notStopped(wanted: readonly WantedStop[], path: string): ReadonlyMap<string, WantedStop> {
  const told = wanted.filter(
    ({ id, isUnanswered, refusal }) => isUnanswered || (refusal && path !== `/broadcasts/${id}`),
  );
  return new Map(told.map((stop) => [stop.id, stop]));
}

interface Line {
  readonly id: string;
  readonly headline: string;
}

/** Is never lower than it was while it sounded: the lines below it stay where they are. */
function StripLine({ sounds, children }: { sounds: boolean; children: ReactNode }) {
  const line = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  useLayoutEffect(() => {
    const own = line.current!;
    own.style.minHeight = sounds ? "" : `${height.current}px`;
    if (sounds) height.current = own.offsetHeight;
  });
  return (
    <div ref={line} className={styles.line} role={sounds ? undefined : "status"}>
      {children}
    </div>
  );
}

/** In the place of what this person has just stopped. */
function StoppedHere({ id, headline, isPending }: Line & { isPending: boolean }) {
  const words = useTexts(stopTexts);
  return (
    <>
      <b>{words[isPending ? "stopPending" : "stopped"](headline)}</b>
      <PageLink href={`/broadcasts/${id}`}>{words.seeStopped}</PageLink>
      <Button small onClick={() => forgetStopped(id)}>
        {words.close}
      </Button>
    </>
  );
}

/** In the place of what no longer sounds, for some seconds: nothing there can be pressed by mistake. */
function Gone({ headline }: Line) {
  const words = useTexts(stopTexts);
  return <span className={styles.gone}>{words.ended(headline)}</span>;
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
