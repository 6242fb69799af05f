import { SEVERITIES } from "../../devices/kind.ts";
import type { BroadcastToWatch } from "../../store/broadcast/index.ts";
import type { RegionDevices } from "../../store/devices/index.ts";
import type { RegionAlarms } from "../../store/events/index.ts";
import { REGION_LEVELS } from "../../store/places/index.ts";

/** The number of devices in all and of each status. */
interface StatusCounts {
  total: number;
  ok: number;
  late: number;
  silent: number;
  never: number;
}

/** For devices that are commanded: how many a command would reach now. */
interface SpeakerCounts extends StatusCounts {
  connected: number;
}

const noDevices = (): StatusCounts => ({ total: 0, ok: 0, late: 0, silent: 0, never: 0 });

/** Rows by their region, and all of them. */
export class ByRegion<T extends { readonly code: string }> {
  private readonly byCode = new Map<string, T[]>();
  readonly all: readonly T[];

  constructor(rows: readonly T[]) {
    this.all = rows;
    for (const row of rows) {
      const list = this.byCode.get(row.code);
      if (list) list.push(row);
      else this.byCode.set(row.code, [row]);
    }
  }

  of(code: string): readonly T[] {
    return this.byCode.get(code) ?? [];
  }
}

/** @param sounding the kinds whose devices sound */
export function tallyDevices(rows: readonly RegionDevices[], sounding: readonly string[]) {
  const devices: Record<string, StatusCounts> = {};
  const speakers: SpeakerCounts = { ...noDevices(), connected: 0 };
  for (const { kind, status, devices: count, connected } of rows) {
    if (sounding.includes(kind)) speakers.connected += connected;
    devices[kind] ??= noDevices();
    for (const counts of sounding.includes(kind) ? [devices[kind], speakers] : [devices[kind]]) {
      counts[status] += count;
      counts.total += count;
    }
  }
  return { devices, speakers };
}

export function tallyAlarms(rows: readonly RegionAlarms[]) {
  const of = (severity: string) => {
    const counts = { active: 0, unacknowledged: 0 };
    for (const row of rows.filter((each) => each.severity === severity)) {
      counts.active += row.active;
      counts.unacknowledged += row.unacknowledged;
    }
    return counts;
  };
  return Object.fromEntries(SEVERITIES.map((severity) => [severity, of(severity)])) as Record<
    (typeof SEVERITIES)[number],
    ReturnType<typeof of>
  >;
}

const WATCHED = ["onAir", "pendingApproval", "openReview"] as const;
type BroadcastCounts = Record<(typeof WATCHED)[number], number>;

const noBroadcasts = (): BroadcastCounts => ({ onAir: 0, pendingApproval: 0, openReview: 0 });

const LENGTHS = REGION_LEVELS.map(({ codeLength }) => codeLength);

/**
 * Counts broadcasts by the regions that they reach: those that hold one of their own, or lie in one.
 * @param length digits of the regions that will be asked for
 */
export function tallyBroadcasts(broadcasts: readonly BroadcastToWatch[], length: number) {
  const byCode = new Map<string, BroadcastCounts>();
  const total = noBroadcasts();
  for (const broadcast of broadcasts) {
    add(total, broadcast);
    for (const code of reached(broadcast.regions, length)) {
      const counts = byCode.get(code) ?? noBroadcasts();
      byCode.set(code, counts);
      add(counts, broadcast);
    }
  }
  /** Of the codes that hold a region, a broadcast is noted with one at most, so that none counts twice. */
  const of = (code: string): BroadcastCounts => {
    const sum = noBroadcasts();
    for (const held of LENGTHS.filter((each) => each <= code.length)) {
      const counts = byCode.get(code.slice(0, held));
      if (counts) for (const key of WATCHED) sum[key] += counts[key];
    }
    return sum;
  };
  return { total, of };
}

function add(counts: BroadcastCounts, broadcast: BroadcastToWatch): void {
  for (const key of WATCHED) if (broadcast[key]) counts[key]++;
}

/** The regions of a broadcast, cut to a length, without those that lie in another of them. */
function reached(regions: readonly string[], length: number): string[] {
  const own = new Set(regions.map((code) => code.slice(0, length)));
  return [...own].filter(
    (code) => !LENGTHS.some((shorter) => shorter < code.length && own.has(code.slice(0, shorter))),
  );
}
