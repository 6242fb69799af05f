import { useQuery } from "@tanstack/react-query";
import { kindsQuery } from "../../api/kinds.ts";
import { summaryQuery } from "../../api/summary.ts";
import { ChartPanel } from "../../chart/chart-panel.tsx";
import { unitOf } from "../../ui/number.ts";
import { ProblemView } from "../../ui/problem-view.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { overviewTexts } from "./texts.ts";
import { type Metered, meteredIn, usageQuery } from "./usage.ts";
import styles from "./usage-panel.module.css";

export interface UsagePanelProps {
  readonly region: string | undefined;
  /** Charts ask last: sums over a fleet make the platform's database busy. */
  readonly mayAsk: boolean;
}

/** What was used in the last 24 hours against the day before; nothing where nothing is metered. */
export function UsagePanel({ region, mayAsk }: UsagePanelProps) {
  const summary = useQuery(summaryQuery(region));
  const kinds = useQuery(kindsQuery);
  const metered = kinds.data && summary.data && meteredIn(kinds.data, summary.data.total.devices);
  return metered ? <Usage region={region} metered={metered} mayAsk={mayAsk} /> : null;
}

function Usage({ region, metered, mayAsk }: UsagePanelProps & { metered: Metered }) {
  const { usage: words, loading } = useTexts(overviewTexts);
  const language = useLanguage();
  const { kind, metric } = metered;
  const usage = useQuery({ ...usageQuery(region, kind.kind, metric.key), enabled: mayAsk });
  const unit = unitOf(metric.unit ?? undefined);
  return (
    <ChartPanel
      title={words.title}
      about={words.about(kind.title[language], unit)}
      chart={
        usage.data && {
          name: words.title,
          look: "bars",
          unit,
          decimals: 0,
          points: usage.data.points,
          comparison: { name: words.before, values: usage.data.before },
        }
      }
    >
      {usage.error ? (
        <ProblemView error={usage.error} onAgain={() => void usage.refetch()} />
      ) : (
        <div className={styles.room} role="status" aria-label={loading} aria-busy="true" />
      )}
    </ChartPanel>
  );
}
