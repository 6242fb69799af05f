import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { clockOffset } from "../../api/clock.ts";
import { listAddress } from "../../api/devices.ts";
import { metricName } from "../../api/kinds.ts";
import { type FleetSeriesJson, fleetSeriesQuery } from "../../api/series.ts";
import type { ChartProps } from "../../chart/chart.tsx";
import { ChartPanel } from "../../chart/chart-panel.tsx";
import { fillSteps } from "../../chart/points.ts";
import { usePlaceName } from "../../map/region-name.tsx";
import { CsvButton } from "../../ui/csv-button.tsx";
import { Empty } from "../../ui/empty.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { amount, unitOf } from "../../ui/number.ts";
import { Panel } from "../../ui/panel.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { shortMoment } from "../../ui/time.ts";
import { GroupsTable } from "./groups-table.tsx";
import { type Period, periodWords } from "./period.ts";
import { HOUR_MS, untilWords } from "./same-span.ts";
import { usageTexts } from "./texts.ts";
import { bucketTotals, changeOf, exactSum, type SameSpanTotals, sumOf, totalsByGroup } from "./totals.ts";
import styles from "./usage.module.css";
import { hasReadings, inputOf, type UsageQuestion, useCompared } from "./usage-series.ts";

export interface UsageViewProps extends UsageQuestion {
  readonly now: number;
}

export function UsageView(props: UsageViewProps) {
  const { period, metric } = props;
  const words = useTexts(usageTexts);
  const input = inputOf(props, period);
  const series = useQuery(fleetSeriesQuery(input));
  // An answer of before knows nothing of the hours since.
  const now = Math.min(props.now, series.data ? series.dataUpdatedAt + clockOffset() : props.now);
  const before = useQuery({
    ...fleetSeriesQuery(inputOf(props, { ...period.before, interval: period.interval })),
    // The first answer is drawn before the second is asked for.
    enabled: series.data !== undefined,
  });
  const compared = useCompared(props, series.data, now);
  return (
    <Loaded query={series} lines={10}>
      {(data) =>
        !hasReadings(data) ? (
          <Empty title={words.empty}>{words.emptyNext}</Empty>
        ) : (
          <Answered
            {...props}
            now={now}
            data={data}
            before={before.data}
            compared={compared}
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
  readonly compared: ReturnType<typeof useCompared>;
  readonly csv: string;
  readonly decimals: number;
}

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
  const { period, metric, data, csv, decimals, now } = props;
  const words = useTexts(usageTexts);
  const language = useLanguage();
  const chart = useUsageChart(props);
  const unit = unitOf(metric.unit ?? undefined);
  const name = periodWords(period.by, period.name, language);
  const place = usePlaceName(props.region);
  // Everything that was stored for the period, as in the table and in the file.
  const total = exactSum(
    chart.points.flatMap(({ value }) => (value === null ? [] : [value])),
    decimals,
  );
  const same = sameOf(props, (period.running ? words.previousSame : words.previous)[period.by]);
  return (
    <>
      <p className={styles.total}>
        <span>{words.total(name)}</span>
        <b>{amount(total, decimals)}</b>
        <span>{unit}</span>
        <SameSpan {...{ period, same, total, decimals, now }} />
      </p>
      {same.ahead !== 0 && (
        <p className={styles.quiet}>
          {words.ahead(`${amount(same.ahead, decimals)} ${unit}`, shortMoment(nextHour(now), language, now))}
        </p>
      )}
      <ChartPanel
        title={metricName(metric, language)}
        about={`${unit} ${words.per[period.by]}`}
        chart={chart}
      />
      <Panel
        flush
        title={data.groupBy === "device" ? words.byDevice : words.byRegion}
        more={<CsvButton label={words.csv} path={csv} name={words.csvName(period.name, place)} />}
      >
        <GroupsTable
          {...{ period, data, decimals, now, total, same }}
          kind={props.kind}
          metric={metric}
          region={props.region}
        />
      </Panel>
    </>
  );
}

const nextHour = (now: number): number => Math.floor(now / HOUR_MS + 1) * HOUR_MS;

/** The same span of both periods, and how much of this one nobody can have used yet. */
function sameOf({ compared, period, metric, decimals, now }: AnsweredProps, name: string): SameSpanTotals {
  const { tail, before, until } = compared;
  const late = tail && totalsByGroup(tail, metric.key, decimals, until);
  const early = tail && totalsByGroup(tail, metric.key, decimals, nextHour(now));
  return {
    name,
    until: period.running ? until : undefined,
    late,
    early,
    before: late && before && totalsByGroup(before, metric.key, decimals),
    ahead: early ? sumOf(early, decimals) : 0,
  };
}

interface SameSpanProps {
  readonly period: Period;
  readonly same: SameSpanTotals;
  readonly total: number;
  readonly decimals: number;
  readonly now: number;
}

/** A part is compared with a part: where the period runs, both numbers are of the same span. */
function SameSpan({ period, same, total, decimals, now }: SameSpanProps) {
  const words = useTexts(usageTexts);
  const language = useLanguage();
  const { until, before, late, name } = same;
  if (until !== undefined && until <= period.from)
    return <span className={styles.quiet}>{words.tooEarly[period.by]}</span>;
  if (!before || !late) return null;
  const counted = exactSum([total, -sumOf(late, decimals)], decimals);
  const compared = sumOf(before, decimals);
  return (
    <span className={styles.quiet}>
      {until !== undefined &&
        `${words.upTo(untilWords(period.by, until, language, now))} ${amount(counted, decimals)}${words.against}`}
      {name} {amount(compared, decimals)} {changeOf(counted, compared)}
    </span>
  );
}
