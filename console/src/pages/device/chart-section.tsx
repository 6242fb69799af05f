import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { AlarmJson } from "../../api/alarms.ts";
import { type DeviceJson, listAddress } from "../../api/devices.ts";
import { isNumeric, type KindJson, type MetricJson, metricName } from "../../api/kinds.ts";
import { bucketValue, deviceSeriesQuery } from "../../api/series.ts";
import type { ChartProps } from "../../chart/chart.tsx";
import { ChartPanel } from "../../chart/chart-panel.tsx";
import { fillSteps } from "../../chart/points.ts";
import { useParameters } from "../../ui/address.ts";
import { alarmHead } from "../../ui/alarm-text.ts";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Loaded, Reading } from "../../ui/loaded.tsx";
import { useNow } from "../../ui/now.ts";
import { unitOf } from "../../ui/number.ts";
import { PickSelect } from "../../ui/pick.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import styles from "./chart-section.module.css";
import { CustomRange } from "./custom-range.tsx";
import { READINGS_AGAIN_MS } from "./now-panel.tsx";
import { aggregateFor, type ChartRange, lastStored, RANGES, rangeOf } from "./range.ts";
import { deviceTexts } from "./texts.ts";

/** The quantity to begin with: what a rule has a limit for says more than a register. */
function firstMetric(kind: KindJson): MetricJson | undefined {
  const watched = kind.alarms.find(
    ({ type, metric }) => metric !== null && (type === "high" || type === "low"),
  );
  const numeric = kind.metrics.filter(isNumeric);
  return numeric.find(({ key }) => key === watched?.metric) ?? numeric[0];
}

/** While an alarm about this quantity is active, its time is shaded; one about no quantity shades the first. */
function shadedBy(alarms: readonly AlarmJson[], kind: KindJson, metric: MetricJson): AlarmJson | undefined {
  const first = firstMetric(kind);
  return alarms.find(({ rule }) => {
    const about = kind.alarms.find((one) => one.rule === rule);
    if (about?.type === "silence") return false;
    return about?.metric ? about.metric === metric.key : metric.key === first?.key;
  });
}

interface SectionProps {
  readonly device: DeviceJson;
  readonly kind: KindJson;
  /** The active ones, the most urgent first. */
  readonly alarms: readonly AlarmJson[];
}

/** One quantity over time; which, and of when, stands in the address. */
export function ChartSection({ device, kind, alarms }: SectionProps) {
  const [search] = useParameters();
  const metrics = kind.metrics.filter(isNumeric);
  const metric = metrics.find(({ key }) => key === search.get("metric")) ?? firstMetric(kind);
  if (!metric) return null;
  return <OneMetric device={device} kind={kind} alarms={alarms} metric={metric} metrics={metrics} />;
}

function OneMetric({
  device,
  kind,
  alarms,
  metric,
  metrics,
}: SectionProps & { metric: MetricJson; metrics: readonly MetricJson[] }) {
  const words = useTexts(deviceTexts);
  const language = useLanguage();
  const [search, change] = useParameters();
  const now = useNow(60_000);
  const range = rangeOf(search, now, metric.type);
  const counter = metric.type === "counter";
  const name = metricName(metric, language);
  const chart = useChart({ device, metric, range, now, alarm: shadedBy(alarms, kind, metric) });
  const steps = (counter ? words.usagePer : words.steps)[range.interval] ?? "";
  const unit = unitOf(metric.unit ?? undefined);
  const custom = search.get("range") === "custom";
  return (
    <ChartPanel
      title={name}
      about={[unit, steps].filter(Boolean).join(language === "zh" ? "，" : ", ")}
      controls={
        <>
          {metrics.length > 1 && (
            <PickSelect
              label={words.quantity}
              value={metric.key}
              options={metrics.map((one) => ({ value: one.key, label: metricName(one, language) }))}
              onChange={(key) => change({ metric: key })}
            />
          )}
          <Segmented
            label={words.range}
            value={custom ? "custom" : range.name}
            options={RANGES.map((value) => ({ value, label: words.ranges[value] }))}
            onChange={(value) =>
              change({ range: value, ...(value !== "custom" && { from: undefined, to: undefined }) })
            }
          />
        </>
      }
      chart={chart.data}
      before={custom && <CustomRange search={search} onRange={(from, to) => change({ from, to })} />}
      after={
        <p className={styles.foot}>
          <CsvButton
            label={words.readingsCsv}
            name={words.csvName(device.id)}
            path={listAddress(`devices/${encodeURIComponent(device.id)}/readings`, {
              from: range.from,
              to: range.to,
              order: "asc",
            })}
          />
        </p>
      }
    >
      <Loaded
        query={chart}
        skeleton={
          <div className={styles.room}>
            <Reading />
          </div>
        }
      >
        {() => null}
      </Loaded>
    </ChartPanel>
  );
}

interface ChartQuery {
  readonly device: DeviceJson;
  readonly metric: MetricJson;
  readonly range: ChartRange;
  readonly now: number;
  readonly alarm: AlarmJson | undefined;
}

/** The series as a chart shows it. */
function useChart({ device, metric, range, now, alarm }: ChartQuery) {
  const words = useTexts(deviceTexts);
  const language = useLanguage();
  const aggregate = aggregateFor(metric.type);
  const { key, unit, decimals, type } = metric;
  const { from, to, interval } = range;
  const series = useQuery({
    ...deviceSeriesQuery({
      device: device.id,
      metric: key,
      aggregate,
      interval,
      from,
      to: to ?? lastStored(now),
    }),
    ...(to === undefined && { refetchInterval: READINGS_AGAIN_MS }),
  });
  const title = metricName(metric, language);
  const name =
    range.name === "custom" ? words.customSpan(title) : words.span(title, words.ranges[range.name]);
  const data = useMemo<ChartProps | undefined>(() => {
    if (!series.data) return undefined;
    const items = series.data.items.map((bucket) => ({
      start: bucket.start,
      value: bucketValue(bucket, key, aggregate),
    }));
    return {
      name,
      look: type === "counter" ? "bars" : "line",
      unit: unitOf(unit ?? undefined),
      decimals: decimals ?? 2,
      since: Date.parse(device.createdAt),
      points: fillSteps({ from: series.data.from, to: series.data.to, interval, items, now }),
      shaded: alarm && {
        from: Date.parse(alarm.raisedAt),
        until: now,
        text: words.alarmShade(alarmHead(alarm, language), shortMoment(alarm.raisedAt, language, now)),
      },
    };
  }, [
    series.data,
    key,
    aggregate,
    name,
    type,
    unit,
    decimals,
    interval,
    now,
    alarm,
    language,
    words,
    device.createdAt,
  ]);
  return { data, error: series.error, refetch: series.refetch };
}
