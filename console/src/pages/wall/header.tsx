import { useQuery } from "@tanstack/react-query";
import { platformQuery } from "../../api/platform.ts";
import { regionQuery } from "../../api/regions.ts";
import { useLive } from "../../api/stream/live.ts";
import { useNow } from "../../ui/now.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { clockTime, dayOf, weekdayOf } from "../../ui/time.ts";
import styles from "./header.module.css";
import { wallTexts } from "./texts.ts";

interface HeaderProps {
  readonly region: string | undefined;
  /** The moment up to which what is shown is current; undefined: it is live. */
  readonly staleSince: number | undefined;
  /** Somebody looks at it from their own desk. */
  readonly isPreview: boolean;
}

/** Whose wall it is, whether it is live, and a clock whose stop shows that the page hangs. */
export function Header({ region, staleSince, isPreview }: HeaderProps) {
  const words = useTexts(wallTexts);
  const language = useLanguage();
  const { data: place } = useQuery({ ...regionQuery(region ?? ""), enabled: region !== undefined });
  const platform = useQuery(platformQuery);
  return (
    <header className={styles.header}>
      <h1>{place ? words.title((language === "en" && place.nameEn) || place.name) : platform.data?.name}</h1>
      <LiveMark staleSince={staleSince} />
      {isPreview && (
        <a href="/console/" className={styles.preview}>
          {words.preview}
        </a>
      )}
      <Clock language={language} />
    </header>
  );
}

function LiveMark({ staleSince }: Pick<HeaderProps, "staleSince">) {
  const words = useTexts(wallTexts);
  const live = useLive();
  useNow();
  if (staleSince === undefined) {
    return (
      <span className={styles.live}>
        <i className={styles.beat} aria-hidden />
        {words.live}
      </span>
    );
  }
  return (
    <strong className={styles.stale} role="status">
      {words.stale(clockTime(staleSince))}
      {live.state !== "live" && (
        <span>{words.again(Math.max(0, Math.round((Date.now() - live.since) / 1000)))}</span>
      )}
    </strong>
  );
}

function Clock({ language }: { language: "zh" | "en" }) {
  const words = useTexts(wallTexts);
  const now = useNow();
  return (
    <div className={styles.clock}>
      <b>{clockTime(now)}</b>
      <span>
        {dayOf(now, language)} {weekdayOf(now, language)} · {words.zone}
      </span>
    </div>
  );
}
