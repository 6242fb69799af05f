import type { Correction } from "../../store/readings/repairs.ts";
import { asKept, type KeptModel, type ModelRepair, type Values } from "./kept-model.ts";

export interface AskedRepair {
  readonly from: number;
  readonly to: number;
  /** Undefined: the readings are voided. */
  readonly corrections: readonly Correction[] | undefined;
}

const isIn = ({ from, to }: AskedRepair, at: number) => at >= from && at < to;

/** The moments that a repair would meet, of those that the one who makes it may see. */
export function momentsOf(model: KeptModel, asked: AskedRepair, isOwn: (at: number) => boolean): number[] {
  return model
    .stored()
    .filter(([at, values]) => {
      if (!isIn(asked, at) || !isOwn(at)) return false;
      return asked.corrections?.some(({ metric }) => metric in values) ?? true;
    })
    .map(([at]) => at);
}

/** What a repair would make of a reading; undefined where the platform refuses it. */
function corrected(model: KeptModel, values: Values, corrections: readonly Correction[]): Values | undefined {
  const after = { ...values };
  for (const correction of corrections) {
    const name = correction.metric;
    if (!(name in values)) continue;
    const metric = model.metrics[name]!;
    const value =
      "set" in correction
        ? correction.set
        : "add" in correction
          ? (values[name] as number) + correction.add
          : (values[name] as number) * correction.multiply;
    if (value === null) delete after[name];
    else after[name] = asKept(metric, value);
    const kept = after[name];
    if (typeof kept === "number" && (kept < metric.min! || kept > metric.max!)) return undefined;
  }
  return Object.keys(after).some((name) => name in model.metrics) ? after : undefined;
}

/** Whether the platform takes it: every reading that it changes is still one. */
export const isSound = (
  model: KeptModel,
  moments: readonly number[],
  { corrections }: AskedRepair,
): boolean =>
  !corrections || moments.every((at) => corrected(model, model.moments.get(at)!, corrections) !== undefined);

export function makeModelRepair(
  model: KeptModel,
  id: number,
  moments: readonly number[],
  { corrections }: AskedRepair,
): void {
  const touched = new Map(
    moments.map((at) => {
      const there = model.moments.get(at)!;
      const before = { ...there };
      if (!corrections) {
        model.moments.delete(at);
        return [at, { before, there, after: {} }] as const;
      }
      const after = corrected(model, there, corrections)!;
      for (const { metric } of corrections) delete there[metric];
      Object.assign(there, after);
      return [at, { before, there, after }] as const;
    }),
  );
  model.repairs.push({ id, corrections, touched, isActive: true, outlived: new Set() });
}

/** A later repair that still stands on readings of this one. */
export const coveredBy = (model: KeptModel, repair: ModelRepair): ModelRepair | undefined =>
  model.repairs.find(
    (later) =>
      later.isActive &&
      later.id > repair.id &&
      [...later.touched.keys()].some((at) => repair.touched.has(at) && !later.outlived.has(at)),
  );

/** What the device has sent since stays. */
export function undoModelRepair(model: KeptModel, repair: ModelRepair): void {
  repair.isActive = false;
  for (const [at, { before, there, after }] of repair.touched) {
    if (!repair.corrections) {
      if (!model.moments.has(at)) model.moments.set(at, there);
      else for (const { corrections, outlived } of model.repairs) if (corrections) outlived.add(at);
      continue;
    }
    if (model.moments.get(at) !== there) continue;
    for (const { metric } of repair.corrections) {
      if (metric in before && there[metric] === after[metric]) there[metric] = before[metric];
    }
  }
}

/** Whether the reading that stands at a moment is one that a person has corrected. */
export const isCorrected = (model: KeptModel, at: number): boolean =>
  model.repairs.some(
    ({ isActive, corrections, touched }) =>
      isActive && corrections && touched.get(at)?.there === model.moments.get(at) && touched.has(at),
  );
