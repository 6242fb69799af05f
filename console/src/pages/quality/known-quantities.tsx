import { useQuery } from "@tanstack/react-query";
import { deviceQuery } from "../../api/devices.ts";
import { kindsQuery, type MetricJson, metricName, stateWord } from "../../api/kinds.ts";
import { amount, listOf, unitOf } from "../../ui/number.ts";
import { Table } from "../../ui/table.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import styles from "./refused-dialog.module.css";
import { qualityTexts } from "./texts.ts";

/** What the platform takes from a device of this kind: the names, units and ranges of its quantities. */
export function KnownQuantities({ device }: { device: string }) {
  const { dialog: words, colon } = useTexts(qualityTexts);
  const language = useLanguage();
  const { data: one } = useQuery({ ...deviceQuery(device), retry: false });
  const { data: kinds } = useQuery(kindsQuery);
  const kind = kinds?.find((candidate) => candidate.kind === one?.kind);
  if (!kind) return null;
  const allowed = (metric: MetricJson) =>
    metric.values === null
      ? rangeOf(metric)
      : listOf(
          metric.values.map((value) =>
            `${value} ${language === "zh" ? stateWord(metric, value, language) : ""}`.trim(),
          ),
          language,
        );
  return (
    <details className={styles.quantities}>
      <summary>
        {words.quantities}
        {colon}
        {kind.title[language]}
      </summary>
      <Table
        caption={words.quantities}
        rows={kind.metrics}
        rowKey={({ key }) => key}
        columns={[
          { key: "name", head: words.quantity, cell: (metric) => metricName(metric, language) },
          { key: "key", head: words.key, cell: ({ key }) => <code>{key}</code> },
          { key: "unit", head: words.unit, cell: ({ unit }) => unitOf(unit ?? undefined) || "—" },
          { key: "range", head: words.range, cell: (metric) => <code>{allowed(metric)}</code> },
        ]}
      />
    </details>
  );
}

const rangeOf = ({ min, max }: MetricJson): string => {
  if (min === null && max === null) return "—";
  if (max === null) return `≥ ${amount(min!)}`;
  return min === null ? `≤ ${amount(max)}` : `${amount(min)} – ${amount(max)}`;
};
