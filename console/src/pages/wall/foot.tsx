import { useQuery } from "@tanstack/react-query";
import type { AlarmJson } from "../../api/alarms.ts";
import { kindsQuery } from "../../api/kinds.ts";
import { alarmHead } from "../../ui/alarm-text.ts";
import { Severity } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { count } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import styles from "./foot.module.css";
import { wallTexts } from "./texts.ts";
import type { WallSummary } from "./use-wall.ts";

const LINES = 2;

interface FootProps {
  readonly alarms: readonly AlarmJson[] | undefined;
  readonly summary: WallSummary | undefined;
}

/** Below everything: the two most urgent alarms, and how much of the fleet answers. */
export function Foot({ alarms, summary }: FootProps) {
  const words = useTexts(wallTexts).foot;
  return (
    <footer className={styles.foot}>
      <ul>
        {alarms?.length === 0 && <li className={styles.quiet}>{words.noAlarms}</li>}
        {alarms?.slice(0, LINES).map((alarm) => (
          <WallAlarm key={alarm.id} alarm={alarm} />
        ))}
      </ul>
      {summary && <Fleet summary={summary} />}
    </footer>
  );
}

/** One alarm in a line: what, which device, since when. What was measured stands on the page of alarms. */
export function WallAlarm({ alarm }: { alarm: AlarmJson }) {
  const language = useLanguage();
  const now = useNow(15_000);
  return (
    <li className={styles.alarm}>
      <Severity severity={alarm.severity} />
      <b>{alarmHead(alarm, language)}</b>
      <span>{alarm.deviceName ?? alarm.deviceId}</span>
      <time dateTime={alarm.lastRaisedAt}>{shortMoment(alarm.lastRaisedAt, language, now)}</time>
    </li>
  );
}

/** The largest fleet but the speakers: in most counties the gas meters. */
function largestKind({ total }: Pick<WallSummary, "total">) {
  return Object.entries(total.devices)
    .filter(([kind]) => kind !== "speaker")
    .sort(([, a], [, b]) => b.total - a.total)[0];
}

function Fleet({ summary }: { summary: WallSummary }) {
  const words = useTexts(wallTexts).foot;
  const language = useLanguage();
  const kinds = useQuery(kindsQuery);
  const { speakers } = summary.total;
  const largest = largestKind(summary);
  return (
    <dl>
      {speakers.total > 0 && <Fact name={words.speakers} value={speakers.ok} all={speakers.total} />}
      {largest && (
        <Fact
          name={words.onTime(
            kinds.data?.find(({ kind }) => kind === largest[0])?.title[language] ?? largest[0],
          )}
          value={largest[1].ok}
          all={largest[1].total}
        />
      )}
    </dl>
  );
}

/** A number with what it is a part of. */
export const Fact = ({ name, value, all }: { name: string; value: number; all: number }) => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>
      {count(value)}
      <small> / {count(all)}</small>
    </dd>
  </div>
);
