import type { LimitRule, Metric, OffScaleRule, StateRule } from "../devices/kind.ts";

/** The ways to check a value of a quantity. */
export const NUMBER = 0;

export const STATE = 1;

const TEXT = 2;

/** An alarm rule that looks at one quantity. */
export type QuantityRule = LimitRule | StateRule;

/** A quantity made ready for the hot path. */
export interface CheckedQuantity {
  readonly key: string;
  /** Index of the column in the kind's table. */
  readonly column: number;
  readonly check: typeof NUMBER | typeof STATE | typeof TEXT;
  readonly min: number;
  readonly max: number;
  readonly values: ReadonlySet<string>;
  readonly maxLength: number;
  readonly unit: string;
  /** The values that its sensor sends when it has none; undefined where the kind names none. */
  readonly sentinels: ReadonlySet<number> | undefined;
  /** The alarm rules that look at this quantity. */
  readonly rules: readonly QuantityRule[];
  /** The rule that looks at values off its scale. */
  readonly offScale: OffScaleRule | undefined;
}

export function prepareMetric(
  key: string,
  metric: Metric,
  column: number,
  rules: QuantityRule[],
  offScale: OffScaleRule | undefined,
): CheckedQuantity {
  return {
    rules,
    offScale,
    sentinels: metric.sentinels?.length ? new Set(metric.sentinels) : undefined,
    key,
    column,
    check: metric.type === "state" ? STATE : metric.type === "text" ? TEXT : NUMBER,
    min: metric.min ?? Number.NEGATIVE_INFINITY,
    max: metric.max ?? Number.POSITIVE_INFINITY,
    values: new Set(metric.values),
    maxLength: metric.maxLength ?? 64,
    unit: metric.unit ?? "",
  };
}
