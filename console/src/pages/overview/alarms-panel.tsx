import { useQuery } from "@tanstack/react-query";
import { type AlarmJson, MOST_URGENT, unacknowledgedQuery } from "../../api/alarms.ts";
import { alarmHead } from "../../ui/alarm-text.ts";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Severity } from "../../ui/marks.tsx";
import { useNow } from "../../ui/now.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { duration, shortMoment } from "../../ui/time.ts";
import styles from "./alarms-panel.module.css";
import { overviewTexts } from "./texts.ts";

/** So many fit beside the rest; the page of alarms has them all. */
const LINES = 4;

/** What nobody has acknowledged in the region, the most urgent first. */
export function AlarmsPanel({ region }: { region: string | undefined }) {
  const words = useTexts(overviewTexts).alarms;
  const alarms = useQuery(unacknowledgedQuery(region));
  const items = alarms.data?.items;
  return (
    <Panel
      title={words.title}
      {...(items && { count: items.length === MOST_URGENT ? `${MOST_URGENT}+` : items.length })}
      more={
        <PageLink href={`/alarms?state=active${region ? `&region=${region}` : ""}`}>{words.all}</PageLink>
      }
      flush
    >
      <div className={styles.room}>
        <Loaded query={alarms} lines={LINES}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title={words.none}>{words.noneNext}</Empty>
            ) : (
              <ul>
                {items.slice(0, LINES).map((alarm) => (
                  <AlarmLine key={alarm.id} alarm={alarm} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}

function AlarmLine({ alarm }: { alarm: AlarmJson }) {
  const language = useLanguage();
  const now = useNow(15_000);
  const { lastRaisedAt } = alarm;
  return (
    <li className={styles.line}>
      <Severity severity={alarm.severity} />
      <PageLink href={`/alarms?alarm=${alarm.id}`} className={styles.what}>
        <b>{alarmHead(alarm, language)}</b> <span>{alarm.deviceName ?? alarm.deviceId}</span>
      </PageLink>
      <time dateTime={lastRaisedAt} className={styles.when}>
        {shortMoment(lastRaisedAt, language, now)} · {duration(now - Date.parse(lastRaisedAt), language)}
      </time>
    </li>
  );
}
