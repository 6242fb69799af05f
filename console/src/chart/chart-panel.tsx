import { type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Panel } from "../ui/panel.tsx";
import { useTexts } from "../ui/texts.ts";
import { Chart, type ChartProps } from "./chart.tsx";
import styles from "./chart-panel.module.css";
import { ChartTable } from "./chart-table.tsx";
import { chartTexts } from "./texts.ts";

export interface ChartPanelProps {
  readonly title: ReactNode;
  /** The unit and the step: m³/h，每小时一点. */
  readonly about?: ReactNode;
  /** What to show and of when, in the title's line. */
  readonly controls?: ReactNode;
  /** Undefined while `children` stand in for it: what loads, or what failed. */
  readonly chart: ChartProps | undefined;
  readonly children?: ReactNode;
  /** Between the title and the chart, and below it. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
}

/** A panel with a chart, and the same numbers as a table. */
export function ChartPanel({ title, about, controls, chart, children, before, after }: ChartPanelProps) {
  const words = useTexts(chartTexts);
  const [asTable, setAsTable] = useState(false);
  return (
    <Panel
      flush
      title={title}
      about={about}
      more={
        <>
          {controls}
          <Button look="quiet" small onClick={() => setAsTable(!asTable)}>
            {asTable ? words.asChart : words.asTable}
          </Button>
        </>
      }
    >
      {before}
      {chart?.comparison && !asTable && <Legend chart={chart} />}
      {chart ? asTable ? <ChartTable {...chart} /> : <Chart {...chart} /> : children}
      {after}
    </Panel>
  );
}

/** Only where there are two things to tell apart. */
function Legend({ chart: { name, comparison, points } }: { chart: ChartProps }) {
  const words = useTexts(chartTexts);
  return (
    <p className={styles.legend}>
      <span>
        <i className={styles.bar} />
        {name}
      </span>
      <span>
        <i className={styles.step} />
        {comparison!.name}
      </span>
      {points.some(({ incomplete }) => incomplete) && (
        <span>
          <i className={styles.hatched} />
          {words.incomplete}
        </span>
      )}
    </p>
  );
}
