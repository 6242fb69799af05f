import type { Behaviour, Kind, MetricValue, SimulatedMoment } from "../devices/kind.ts";
import { chanceAt } from "../devices/noise.ts";
import { createRandom, type Random } from "../devices/random.ts";
import type { Item } from "./pack.ts";
import type { Uplink } from "./uplink.ts";

/** The capacity of a device's memory, in items; beyond it, the oldest is overwritten. A meter's six weeks of hours. */
const MOST_KEPT = 1000;

export interface DeviceOptions {
  readonly id: string;
  readonly kind: Kind;
  /** Its character; the same in every run. */
  readonly seed: number;
  readonly telemetry: Uplink;
  readonly events: Uplink;
  /** Loses radio coverage for some reports now and then, and delivers them late. */
  readonly poorCoverage: boolean;
  readonly atLeast?: Readonly<Record<string, number>> | undefined;
}

export interface SimulatedDevice {
  readonly id: string;
  readonly kind: Kind;
  /**
   * Observes a moment and sends it if possible. Moments must rise; a moment that does not is moved by a millisecond.
   * `metrics` stand in for those of the kind's ordinary behaviour.
   */
  report(at: Date, scenario?: string, metrics?: Readonly<Record<string, MetricValue>>): void;
  /** Sends the items in its memory, unless it is out of coverage. */
  flush(): void;
  /** Items in its memory. */
  readonly kept: number;
  /** Items that its memory could not hold. */
  readonly overwritten: number;
}

/** A reading on the wire. */
export const readingItem = (deviceId: string, at: Date, moment: SimulatedMoment): Item => ({
  deviceId,
  json: JSON.stringify({ observedAt: at.toISOString(), ...moment.metrics }),
});

/** Events on the wire; events without id or time get both. */
export function eventItems(deviceId: string, kind: Kind, at: Date, moment: SimulatedMoment): Item[] {
  return (moment.events ?? []).map((event, index) => {
    const decoded = kind.decodeEvent?.(event) ?? event;
    const completed = {
      ...(decoded.eventId === undefined
        ? { eventId: `${event.type}-${at.getTime().toString(36)}-${index}` }
        : {}),
      ...(decoded.observedAt === undefined ? { observedAt: at.toISOString() } : {}),
      ...event,
    };
    return { deviceId, json: JSON.stringify(completed) };
  });
}

/** The coverage of a device, report by report: 6 to 20 of them yes, then 3 to 10 not. */
function createCoverage(random: Random): () => boolean {
  let covered = true;
  let left = Math.floor(random.between(1, 20));
  return () => {
    if (left-- === 0) {
      covered = !covered;
      left = Math.floor(covered ? random.between(6, 21) : random.between(3, 11)) - 1;
    }
    return covered;
  };
}

export function createDevice(options: DeviceOptions): SimulatedDevice {
  const { id, kind, seed } = options;
  const random = createRandom(seed);
  const coverage = options.poorCoverage ? createCoverage(createRandom(seed ^ 0xc0ffee)) : () => true;
  let behave: Behaviour | undefined;
  let before: number | undefined;
  let covered = true;
  let waiting = false;
  let overwritten = 0;
  const kept: Record<"telemetry" | "events", Item[]> = { telemetry: [], events: [] };

  const keep = (channel: "telemetry" | "events", items: readonly Item[]) => {
    kept[channel].push(...items);
    const surplus = kept[channel].length - MOST_KEPT;
    if (surplus > 0) {
      kept[channel].splice(0, surplus);
      overwritten += surplus;
    }
  };

  const flush = () => {
    if (!covered) return;
    for (const channel of ["telemetry", "events"] as const) {
      if (kept[channel].length === 0) continue;
      const uplink = options[channel];
      if (uplink.ready()) {
        uplink.send(kept[channel]);
        kept[channel] = [];
      } else if (!waiting) {
        waiting = true;
        uplink.whenReady(() => {
          waiting = false;
          flush();
        });
      }
    }
  };

  return {
    id,
    kind,
    report(moment, scenario, metrics) {
      // Made at its first report, because a counter's past takes a moment to add up.
      behave ??= kind.simulate(seed);
      const at = new Date(before === undefined ? moment : Math.max(moment.getTime(), before + 1));
      const elapsedMs = before === undefined ? 0 : at.getTime() - before;
      before = at.getTime();
      const { atLeast } = options;
      const ordinary = behave({ random, at, elapsedMs, scenario, atLeast });
      const observed = metrics ? { ...ordinary, metrics: { ...ordinary.metrics, ...metrics } } : ordinary;
      covered = coverage();
      if (observed.silent) return;
      keep("telemetry", [readingItem(id, at, observed)]);
      keep("events", eventItems(id, kind, at, observed));
      flush();
    },
    flush,
    get kept() {
      return kept.telemetry.length + kept.events.length;
    },
    get overwritten() {
      return overwritten;
    },
  };
}

/** A device's own seed drawn from the run's, for a property that must not depend on others. */
export const draw = (seed: number, property: number): number => chanceAt(seed, 0xde71ce, property);
