import type { CodecFault } from "./codec.ts";

/** Batches of Watteco's sensors: samples of several moments as Huffman-coded steps, bit by bit. */

/** How samples of a measure are written. */
export interface BatchMeasure {
  /** The bits of a sample as it is; 32 of a float. */
  readonly bits: 1 | 16 | 32;
  readonly float?: true;
  /** A step counts so much. */
  readonly resolution: number;
}

/** How a model writes its batches. */
export interface BatchForm<Measure extends BatchMeasure> {
  /** The bits of a label. */
  readonly labelBits: number;
  /** By label. */
  readonly measures: readonly Measure[];
}

export interface BatchSample<Measure> {
  readonly measure: Measure;
  /** Seconds of the sensor's own clock. */
  readonly at: number;
  readonly value: number;
}

export interface SampleBatch<Measure> {
  readonly counter: number;
  /** When it was sent, by the same clock. */
  readonly sentAt: number;
  readonly samples: readonly BatchSample<Measure>[];
}

/** Codes by their number of bits and their value; the place in the list is the number of bits that follow. */
type HuffmanTable = ReadonlyMap<number, number>;

/** One number for a code and its length. */
const keyOf = (size: number, code: number): number => size * 4096 + code;

const LONG_CODES = "10:200 11:402 11:403 11:404 11:405 11:406 11:407";
const TABLES: readonly HuffmanTable[] = [
  `2:0 2:1 2:3 3:5 4:9 5:11 6:21 7:41 8:81 ${LONG_CODES}`,
  "7:6f 5:1a 4:c 3:3 3:7 2:2 2:0 3:2 6:36 9:1bb 9:1b9 10:375 10:374 10:370 11:6e3 11:6e2",
  `4:9 3:5 2:0 2:1 2:3 5:11 6:21 7:41 8:81 ${LONG_CODES}`,
].map(
  (codes) =>
    new Map(
      codes.split(" ").map((code, place): [number, number] => {
        const [size, value] = code.split(":");
        return [keyOf(Number(size), Number.parseInt(value!, 16)), place];
      }),
    ),
);
const LONGEST_CODE = 11;
/** The place that says that a value follows as it is. */
const AS_IT_IS = 15;
const TIME_TABLE = 1;

/** Bits from the lowest of each byte on. Past the end it reads zeros, and remembers that. */
class BitReader {
  fault: CodecFault | undefined;
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  fail(reason: CodecFault["reason"], name: string, detail: string): void {
    this.fault ??= { reason, at: `bit ${this.at} (${name})`, detail };
  }

  get left(): number {
    return this.bytes.length * 8 - this.at;
  }

  bit(name: string): number {
    const byte = this.bytes[this.at >> 3];
    if (byte === undefined) {
      this.fail("short", name, "no bits are left");
      return 0;
    }
    const bit = (byte >> (this.at & 7)) & 1;
    this.at++;
    return bit;
  }

  /** Whole bytes with the high one first; where the bits fill none, the first one is the shorter. */
  value(bits: number, name: string): number {
    let value = 0;
    for (let left = bits; left > 0 && !this.fault; ) {
      const size = left % 8 || 8;
      let part = 0;
      for (let place = 0; place < size; place++) part += this.bit(name) * 2 ** place;
      value = value * 256 + part;
      left -= size;
    }
    return value;
  }

  /** The place of the next code in a table. */
  code(table: number, name: string): number {
    let code = 0;
    for (let size = 1; size <= LONGEST_CODE && !this.fault; size++) {
      code = code * 2 + this.bit(name);
      const place = TABLES[table]?.get(keyOf(size, code));
      if (place !== undefined && !this.fault) return place;
    }
    this.fail("value", name, `no code of table ${table}`);
    return 0;
  }
}

interface Series<Measure> {
  readonly measure: Measure;
  /** How steps are written: 0 either way, 1 upward, otherwise downward. */
  coding: number;
  table: number;
  readonly samples: { at: number; value: number }[];
}

class BatchReader<Measure extends BatchMeasure> {
  readonly reader: BitReader;
  private readonly form: BatchForm<Measure>;
  /** By label. */
  private readonly series = new Map<number, Series<Measure>>();

  constructor(bytes: Uint8Array, form: BatchForm<Measure>) {
    this.reader = new BitReader(bytes);
    this.form = form;
  }

  read(): SampleBatch<Measure> {
    const { reader } = this;
    const flags = reader.value(8, "flags");
    const hasSamples = (flags & 4) === 0;
    const measures = flags >> 4;
    const counter = reader.value(3, "counter");
    reader.bit("flags");
    let at = 0;
    for (let index = 0; index < measures && !reader.fault; index++) at = this.first(at, hasSamples);
    const first = [...this.series.values()][0];
    if (hasSamples && first !== undefined)
      at = (flags & 2) !== 0 ? this.atCommonTimes(measures, first) : this.atOwnTimes(measures, at);
    const sentAt = this.time(at);
    if (reader.left >= 8) reader.fail("length", "end", `${reader.left} bits more than expected`);
    const samples = [...this.series.values()].flatMap(({ measure, samples: own }) =>
      own.map((sample) => ({ measure, ...sample })),
    );
    return { counter, sentAt, samples };
  }

