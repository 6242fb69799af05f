/** One gateway that explains why many devices are late. */
export interface GatewayHint {
  readonly gateway: string;
  /** How many behind it have not reported in time. */
  readonly overdue: number;
}

interface Counted {
  readonly value: string | null;
  readonly devices: number;
}

/** Fewer are looked at one by one. */
const WORTH_A_HINT = 5;
/** Of all that are behind it: one or two may be healthy by a report that is just on its way. */
const NEARLY_ALL = 0.9;
const MOST_HINTS = 3;

/** The gateways behind which nearly everything is late or silent; the one with the most devices first. */
export function gatewayHints(overdue: readonly Counted[], all: readonly Counted[]): GatewayHint[] {
  const behind = new Map(all.map(({ value, devices }) => [value, devices]));
  return overdue
    .flatMap(({ value, devices }) => (value === null ? [] : [{ gateway: value, overdue: devices }]))
    .filter(
      ({ gateway, overdue: late }) => late >= WORTH_A_HINT && late >= (behind.get(gateway) ?? 0) * NEARLY_ALL,
    )
    .sort((a, b) => b.overdue - a.overdue)
    .slice(0, MOST_HINTS);
}
