import { useQuery } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useSearch } from "wouter";
import type { KindJson, MetricJson } from "../../api/kinds.ts";
import type { FleetSeriesJson } from "../../api/series.ts";
import { summaryQuery } from "../../api/summary.ts";
import { placeName } from "../../map/place-name.ts";
import { useRegion } from "../../map/region-name.tsx";
import { shortPlace } from "../../map/short-place.ts";
import { Banner } from "../../ui/banner.tsx";
import { Tag } from "../../ui/marks.tsx";
import { amount, percent, share, unitOf } from "../../ui/number.ts";
import { PageLink } from "../../ui/page-link.tsx";
import tableStyles from "../../ui/table.module.css";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import type { Period } from "./period.ts";
import { untilWords } from "./same-span.ts";
import { usageTexts } from "./texts.ts";
import {
  changeOf,
  exactSum,
  type Group,
  groupKey,
  groupTotal,
  type SameSpanTotals,
  sumOf,
} from "./totals.ts";
import styles from "./usage.module.css";

export interface GroupsTableProps {
  readonly period: Period;
  readonly kind: KindJson;
  readonly metric: MetricJson;
  readonly region: string | undefined;
  readonly data: FleetSeriesJson;
  readonly decimals: number;
  readonly now: number;
  /** The sum over time, which must be the sum over groups. */
  readonly total: number;
  readonly same: SameSpanTotals;
}

/** How many readings `devices` of a group should have sent by now, while they were there. */
function expected(
  devices: number | undefined,
  { period, kind, now }: GroupsTableProps,
  { from, until }: Group,
): number | undefined {
  if (devices === undefined) return undefined;
  const begin = Math.max(period.from, from === null ? 0 : Date.parse(from));
  const end = Math.min(period.to, now, until === null ? now : Date.parse(until));
  return devices * Math.max(0, Math.floor((end - begin) / 1000 / kind.reportIntervalSeconds));
}

/** What devices there are in each part of the region. */
function useDevices({ region, kind, data }: GroupsTableProps): (group: Group) => number | undefined {
  const byDevice = data.groupBy === "device";
  const summary = useQuery({ ...summaryQuery(region), enabled: !byDevice });
  return (group) => {
    if (byDevice) return 1;
    const counts = summary.data?.items.find(({ code }) => code === group.regionCode)?.devices[kind.kind];
    return counts && counts.ok + counts.late + counts.silent + counts.never;
  };
}

/** The rows, the largest first. */
function useRows(props: GroupsTableProps) {
  const { data, metric, decimals, same } = props;
  const devicesOf = useDevices(props);
  return data.items
    .map((group) => {
      const { usage, readings } = groupTotal(group, metric.key, decimals);
      const key = groupKey(group);
      return {
        group,
        usage,
        // Nobody owes a reading of a time to come.
        readings: readings - (same.early?.get(key)?.readings ?? 0),
        before: same.before?.get(key)?.usage,
        /** Over the span of the period before. */
        counted: exactSum([usage, -(same.late?.get(key)?.usage ?? 0)], decimals),
        expected: expected(devicesOf(group), props, group),
      };
    })
    .sort((a, b) => b.usage - a.usage);
}

/** Each part of the region, the largest first; the same sum as above stands below. */
export function GroupsTable(props: GroupsTableProps) {
  const { period, metric, data, decimals, now, total, same } = props;
  const words = useTexts(usageTexts);
  const language = useLanguage();
  const rows = useRows(props);
  const [sum, counted] = [rows.map(({ usage }) => usage), rows.map((row) => row.counted)].map((values) =>
    exactSum(values, decimals),
  ) as [number, number];
  const compared = same.before && sumOf(same.before, decimals);
  const unit = unitOf(metric.unit ?? undefined);
  const number = (value: number | undefined) => (value === undefined ? "—" : amount(value, decimals));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reachable by keyboard */}
      <section className={tableStyles.wrap} aria-label={words.title} tabIndex={0}>
        <table className={tableStyles.table}>
          <thead>
            <tr>
              <th scope="col">{data.groupBy === "device" ? words.columns.device : words.columns.region}</th>
              <th scope="col" className={tableStyles.num}>
                {words.columns.usage} {unit}
              </th>
              <th scope="col" className={tableStyles.num}>
                {words.columns.share}
              </th>
              <th scope="col" className={tableStyles.num}>
                {same.name} {unit}
              </th>
              <th scope="col" className={tableStyles.num}>
                {words.columns.change}
              </th>
              <th scope="col" className={tableStyles.num}>
                {words.columns.complete}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={`${groupKey(row.group)} ${row.group.from}`}>
                <td>
                  <GroupName group={row.group} />
                </td>
                <td className={tableStyles.num}>{number(row.usage)}</td>
                <td className={tableStyles.num}>{share(row.usage, sum, decimals)}</td>
                <td className={tableStyles.num}>{number(row.before)}</td>
                <td className={tableStyles.num}>{changeOf(row.counted, row.before) ?? "—"}</td>
                <td className={tableStyles.num}>
                  {row.expected ? percent(Math.min(row.readings, row.expected), row.expected) : "—"}
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot className={styles.sum}>
            <tr>
              <th scope="row">{words.sum}</th>
              <td className={tableStyles.num}>
                <b>{number(sum)}</b>
              </td>
              <td />
              <td className={tableStyles.num}>{number(compared)}</td>
              <td className={tableStyles.num}>{changeOf(counted, compared) ?? "—"}</td>
              <td className={tableStyles.num}>
                {sum === total && (
                  <span className={styles.same}>
                    <Check aria-hidden /> {words.same}
                  </span>
                )}
              </td>
            </tr>
          </tfoot>
        </table>
      </section>
      {sum !== total && <Banner tone="bad">{words.notSame}</Banner>}
      {same.until !== undefined && same.before && (
        <p className={styles.foot}>
          {words.sameAbout(same.name, untilWords(period.by, same.until, language, now))}
        </p>
      )}
      <p className={styles.foot}>{words.completeAbout}</p>
    </>
  );
}

/** Leads down: a region to its parts, a device to its page. */
function GroupName({ group }: { group: Group }) {
  const words = useTexts(usageTexts);
  const search = new URLSearchParams(useSearch());
  const language = useLanguage();
  const { deviceId, deleted, regionCode, name } = group;
  // Series name regions in Chinese alone.
  const region = useRegion(language === "en" && deviceId === null ? regionCode : undefined);
  if (deviceId !== null) {
    const label = name ?? deviceId;
    return deleted ? (
      <>
        {label} <Tag>{words.gone}</Tag>
      </>
    ) : (
      <PageLink href={`/devices/${encodeURIComponent(deviceId)}`}>{label}</PageLink>
    );
  }
  search.set("region", regionCode);
  const label = (language === "en" && region?.nameEn) || shortPlace(placeName(name ?? regionCode));
  return (
    <>
      <PageLink href={`/usage?${search}`}>{label}</PageLink>{" "}
      <PageLink
        href={`/devices?region=${regionCode}`}
        className={styles.quiet}
        aria-label={words.devicesOf(label)}
      >
        {words.columns.devices}
      </PageLink>
    </>
  );
}