  /** The first sample of a measure, as it is. @returns its moment */
  private first(before: number, hasSamples: boolean): number {
    const { reader } = this;
    const label = this.label();
    const measure = this.form.measures[label];
    const at = this.time(before);
    if (measure === undefined) return at;
    const series: Series<Measure> = {
      measure,
      coding: 0,
      table: 0,
      samples: [{ at, value: this.asItIs(measure) }],
    };
    if (hasSamples) {
      series.coding = reader.value(2, "coding");
      series.table = reader.value(2, "table");
    }
    this.series.set(label, series);
    return at;
  }

  private label(): number {
    const label = this.reader.value(this.form.labelBits, "label");
    if (label >= this.form.measures.length)
      this.reader.fail("unknown", "label", `${label} is none of the model's`);
    return label;
  }

  private next(): Series<Measure> | undefined {
    const label = this.label();
    const series = this.series.get(label);
    if (series === undefined) this.reader.fail("value", "label", `${label} has no first sample`);
    return series;
  }

  private asItIs({ bits, float }: BatchMeasure): number {
    const raw = this.reader.value(bits, "sample");
    return float ? floatOf(raw) : raw;
  }

  /** A moment behind another one; the first of all is written as it is. */
  private time(before: number, table = TIME_TABLE): number {
    if (before === 0) return this.reader.value(32, "time");
    return this.later(before, this.reader.code(table, "time"));
  }

  private later(before: number, place: number): number {
    if (place === AS_IT_IS) return this.reader.value(32, "time");
    return place === 0 ? before : before + this.reader.value(place, "time") + 2 ** place - 1;
  }

  private stepped({ measure, coding, samples }: Series<Measure>, place: number): number {
    if (place === AS_IT_IS) return this.asItIs(measure);
    const before = samples.at(-1)!.value;
    if (place === 0) return before;
    const raw = this.reader.value(place, "step");
    const above = raw + 2 ** place - 1;
    if (coding === 1) return before + above * measure.resolution;
    if (coding !== 0) return before - above * measure.resolution;
    return before + (raw >= 2 ** (place - 1) ? raw : raw + 1 - 2 ** place) * measure.resolution;
  }

  /** All measures at the same moments. @returns the last */
  private atCommonTimes(measures: number, first: Series<Measure>): number {
    const { reader } = this;
    const count = reader.value(8, "number of samples");
    const table = reader.value(2, "table");
    const times: number[] = [];
    for (let index = 0; index < count && !reader.fault; index++) {
      const place = reader.code(table, "time");
      const before = times.at(-1);
      times.push(
        before === undefined && place !== AS_IT_IS ? first.samples[0]!.at : this.later(before ?? 0, place),
      );
    }
    for (let index = 0; index < measures && !reader.fault; index++) this.samplesAt(times);
    return times.at(-1) ?? 0;
  }

  private samplesAt(times: readonly number[]): void {
    const { reader } = this;
    const series = this.next();
    if (series === undefined) return;
    let isFirst = true;
    for (const at of times) {
      if (reader.fault) return;
      if (reader.bit("available") === 0) continue;
      const place = reader.code(series.table, "step");
      // The first step of nothing stands for the first sample.
      const isKnown = place === 0 && isFirst;
      if (place === 0) isFirst = false;
      if (!isKnown) series.samples.push({ at, value: this.stepped(series, place) });
    }
  }

  /** Each measure at moments of its own. @returns the last */
  private atOwnTimes(measures: number, before: number): number {
    const { reader } = this;
    let latest = before;
    for (let index = 0; index < measures && !reader.fault; index++) {
      const series = this.next();
      const count = reader.value(8, "number of samples");
      if (series === undefined || count === 0) continue;
      const table = reader.value(2, "table");
      for (let sample = 0; sample < count && !reader.fault; sample++) {
        const at = this.later(series.samples.at(-1)!.at, reader.code(table, "time"));
        const place = reader.code(series.table, "step");
        series.samples.push({ at, value: this.stepped(series, place) });
        latest = Math.max(latest, at);
      }
    }
    return latest;
  }
}

function floatOf(raw: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, raw);
  return view.getFloat32(0);
}

export function readBatch<Measure extends BatchMeasure>(
  bytes: Uint8Array,
  form: BatchForm<Measure>,
): SampleBatch<Measure> | CodecFault {
  const batch = new BatchReader(bytes, form);
  const read = batch.read();
  return batch.reader.fault ?? read;
}
