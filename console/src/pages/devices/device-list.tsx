// biome-ignore-all lint/a11y/useSemanticElements: a long list has not all of its rows, which a table cannot say
// biome-ignore-all lint/a11y/useFocusableInteractive: its links and buttons have the focus
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useRef } from "react";
import type { DeviceFilters, DeviceJson } from "../../api/devices.ts";
import { type MetricJson, metricName } from "../../api/kinds.ts";
import { unitOf } from "../../ui/number.ts";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./device-list.module.css";
import { type Answers, DeviceRow } from "./device-row.tsx";
import { devicesTexts } from "./texts.ts";

/** Up to so many rows are all in the page; of longer lists only those that can be seen. */
const ALL_ROWS = 200;
const ROW_PX = 41;
const NARROW_ROW_PX = 92;
const OVERSCAN = 10;

export interface DeviceListProps {
  readonly devices: readonly DeviceJson[];
  /** Of the whole list, loaded or not. */
  readonly total: number;
  readonly metrics: readonly MetricJson[];
  readonly answers: Answers;
  readonly filters: DeviceFilters;
  readonly onSort: (sort: "name" | "lastSeenAt", order: "asc" | "desc") => void;
  /** Asks for the next page. */
  readonly onEnd: () => void;
}

/** The devices, one a row. The list scrolls in its own place where it is long. */
export function DeviceList(props: DeviceListProps) {
  const words = useTexts(devicesTexts);
  const { devices, total, metrics, answers, onEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const long = total > ALL_ROWS;
  const narrow = matchMedia("(max-width: 760px)").matches;
  const rows = useVirtualizer({
    count: long ? devices.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => (narrow ? NARROW_ROW_PX : ROW_PX),
    overscan: OVERSCAN,
    getItemKey: (index) => devices[index]!.id,
  });
  const shown = rows.getVirtualItems();
  const lastShown = long ? (shown.at(-1)?.index ?? 0) : devices.length - 1;
  useEffect(() => {
    if (lastShown >= devices.length - OVERSCAN * 2 && devices.length < total) onEnd();
  }, [lastShown, devices.length, total, onEnd]);

  return (
    <div
      role="table"
      aria-label={words.list}
      aria-rowcount={total + 1}
      className={styles.table}
      data-metrics={metrics.length}
    >
      <div
        ref={scroller}
        className={long ? styles.scroller : styles.wrap}
        role="rowgroup"
        tabIndex={long ? 0 : undefined}
      >
        <Heads {...props} />
        {long ? (
          <div role="presentation" className={styles.space} style={{ height: rows.getTotalSize() }} data-list>
            {shown.map(({ index, key, start, size }) => (
              <DeviceRow
                key={key}
                device={devices[index]!}
                rowIndex={index + 2}
                metrics={metrics}
                answers={answers}
                waits={rows.isScrolling}
                place={{ top: start, height: size }}
              />
            ))}
          </div>
        ) : (
          <div role="presentation" data-list>
            {devices.map((device, index) => (
              <DeviceRow
                key={device.id}
                device={device}
                rowIndex={index + 2}
                metrics={metrics}
                answers={answers}
              />
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

function Heads({ metrics, filters, onSort }: DeviceListProps) {
  const words = useTexts(devicesTexts);
  const language = useLanguage();
  const sortable = (column: "name" | "lastSeenAt", label: string, end: boolean) => {
    const sorted = filters.sort === column;
    const descending = sorted && filters.order === "desc";
    return (
      <span
        role="columnheader"
        aria-sort={sorted ? (descending ? "descending" : "ascending") : "none"}
        className={end ? styles.end : styles.name}
      >
        <button
          type="button"
          title={words.sortBy(label)}
          onClick={() => onSort(column, sorted && !descending ? "desc" : "asc")}
        >
          {label}
          {sorted && (descending ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />)}
        </button>
      </span>
    );
  };
  return (
    <div role="row" aria-rowindex={1} className={`${styles.row} ${styles.heads}`}>
      <span role="columnheader">{words.columns.status}</span>
      {sortable("name", words.columns.name, false)}
      <span role="columnheader">{words.columns.alarm}</span>
      <span role="columnheader">{words.columns.region}</span>
      <span role="columnheader" className={styles.gateway}>
        {words.columns.gateway}
      </span>
      {metrics.map((metric) => (
        <span key={metric.key} role="columnheader" className={styles.metric}>
          {metricName(metric, language)} {unitOf(metric.unit ?? undefined)}
        </span>
      ))}
      {sortable("lastSeenAt", words.columns.lastSeen, true)}
    </div>
  );
}
