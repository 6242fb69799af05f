import { inParallel } from "./in-parallel.ts";
import type { Ledger, PlatformClient } from "./platform.ts";
import type { Account, Tally } from "./tally.ts";

/** Ledgers read at a time: enough to be quick, few enough to leave the platform to its devices. */
const CONCURRENCY = 8;

export type Ledgers = ReadonlyMap<string, Ledger>;

/** The platform's present ledger of every device. */
export async function readLedgers(platform: PlatformClient, deviceIds: readonly string[]): Promise<Ledgers> {
  const ledgers = await inParallel(deviceIds, CONCURRENCY, (id) => platform.ledger(id));
  return new Map(deviceIds.map((id, index) => [id, ledgers[index]!]));
}

export interface DeviceComparison {
  readonly deviceId: string;
  readonly ours: Account;
  /** The platform's counts (received, stored …) since the run began. */
  readonly theirs: Ledger;
  /** received - acknowledged. */
  readonly difference: number;
  /**
   * True when the difference comes from items that were sent again, or never acknowledged: the platform may or may not
   * have counted these.
   */
  readonly explained: boolean;
}

export interface Comparison {
  readonly ours: Account;
  readonly theirs: Ledger;
  readonly difference: number;
  /** Devices whose figures differ in a way that repetition does not explain. */
  readonly unexplained: readonly DeviceComparison[];
  /** The platform's own sum: received = stored + duplicate + rejected + pending, for every device. */
  readonly balanced: boolean;
  readonly matches: boolean;
}

const FIELDS = ["received", "stored", "duplicate", "rejected", "pending"] as const;
const zero = (): Record<(typeof FIELDS)[number], number> => ({
  received: 0,
  stored: 0,
  duplicate: 0,
  rejected: 0,
  pending: 0,
});

function compareDevice(deviceId: string, ours: Account, before: Ledger, after: Ledger): DeviceComparison {
  const theirs = zero();
  for (const field of FIELDS) theirs[field] = after[field] - before[field];
  const difference = theirs.received - ours.acknowledged;
  // Acknowledged means committed, so less than that is a loss. Items that left again or were never acknowledged may be
  // counted on top; nothing else may.
  const most = ours.resent + (ours.published - ours.acknowledged);
  return { deviceId, ours, theirs, difference, explained: difference >= 0 && difference <= most };
}

/** Compares the items that the simulators sent with those that the platform says it has received since `before`. */
export function compare(tally: Tally, before: Ledgers, after: Ledgers): Comparison {
  const devices = [...after].map(([id, ledger]) =>
    compareDevice(id, tally.of(id), before.get(id) ?? zero(), ledger),
  );
  const theirs = zero();
  for (const device of devices) for (const field of FIELDS) theirs[field] += device.theirs[field];
  const balanced = [...after.values()].every(
    (ledger) => ledger.received === ledger.stored + ledger.duplicate + ledger.rejected + ledger.pending,
  );
  const unexplained = devices.filter((device) => !device.explained);
  return {
    ours: tally.total,
    theirs,
    difference: theirs.received - tally.total.acknowledged,
    unexplained,
    balanced,
    matches: unexplained.length === 0 && balanced,
  };
}

const figure = (value: number) => value.toLocaleString("en-US");

/** The comparison as lines of text for a person. */
export function describeComparison(comparison: Comparison): string {
  const { ours, theirs, difference, unexplained, balanced } = comparison;
  const row = (label: string, value: number) => `  ${label.padEnd(36)}${figure(value).padStart(14)}`;
  const lines = [
    "Final ledger, in readings and events of this run:",
    row("published by the devices", ours.published),
    row("acknowledged by the platform", ours.acknowledged),
    row("sent again after a reconnect", ours.resent),
    row("received, says the platform", theirs.received),
    row("  stored", theirs.stored),
    row("  duplicate", theirs.duplicate),
    row("  rejected", theirs.rejected),
    row("  pending", theirs.pending),
    row("difference (received - acknowledged)", difference),
  ];
  const unacknowledged = ours.published - ours.acknowledged;
  if (difference !== 0 && unexplained.length === 0) {
    lines.push(
      `The difference is explained: ${figure(ours.resent)} sent again and ${figure(unacknowledged)} never ` +
        "acknowledged may have been received as well.",
    );
  }
  for (const device of unexplained.slice(0, 10)) {
    lines.push(
      `  ${device.deviceId}: acknowledged ${device.ours.acknowledged}, sent again ${device.ours.resent}, ` +
        `received ${device.theirs.received}: ${device.difference < 0 ? "LOST" : "unexplained"} ${Math.abs(device.difference)}`,
    );
  }
  if (unexplained.length > 10) lines.push(`  … and ${unexplained.length - 10} more devices`);
  if (!balanced)
    lines.push(
      "The platform's own ledger does not add up: received is not stored + duplicate + rejected + pending.",
    );
  lines.push(comparison.matches ? "The ledgers match." : "The ledgers do NOT match.");
  return lines.join("\n");
}
