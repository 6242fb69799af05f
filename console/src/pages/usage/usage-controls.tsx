import { ChevronLeft, ChevronRight } from "lucide-react";
import { type KindJson, type MetricJson, metricName } from "../../api/kinds.ts";
import { RegionSelect } from "../../map/region-select.tsx";
import type { Parameters } from "../../ui/address.ts";
import { Button } from "../../ui/button.tsx";
import { PickSelect } from "../../ui/pick.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { useLanguage, useTexts } from "../../ui/texts.ts";
import { type Period, periodWords, STEPS_BY } from "./period.ts";
import { usageTexts } from "./texts.ts";
import styles from "./usage.module.css";

export interface UsageControlsProps {
  readonly period: Period;
  readonly region: string | undefined;
  readonly home: string | undefined;
  readonly kind: KindJson;
  readonly kinds: readonly KindJson[];
  readonly metric: MetricJson;
  readonly metrics: readonly MetricJson[];
  readonly onChange: (changes: Parameters) => void;
}

/** Where, what and when. */
export function UsageControls(props: UsageControlsProps) {
  const { period, region, home, kind, kinds, metric, metrics, onChange } = props;
  const words = useTexts(usageTexts);
  const language = useLanguage();
  const { by, name, before, after } = period;
  return (
    <div className={styles.controls}>
      <RegionSelect value={region} top={home} onChange={(code) => onChange({ region: code })} />
      {kinds.length > 1 && (
        <PickSelect
          label={words.kind}
          value={kind.kind}
          options={kinds.map((one) => ({ value: one.kind, label: one.title[language] }))}
          onChange={(value) => onChange({ kind: value, metric: undefined })}
        />
      )}
      {metrics.length > 1 && (
        <PickSelect
          label={words.quantity}
          value={metric.key}
          options={metrics.map((one) => ({ value: one.key, label: metricName(one, language) }))}
          onChange={(value) => onChange({ metric: value })}
        />
      )}
      <Segmented
        label={words.by}
        value={by}
        options={STEPS_BY.map((value) => ({ value, label: words.steps[value] }))}
        onChange={(value) => onChange({ by: value, period: undefined })}
      />
      <div className={styles.period}>
        <Button
          small
          aria-label={words.before(periodWords(by, before.name, language))}
          onClick={() => onChange({ period: before.name })}
        >
          <ChevronLeft aria-hidden />
        </Button>
        <b>{periodWords(by, name, language)}</b>
        {after === undefined ? (
          <span className={styles.quiet}>{words.running}</span>
        ) : (
          <Button
            small
            aria-label={words.before(periodWords(by, after, language))}
            onClick={() => onChange({ period: after })}
          >
            <ChevronRight aria-hidden />
          </Button>
        )}
      </div>
    </div>
  );
}
