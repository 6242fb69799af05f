import type { AlarmRule, OffScaleRule } from "../devices/kind.ts";
import type { AlarmTransition } from "../store/events/index.ts";
import type { CheckedQuantity, QuantityRule } from "./checked-quantity.ts";
import type { DeviceEntry } from "./directory.ts";

/** Applies alarm rules to one value, and gives the transitions that follow. */

export function holds(rule: QuantityRule | OffScaleRule, value: number | string): boolean {
  if (rule.type === "state") return rule.values.includes(value as string);
  if (rule.type === "off_scale") return (value as number) < rule.below || (value as number) > rule.above;
  return rule.type === "high" ? (value as number) > rule.limit : (value as number) < rule.limit;
}

/** True when an active alarm may clear: between the limit and the deadband it stays, so that it cannot flutter. */
export function isOver(
  rule: QuantityRule | OffScaleRule,
  metric: CheckedQuantity,
  value: number | string,
): boolean {
  if (rule.type === "state") return true;
  if (rule.type === "off_scale") return (value as number) >= metric.min && (value as number) <= metric.max;
  return rule.type === "high"
    ? (value as number) <= rule.limit - rule.deadband
    : (value as number) >= rule.limit + rule.deadband;
}

export function describe(
  rule: QuantityRule | OffScaleRule,
  metric: CheckedQuantity,
  value: number | string,
): string {
  const unit = metric.unit ? ` ${metric.unit}` : "";
  const limit =
    rule.type === "state"
      ? ""
      : rule.type === "off_scale"
        ? `, scale ${metric.min} to ${metric.max}${unit}`
        : `, limit ${rule.limit}${unit}`;
  return `${rule.about} (${metric.key} ${value}${unit}${limit})`;
}

/** How long a rule's condition has to last before its alarm is raised, and to be over before it is cleared. */
export const delaysOf = (
  rule: QuantityRule | OffScaleRule,
): { readonly onDelayMs: number; readonly offDelayMs: number } =>
  rule.type === "off_scale"
    ? { onDelayMs: 0, offDelayMs: 0 }
    : { onDelayMs: rule.onDelayMs, offDelayMs: rule.offDelayMs ?? 0 };

/** Shorter than this between a clear and the next raise is a flutter, and so are three reports. */
const FLAP_MS = 10 * 60_000;
const FLAP_INTERVALS = 3;

/** An alarm that only a person clears begins anew when it is raised again. */
const flapMs = ({ runtime }: DeviceEntry, rule: AlarmRule | OffScaleRule): number | undefined =>
  rule.type === "event" && rule.clearedBy.length === 0
    ? undefined
    : Math.max(FLAP_MS, FLAP_INTERVALS * runtime.reportIntervalMs);

export function transition(
  action: "raise" | "clear",
  device: DeviceEntry,
  rule: AlarmRule | OffScaleRule,
  at: number,
  message: string,
  value?: number | string,
): AlarmTransition {
  return {
    action,
    deviceNo: device.deviceNo,
    rule: rule.rule,
    severity: rule.severity,
    message,
    value: typeof value === "number" ? value : undefined,
    at,
    flapMs: flapMs(device, rule),
  };
}
