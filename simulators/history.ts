import { setImmediate as nextTurn } from "node:timers/promises";
import type { Kind } from "../devices/kind.ts";
import { chanceAt } from "../devices/noise.ts";
import { createRandom } from "../devices/random.ts";
import { eventItems, readingItem } from "./device.ts";
import type { Item } from "./pack.ts";
import type { Uplink } from "./uplink.ts";

/** The past is thinner than the present: at least a quarter of an hour lies between two of its readings. */
const THINNEST_STEP_MS = 900_000;
/** Readings that are handed over at once: about 60 KiB of a gas meter's. */
const CHUNK = 300;
/** Readings that are made before other devices have their turn. */
const TURN = 30;
/** Chunks of one device that may be under way. */
const CHUNKS_UNDER_WAY = 3;

export interface Past {
  readonly firstMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/**
 * The moments of a device's past, on a grid that does not depend on when the run began: sending the same
 * days again repeats the same moments, which the platform counts as duplicates instead of storing them twice.
 */
export function momentsOfPast(kind: Kind, seed: number, from: Date, to: Date): Past {
  const stepMs = Math.max(kind.reportIntervalSeconds * 1000, THINNEST_STEP_MS);
  const offset = Math.floor(chanceAt(seed, 0x9a57) * stepMs);
  const firstMs = Math.ceil((from.getTime() - offset) / stepMs) * stepMs + offset;
  return { firstMs, stepMs, count: Math.max(0, Math.ceil((to.getTime() - firstMs) / stepMs)) };
}

export interface HistoryOptions {
  readonly id: string;
  readonly kind: Kind;
  readonly seed: number;
  readonly past: Past;
  readonly telemetry: Uplink;
  readonly events: Uplink;
  readonly onReadings: (count: number) => void;
  readonly stopped: () => boolean;
}

/** Sends a device's past, oldest first, as fast as it is acknowledged. */
export async function sendHistory(options: HistoryOptions): Promise<void> {
  const { id, kind, seed, past } = options;
  const behave = kind.simulate(seed);
  const underWay = new Set<Promise<void>>();
  let readings: Item[] = [];
  let events: Item[] = [];

  const hand = async () => {
    if (underWay.size >= CHUNKS_UNDER_WAY) await Promise.race(underWay);
    const count = readings.length;
    const work = Promise.all([
      options.telemetry.deliver(readings),
      deliverEvents(options.events, events),
    ]).then(() => {
      underWay.delete(work);
      options.onReadings(count);
    });
    underWay.add(work);
    readings = [];
    events = [];
  };

  for (let index = 0; index < past.count && !options.stopped(); index++) {
    const at = new Date(past.firstMs + index * past.stepMs);
    // Each moment has noise of its own, so that it looks the same when it is sent again.
    const random = createRandom(Math.floor(chanceAt(seed, Math.floor(at.getTime() / 1000)) * 2 ** 32));
    const moment = behave({ random, at, elapsedMs: index === 0 ? 0 : past.stepMs });
    readings.push(readingItem(id, at, moment));
    events.push(...eventItems(id, kind, at, moment));
    if (readings.length === CHUNK) await hand();
    // The past of a whole fleet at once must not keep the present waiting.
    else if (index % TURN === TURN - 1) await nextTurn();
  }
  if (readings.length > 0 && !options.stopped()) await hand();
  await Promise.all(underWay);
}

/** Most devices have no events in their past, and some would open a connection for nothing. */
async function deliverEvents(uplink: Uplink, events: readonly Item[]): Promise<void> {
  if (events.length > 0) await uplink.deliver(events);
}
