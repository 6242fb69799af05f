import { amount } from "../ui/number.ts";
import { type Column, Table } from "../ui/table.tsx";
import { useLanguage, useTexts } from "../ui/texts.ts";
import { type ChartInput, isBefore } from "./chart-model.ts";
import styles from "./chart-table.module.css";
import type { ChartPoint } from "./points.ts";
import { chartTexts } from "./texts.ts";
import { stepMoment } from "./time-axis.ts";

interface Row extends ChartPoint {
  readonly compared: number | null;
}

/** The numbers of a chart, the newest first. */
export function ChartTable({ name, unit, decimals, points, comparison, since }: ChartInput) {
  const words = useTexts(chartTexts);
  const language = useLanguage();
  const rows: Row[] = points
    .map((point, index) => ({ ...point, compared: comparison?.values[index] ?? null }))
    .reverse();
  const number = (value: number | null) => (value === null ? "—" : amount(value, decimals));
  const columns: Column<Row>[] = [
    { key: "time", head: words.time, cell: ({ at, until }) => stepMoment(at, until, language) },
    {
      key: "value",
      head: unit === "" ? name : `${name} ${unit}`,
      numeric: true,
      cell: ({ value }) => number(value),
    },
    ...(comparison
      ? [{ key: "compared", head: comparison.name, numeric: true, cell: (row: Row) => number(row.compared) }]
      : []),
    {
      key: "remark",
      head: words.remark,
      cell: ({ value, incomplete, ahead, until }) => {
        if (ahead) return words.ahead;
        if (incomplete) return words.incomplete;
        if (value !== null) return "";
        return isBefore({ since, points }, until) ? words.before : words.missing;
      },
    },
  ];
  return (
    <div className={styles.table}>
      <Table caption={name} columns={columns} rows={rows} rowKey={({ at }) => at} />
    </div>
  );
}
