import { randomUUID } from "node:crypto";
import type { Claim } from "../store/database/index.ts";
import type { AlarmTransition, NewEvent, NewReply, WaitChange } from "../store/events/index.ts";
import type { ForeignMessage, NewRejection } from "../store/ledger/index.ts";
import { ReadingsBatch } from "../store/readings/index.ts";
import type { Look } from "./alarms.ts";
import type { DeviceEntry } from "./directory.ts";
import type { CheckedReading, KindRuntime } from "./kind-runtime.ts";

/** A reading in the form for live listeners; collected only while there are listeners. */
export interface LiveReading {
  readonly device: DeviceEntry;
  readonly observedAt: number;
  readonly receivedAt: number;
  readonly values: Record<string, number | string>;
  /** The kind and row in which it was put into the batch. */
  readonly kind: string;
  readonly row: number;
}

/** The reading for live listeners of one that was found good. @param row its row in the batch */
export function liveReading(
  device: DeviceEntry,
  reading: CheckedReading,
  receivedAt: number,
  row: number,
): LiveReading {
  const values: Record<string, number | string> = {};
  for (let i = 0; i < reading.count; i++) values[reading.metrics[i]!.key] = reading.values[i]!;
  return {
    device,
    observedAt: reading.observedAt,
    receivedAt,
    values,
    kind: device.runtime.kind.kind,
    row,
  };
}

/** Names this process in its claims. */
const WRITER = randomUUID();

let lanes = 0;

/**
 * Claims are numbered by lanes. Batches that are committed one after the other may share one; each lane that was ever
 * used is a row in the database.
 */
export class Lane {
  readonly no = lanes++;
  part = 1;
}

/**
 * Everything that is committed together: the messages of a few milliseconds, whatever they hold. It is filled while
 * messages are decoded and used again after the commit.
 */
export class Batch {
  readonly readings = new Map<KindRuntime, ReadingsBatch>();
  /**
   * The pieces into which a batch with a row that the database refuses was cut, while that row is looked for; last
   * first.
   */
  readonly pieces: ReadingsBatch[] = [];
  /** Readings, events and replies that met another one at their moment, and are decided next. Readings: last first. */
  readonly met: ReadingsBatch[] = [];
  readonly metEvents: NewEvent[] = [];
  readonly metReplies: NewReply[] = [];
  readonly events: NewEvent[] = [];
  readonly replies: NewReply[] = [];
  readonly rejections: NewRejection[] = [];
  /** Messages on topics that are not their publishers' own, which are counted rather than kept one by one. */
  readonly foreign: ForeignMessage[] = [];
  readonly alarms: AlarmTransition[] = [];
  /** Alarm rules that begin to wait for their delay, or end it. */
  readonly waits: WaitChange[] = [];
  /** Readings that the alarm rules look at once it is known what was kept of them. */
  readonly looks: Look[] = [];
  /** By kind and row: the values of readings that were refused, because others stood at their moment first. */
  readonly refused = new Map<string, Map<number, ReadonlySet<string>>>();
  readonly live: LiveReading[] = [];
  /** Called once all of the batch is committed: each lets one message be acknowledged. */
  readonly waiting: (() => void)[] = [];
  /** The device of each item, for its count of pending items. */
  readonly devices: DeviceEntry[] = [];
  /** Readings, events, replies and rejections. */
  items = 0;
  /**
   * The lengths of the pieces into which the beginning of a list is cut, last first: one piece for an attempt with an
   * unknown outcome, several while an item is looked for that the database refuses.
   */
  private readonly cuts = new Map<readonly unknown[], number[]>();
  /** It changes only between two uses: an attempt whose answer was lost is recognized by it. */
  lane = new Lane();
  /** Bytes of the payloads; they bound the statement, as one event may be 256 KiB long. */
  bytes = 0;

  /**
   * Does a part of the commit that takes effect once: when its answer is lost, the next attempt has the same claim, and
   * has to be made with the same items.
   */
  async once<T>(work: (claim: Claim) => Promise<T>): Promise<T> {
    const { lane } = this;
    const answer = await work({ writer: WRITER, lane: lane.no, part: lane.part });
    lane.part++;
    return answer;
  }

  cutsOf(list: readonly unknown[]): number[] {
    let cuts = this.cuts.get(list);
    if (!cuts) {
      cuts = [];
      this.cuts.set(list, cuts);
    }
    return cuts;
  }

  readingsOf(runtime: KindRuntime): ReadingsBatch {
    let readings = this.readings.get(runtime);
    if (!readings) {
      readings = new ReadingsBatch(runtime.table);
      this.readings.set(runtime, readings);
    }
    return readings;
  }

  /** Counts an item of a device, which stays pending until the batch is settled. */
  count(device: DeviceEntry): void {
    this.items++;
    device.pending++;
    this.devices.push(device);
  }

  get isEmpty(): boolean {
    return this.items === 0 && this.waiting.length === 0 && !this.concernsAlarms;
  }

  /** True when something is to be done about alarms, in its turn. */
  get concernsAlarms(): boolean {
    return this.alarms.length > 0 || this.looks.length > 0 || this.waits.length > 0;
  }

  reset(): void {
    for (const readings of this.readings.values()) readings.reset();
    this.pieces.length = 0;
    this.met.length = 0;
    this.metEvents.length = 0;
    this.metReplies.length = 0;
    this.looks.length = 0;
    this.refused.clear();
    this.cuts.clear();
    this.events.length = 0;
    this.replies.length = 0;
    this.rejections.length = 0;
    this.foreign.length = 0;
    this.alarms.length = 0;
    this.waits.length = 0;
    this.live.length = 0;
    this.waiting.length = 0;
    this.devices.length = 0;
    this.items = 0;
    this.bytes = 0;
  }
}

/** The sink of the pipeline's checked items. */
export interface BatchSink {
  /** The batch that takes items now; may be another after `filled`. */
  readonly open: Batch;
  /** Call it after a message was put into `open`. */
  filled(): void;
}

/** The sink of items that were observed so long ago that live ones must not wait for them. */
export interface HistorySink {
  /** The batch that takes items of that moment now; may be another after `filled`. @param at milliseconds since 1970 */
  batchOf(at: number): Batch;
  /** Call it after a message was put into some of its batches. */
  filled(): void;
}
