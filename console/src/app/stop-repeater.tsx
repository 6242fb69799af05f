import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";
import { broadcastQuery, ON_AIR } from "../api/broadcasts.ts";
import { meQuery } from "../api/session.ts";
import { useLive } from "../api/stream/live.ts";
import { Button } from "../ui/button.tsx";
import { useNow } from "../ui/now.ts";
import { ProblemBanner } from "../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../ui/texts.ts";
import { duration } from "../ui/time.ts";
import styles from "./stop-repeater.module.css";
import { stopTexts } from "./stop-texts.ts";
import {
  dropStop,
  repeatStops,
  settleStop,
  takeUpStops,
  useWantedStops,
  type WantedStop,
} from "./wanted-stops.ts";

const EVERY_MS = 2_000;

/** Repeats stops that did not arrive, whatever page is open, and drops those of what is over. */
export function useStopRepeater(): readonly WantedStop[] {
  const queries = useQueryClient();
  const { data: me } = useQuery(meQuery);
  const wanted = useWantedStops();
  const isWaiting = wanted.some(({ isUnanswered }) => isUnanswered);
  const again = useEffectEvent(() => repeatStops(queries));
  const { state } = useLive();
  const person = me?.id;
  useEffect(() => {
    if (person !== undefined) takeUpStops(person);
  }, [person]);
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(again, EVERY_MS);
    addEventListener("online", again);
    return () => {
      clearInterval(timer);
      removeEventListener("online", again);
    };
  }, [isWaiting]);
  useEffect(() => {
    if (state === "live") again();
  }, [state]);
  const shown = useQueries({ queries: wanted.map(({ id }) => broadcastQuery(id)) });
  // Another person's stop, or its own end: the stream tells it here.
  const over = wanted.flatMap(({ id }, at) => {
    const state = shown[at]?.data?.state;
    return state === undefined || ON_AIR.includes(state) ? [] : [`${id} ${state}`];
  });
  const told = over.join();
  useEffect(() => {
    for (const one of told.split(",")) {
      const [id, state] = one.split(" ");
      if (id && state) settleStop(id, state);
    }
  }, [told]);
  return wanted;
}

/** A stop that was pressed, and has not been carried out: nobody may take it for done. */
export function NotStopped({ stop: { id, headline, since, refusal } }: { stop: WantedStop }) {
  const words = useTexts(stopTexts);
  const language = useLanguage();
  const now = useNow(1000);
  if (refusal) {
    return (
      <div className={styles.refused}>
        <b>{words.notStopped(headline)}</b>
        <ProblemBanner error={refusal} />
        <Button small onClick={() => dropStop(id)}>
          {words.close}
        </Button>
      </div>
    );
  }
  return (
    <div className={styles.not}>
      <p>
        {/* Announced once: the seconds beside it go on. */}
        <b role="alert">{words.trying(headline)}</b>{" "}
        <span>{words.tryingFor(duration(Math.max(0, now - since), language))}</span>
      </p>
      <Button small onClick={() => dropStop(id)}>
        {words.giveUp}
      </Button>
    </div>
  );
}
