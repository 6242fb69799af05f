import { useQuery } from "@tanstack/react-query";
import { latestQuery } from "../../api/devices.ts";
import { type KindJson, type MetricJson, metricName, stateWord } from "../../api/kinds.ts";
import { bucketValue, deviceSeriesQuery } from "../../api/series.ts";
import { DAY_MS } from "../../chart/points.ts";
import { Moment } from "../../ui/age.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { useNow } from "../../ui/now.ts";
import { amount, unitOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { isoDay } from "../../ui/time.ts";
import { limitNote } from "./limits.ts";
import styles from "./now-panel.module.css";
import { deviceTexts } from "./texts.ts";

/** How often the newest values are asked for, in milliseconds; readings are no part of the live stream here. */
export const READINGS_AGAIN_MS = 30_000;

interface Value {
  readonly value: number | string;
  readonly observedAt: string;
}

/** What the device says now, each value with its unit and what is usual. */
export function NowPanel({ device, kind }: { device: string; kind: KindJson }) {
  const words = useTexts(deviceTexts);
  const latest = useQuery({ ...latestQuery(device), refetchInterval: READINGS_AGAIN_MS });
  const newest = latest.data?.reading?.observedAt;
  return (
    <Panel
      flush
      title={words.now}
      more={
        newest !== undefined && (
          <span>
            {words.observed.before} <Moment at={newest} only="moment" /> {words.observed.after}{" "}
            <Moment at={newest} only="age" />
          </span>
        )
      }
    >
      <Loaded query={latest} lines={8}>
        {({ metrics }) => {
          const shown = kind.metrics.flatMap((metric) => {
            const value = metrics[metric.key];
            return value ? [{ metric, value }] : [];
          });
          if (shown.length === 0) return <Empty title={words.nothingYet}>{words.nothingYetNext}</Empty>;
          return (
            <dl className={styles.now}>
              {shown.map(({ metric, value }) => (
                <Quantity
                  key={metric.key}
                  device={device}
                  kind={kind}
                  metric={metric}
                  value={value}
                  newest={newest}
                />
              ))}
            </dl>
          );
        }}
      </Loaded>
    </Panel>
  );
}

interface QuantityProps {
  readonly device: string;
  readonly kind: KindJson;
  readonly metric: MetricJson;
  readonly value: Value;
  readonly newest: string | undefined;
}

function Quantity({ device, kind, metric, value: { value, observedAt }, newest }: QuantityProps) {
  const language = useLanguage();
  const isNumber = typeof value === "number";
  const note = limitNote(kind, metric, isNumber ? value : undefined, language);
  // A quantity that the last message left out is older than the others.
  const older =
    newest !== undefined && Date.parse(newest) - Date.parse(observedAt) > kind.reportIntervalSeconds * 1000;
  return (
    <div data-beyond={note?.beyond || undefined}>
      <dt>{metricName(metric, language)}</dt>
      <dd>
        <b>{isNumber ? amount(value, metric.decimals ?? undefined) : stateWord(metric, value, language)}</b>{" "}
        {isNumber && <small>{unitOf(metric.unit ?? undefined)}</small>}
        <em>
          {metric.type === "counter" ? (
            <Today device={device} metric={metric} />
          ) : older ? (
            <Moment at={observedAt} />
          ) : (
            note?.text
          )}
        </em>
      </dd>
    </div>
  );
}

/** What was stored for today, as the chart shows it: also what a clock that is ahead has dated later. */
function Today({ device, metric }: { device: string; metric: MetricJson }) {
  const words = useTexts(deviceTexts);
  const now = useNow(60_000);
  const midnight = Date.parse(`${isoDay(now)}T00:00:00+08:00`);
  const { data } = useQuery({
    ...deviceSeriesQuery({
      device,
      metric: metric.key,
      aggregate: "delta",
      interval: "1h",
      from: new Date(midnight).toISOString(),
      to: new Date(midnight + DAY_MS).toISOString(),
    }),
    refetchInterval: READINGS_AGAIN_MS,
  });
  const hours = data?.items.flatMap((bucket) => {
    const value = bucketValue(bucket, metric.key, "delta");
    return value === null ? [] : [{ value, ahead: Date.parse(bucket.start) > now }];
  });
  if (!hours || hours.length === 0) return null;
  const sum = (values: typeof hours) => values.reduce((total, { value }) => total + value, 0);
  const text = (value: number) => amount(value, metric.decimals ?? undefined);
  const ahead = sum(hours.filter((hour) => hour.ahead));
  return ahead === 0 ? words.today(text(sum(hours))) : words.todayAhead(text(sum(hours)), text(ahead));
}
