import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { listAddress } from "../../api/devices.ts";
import { type KindJson, type MetricJson, metricName } from "../../api/kinds.ts";
import { type FleetSeriesInput, type FleetSeriesJson, fleetSeriesQuery } from "../../api/series.ts";
import type { ChartProps } from "../../chart/chart.tsx";
import { ChartPanel } from "../../chart/chart-panel.tsx";
import { fillSteps } from "../../chart/points.ts";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { amount, unitOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { GroupsTable } from "./groups-table.tsx";
import { momentText, type Period, periodWords } from "./period.ts";
import { usageTexts } from "./texts.ts";
import { bucketTotals, changeOf, exactSum, groupTotal } from "./totals.ts";
import styles from "./usage.module.css";

/** A village's parts are its devices. */
const VILLAGE_DIGITS = 12;

export interface UsageViewProps {
  readonly period: Period;
  readonly region: string | undefined;
  readonly kind: KindJson;
  readonly metric: MetricJson;
  readonly now: number;
}

function inputOf(
  { period, region, kind, metric }: UsageViewProps,
  from: number,
  to: number,
): FleetSeriesInput {
  return {
    kind: kind.kind,
    ...(region !== undefined && { region }),
    groupBy: region?.length === VILLAGE_DIGITS ? "device" : "region",
    metrics: metric.key,
    interval: period.interval,
    from: momentText(from),
    to: momentText(to),
  };
}

/** A time before the first meter is none to compare with. */
const hasReadings = ({ items }: FleetSeriesJson): boolean => items.some(({ buckets }) => buckets.length > 0);

export function UsageView(props: UsageViewProps) {
  const { period, metric } = props;
  const words = useTexts(usageTexts);
  const input = inputOf(props, period.from, period.to);
  const series = useQuery(fleetSeriesQuery(input));
  const before = useQuery({
    ...fleetSeriesQuery(inputOf(props, period.before.from, period.before.to)),
    // The first answer is drawn before the second is asked for.
    enabled: series.data !== undefined,
  });
  return (
    <Loaded query={series} lines={10}>
      {(data) =>
        !hasReadings(data) ? (
          <Empty title={words.empty}>{words.emptyNext}</Empty>
        ) : (
          <Answered
            {...props}
            data={data}
            before={before.data}
            csv={listAddress("series", { ...input, timeZone: "Asia/Shanghai" })}
            decimals={metric.decimals ?? 3}
          />
        )
      }
    </Loaded>
  );
}

interface AnsweredProps extends UsageViewProps {
  readonly data: FleetSeriesJson;
  readonly before: FleetSeriesJson | undefined;
  readonly csv: string;
  readonly decimals: number;
}

/** Up to the same bucket of the period before, where this one still runs. */
const comparedUntil = ({ running, from, before }: Period, now: number): number =>
  running ? before.from + (now - from) : Number.POSITIVE_INFINITY;

function useUsageChart({ period, metric, now, data, before, decimals }: AnsweredProps): ChartProps {
  const words = useTexts(usageTexts);
  const language = useLanguage();
  return useMemo(() => {
    const points = fillSteps({
      from: data.from,
      to: data.to,
      interval: data.interval,
      items: bucketTotals(data.items, metric.key, decimals),
      now,
    });
    const earlier =
      before &&
      hasReadings(before) &&
      fillSteps({
        from: before.from,
        to: before.to,
        interval: before.interval,
        items: bucketTotals(before.items, metric.key, decimals),
        now,
      });
    return {
      name: words.chart(metricName(metric, language), periodWords(period.by, period.name, language)),
      look: "bars",
      unit: unitOf(metric.unit ?? undefined),
      decimals,
      points,
      comparison: earlier
        ? {
            name: words.previous[period.by],
            values: points.map((_, index) => earlier[index]?.value ?? null),
          }
        : undefined,
    };
  }, [data, before, metric, decimals, now, period.by, period.name, language, words]);
}

function Answered(props: AnsweredProps) {
  const { period, metric, data, before, csv, decimals, now } = props;
  const words = useTexts(usageTexts);
  const language = useLanguage();
  const chart = useUsageChart(props);
  const unit = unitOf(metric.unit ?? undefined);
  const name = periodWords(period.by, period.name, language);
  const total = exactSum(
    chart.points.flatMap(({ value }) => (value === null ? [] : [value])),
    decimals,
  );
  const until = comparedUntil(period, now);
  const compared =
    before && hasReadings(before)
      ? exactSum(
          before.items.map((group) => groupTotal(group, metric.key, decimals, until).usage),
          decimals,
        )
      : undefined;
  const comparedName = (period.running ? words.previousSame : words.previous)[period.by];
  return (
    <>
      <p className={styles.total}>
        <span>{words.total(name)}</span>
        <b>{amount(total, decimals)}</b>
        <span>{unit}</span>
        {compared !== undefined && (
          <span className={styles.quiet}>
            {comparedName} {amount(compared, decimals)} {changeOf(total, compared)}
          </span>
        )}
      </p>
      <ChartPanel
        title={metricName(metric, language)}
        about={`${unit} ${words.per[period.by]}`}
        chart={chart}
      />
      <Panel
        flush
        title={data.groupBy === "device" ? words.byDevice : words.byRegion}
        more={<CsvButton label={words.csv} path={csv} name={words.csvName(period.name)} />}
      >
        <GroupsTable
          {...{ period, data, before, decimals, now, until, total, comparedName, compared }}
          kind={props.kind}
          metric={metric}
          region={props.region}
        />
      </Panel>
    </>
  );
}
