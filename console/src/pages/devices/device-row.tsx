// biome-ignore-all lint/a11y/useSemanticElements: a long list has not all of its rows, which a table cannot say
// biome-ignore-all lint/a11y/useFocusableInteractive: its links and buttons have the focus

import { useQuery } from "@tanstack/react-query";
import { type AlarmJson, activeAlarmsQuery } from "../../api/alarms.ts";
import { type DeviceJson, latestQuery } from "../../api/devices.ts";
import type { MetricJson } from "../../api/kinds.ts";
import { RegionName } from "../../map/region-name.tsx";
import { Moment } from "../../ui/age.tsx";
import { alarmHead, alarmText } from "../../ui/alarm-text.ts";
import { Severity, StateMark } from "../../ui/marks.tsx";
import { amount } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { dayOf } from "../../ui/time.ts";
import styles from "./device-list.module.css";
import { devicesTexts } from "./texts.ts";

/** What is known about many devices at once. */
export interface Answers {
  /** The active alarms by device, the most urgent first; undefined while they are asked for. */
  readonly alarms: ReadonlyMap<string, readonly AlarmJson[]> | undefined;
  /** False where there are more than come in one answer: then devices are asked for one by one. */
  readonly allAlarms: boolean;
  readonly gatewayNames: ReadonlyMap<string, string>;
}

export interface DeviceRowProps {
  readonly device: DeviceJson;
  readonly rowIndex: number;
  readonly metrics: readonly MetricJson[];
  readonly answers: Answers;
  /** While the list is scrolled nothing is asked for. */
  readonly waits?: boolean;
  readonly place?: { readonly top: number; readonly height: number };
}

export function DeviceRow({ device, rowIndex, metrics, answers, waits, place }: DeviceRowProps) {
  const { id, name, status, gatewayId, regionCode } = device;
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      className={`${styles.row} ${place ? styles.placed : ""}`}
      style={place && { transform: `translateY(${place.top}px)`, height: place.height }}
    >
      <span role="cell">
        <StateMark state={status} />
      </span>
      <span role="cell" className={styles.name}>
        <PageLink href={`/devices/${encodeURIComponent(id)}`} isItem>
          {name ?? id}
        </PageLink>
        {name !== null && <code>{id}</code>}
      </span>
      <span role="cell">
        <AlarmCell answers={answers} device={id} waits={waits === true} />
      </span>
      <span role="cell">
        <RegionName code={regionCode} />
      </span>
      <span role="cell" className={styles.gateway}>
        {gatewayId === null ? "—" : (answers.gatewayNames.get(gatewayId) ?? <code>{gatewayId}</code>)}
      </span>
      {metrics.length > 0 && <Values device={id} metrics={metrics} waits={waits === true} />}
      <span role="cell" className={styles.end}>
        <LastSeen device={device} />
      </span>
    </div>
  );
}

function AlarmCell({ answers, device, waits }: { answers: Answers; device: string; waits: boolean }) {
  const words = useTexts(devicesTexts);
  const language = useLanguage();
  const known = answers.alarms?.get(device);
  const single = useQuery({
    ...activeAlarmsQuery({ device }),
    enabled: answers.alarms !== undefined && !answers.allAlarms && known === undefined && !waits,
  });
  const alarms = known ?? (answers.allAlarms ? answers.alarms && [] : single.data?.items);
  if (!alarms) return <span className={styles.quiet}>…</span>;
  const [first, ...others] = alarms;
  if (!first) return <span className={styles.quiet}>—</span>;
  return (
    <span className={styles.alarm}>
      <Severity severity={first.severity} />{" "}
      <span title={alarmText(first, language)}>{alarmHead(first, language)}</span>
      {others.length > 0 && <span className={styles.quiet}>{words.more(others.length)}</span>}
    </span>
  );
}

/** The newest values, asked for row by row: the list's order is none in which they could come together. */
function Values({
  device,
  metrics,
  waits,
}: {
  device: string;
  metrics: readonly MetricJson[];
  waits: boolean;
}) {
  const { data } = useQuery({ ...latestQuery(device), enabled: !waits, staleTime: 60_000 });
  return metrics.map(({ key, decimals }) => {
    const value = data?.metrics[key]?.value;
    return (
      <span key={key} role="cell" className={styles.metric}>
        {typeof value === "number" ? amount(value, decimals ?? undefined) : data ? "—" : "…"}
      </span>
    );
  });
}

function LastSeen({ device }: { device: DeviceJson }) {
  const words = useTexts(devicesTexts);
  const language = useLanguage();
  if (device.lastSeenAt === null) return <>{words.never(dayOf(device.createdAt, language))}</>;
  return <Moment at={device.lastSeenAt} />;
}
