import { parseExact } from "../../base/exact-json.ts";

/**
 * One-dimensional PostgreSQL arrays in the binary wire format, filled value by value while messages are
 * decoded. `pg` sends a Buffer parameter as binary, so a batch of 4,000 rows reaches the server without a
 * number ever being printed or parsed.
 *
 * Layout (PostgreSQL `array_recv`): int32 dimensions (1), int32 has-null flag, int32 element type, int32 length,
 * int32 lower bound (1); then per element an int32 byte count (-1 for null) and the bytes. All big-endian.
 */

const HEADER_BYTES = 20;

/** Object ids of pg_type; fixed in PostgreSQL's catalog. */
const OID = {
  bytea: 17,
  int8: 20,
  int4: 23,
  text: 25,
  float4: 700,
  float8: 701,
  timestamptz: 1184,
  jsonb: 3802,
} as const;

/** Milliseconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
const POSTGRES_EPOCH_MS = 946_684_800_000;

const TWO_POW_32 = 4_294_967_296;

/**
 * A column that skips rows: `set` fills the gap with nulls, and rows after the last value need no entry,
 * because `unnest` of several arrays pads the shorter ones with nulls.
 */
export abstract class ArrayColumn {
  protected buffer: Buffer;
  protected position = HEADER_BYTES;
  private count = 0;
  private hasNull = false;
  private readonly oid: number;

  constructor(oid: number, initialBytes = 4096) {
    this.oid = oid;
    this.buffer = Buffer.allocUnsafe(initialBytes);
  }

  /** Readies the column for the element of `row`, which takes at most `bytes` bytes. Rows must rise. */
  protected reserve(row: number, bytes: number): void {
    const gap = row - this.count;
    const needed = this.position + gap * 4 + bytes;
    if (needed > this.buffer.length) this.grow(needed);
    for (let i = 0; i < gap; i++) {
      this.buffer.writeInt32BE(-1, this.position);
      this.position += 4;
    }
    if (gap > 0) this.hasNull = true;
    this.count = row + 1;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.position);
    this.buffer = larger;
  }

  /** The parameter for `pg`. Valid until the next `reset`. */
  finish(): Buffer {
    const dimensions = this.count === 0 ? 0 : 1;
    this.buffer.writeInt32BE(dimensions, 0);
    this.buffer.writeInt32BE(this.hasNull ? 1 : 0, 4);
    this.buffer.writeInt32BE(this.oid, 8);
    if (dimensions === 0) return this.buffer.subarray(0, 12);
    this.buffer.writeInt32BE(this.count, 12);
    this.buffer.writeInt32BE(1, 16);
    return this.buffer.subarray(0, this.position);
  }

  reset(): void {
    this.position = HEADER_BYTES;
    this.count = 0;
    this.hasNull = false;
  }

  /** Copies the elements of some rows, which rise, into an empty column of the same type, each to its new place. */
  copyTo(target: this, places: ReadonlyMap<number, number>): void {
    this.forEach((bytes, row) => {
      const place = places.get(row);
      if (place === undefined || !bytes) return;
      target.reserve(place, 4 + bytes.length);
      target.buffer.writeInt32BE(bytes.length, target.position);
      bytes.copy(target.buffer, target.position + 4);
      target.position += 4 + bytes.length;
    });
  }

  /** The value of a row as JavaScript has it, or undefined for null. For the rare look back, not the hot path. */
  get(row: number): unknown {
    return this.toArray(row + 1)[row];
  }

  /** The values of the first `rows` rows as JavaScript has them, undefined for null. For the rare look back. */
  toArray(rows: number): unknown[] {
    const values = new Array<unknown>(rows).fill(undefined);
    this.forEach((bytes, row) => {
      if (bytes && row < rows) values[row] = this.decode(bytes);
    });
    return values;
  }

  protected abstract decode(bytes: Buffer): unknown;

  private forEach(visit: (bytes: Buffer | undefined, row: number) => void): void {
    let at = HEADER_BYTES;
    for (let row = 0; row < this.count; row++) {
      const length = this.buffer.readInt32BE(at);
      at += 4;
      visit(length < 0 ? undefined : this.buffer.subarray(at, at + length), row);
      at += Math.max(0, length);
    }
  }
}

export class Int4Column extends ArrayColumn {
  constructor() {
    super(OID.int4);
  }
  set(row: number, value: number): void {
    this.reserve(row, 8);
    this.buffer.writeInt32BE(4, this.position);
    this.buffer.writeInt32BE(value, this.position + 4);
    this.position += 8;
  }
  protected decode(bytes: Buffer): number {
    return bytes.readInt32BE(0);
  }
}

/** A 64-bit integer as two halves, which beats a BigInt: `value` is whole and within ±2^53. */
function writeInt8(buffer: Buffer, value: number, position: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_POW_32), position);
  buffer.writeUInt32BE(value >>> 0, position + 4);
}

/** Numbers with a fixed count of digits behind the point, rounded to whole ones of them: with scale 10, 21.4 is 214. */
export class ScaledInt4Column extends Int4Column {
  private readonly scale: number;
  constructor(scale: number) {
    super();
    this.scale = scale;
  }
  override set(row: number, value: number): void {
    super.set(row, Math.round(value * this.scale));
  }
  protected override decode(bytes: Buffer): number {
    return super.decode(bytes) / this.scale;
  }
}

/** The same in eight bytes; `value * scale` must be within ±2^53. */
export class ScaledInt8Column extends ArrayColumn {
  private readonly scale: number;
  constructor(scale: number) {
    super(OID.int8);
    this.scale = scale;
  }
  set(row: number, value: number): void {
    this.reserve(row, 12);
    this.buffer.writeInt32BE(8, this.position);
    writeInt8(this.buffer, Math.round(value * this.scale), this.position + 4);
    this.position += 12;
  }
  protected decode(bytes: Buffer): number {
    return Number(bytes.readBigInt64BE(0)) / this.scale;
  }
}

/** Seven significant digits are what four bytes hold. */
export const sevenDigits = (value: number): number => Number(Math.fround(value).toPrecision(7));

export class Float4Column extends ArrayColumn {
  constructor() {
    super(OID.float4);
  }
  set(row: number, value: number): void {
    this.reserve(row, 8);
    this.buffer.writeInt32BE(4, this.position);
    this.buffer.writeFloatBE(value, this.position + 4);
    this.position += 8;
  }
  protected decode(bytes: Buffer): number {
    return sevenDigits(bytes.readFloatBE(0));
  }
}

export class Float8Column extends ArrayColumn {
  constructor() {
    super(OID.float8);
  }
  set(row: number, value: number): void {
    this.reserve(row, 12);
    this.buffer.writeInt32BE(8, this.position);
    this.buffer.writeDoubleBE(value, this.position + 4);
    this.position += 12;
  }
  protected decode(bytes: Buffer): number {
    return bytes.readDoubleBE(0);
  }
}

export class TimestampColumn extends ArrayColumn {
  constructor() {
    super(OID.timestamptz);
  }
  /** @param epochMs milliseconds since 1970, whole, within ±8.64e15 as a Date allows */
  set(row: number, epochMs: number): void {
    this.reserve(row, 12);
    // Microseconds stay below 2^53 until the year 2255.
    this.buffer.writeInt32BE(8, this.position);
    writeInt8(this.buffer, (epochMs - POSTGRES_EPOCH_MS) * 1000, this.position + 4);
    this.position += 12;
  }
  protected decode(bytes: Buffer): number {
    return Number(bytes.readBigInt64BE(0) / 1000n) + POSTGRES_EPOCH_MS;
  }
}

export class TextColumn extends ArrayColumn {
  constructor() {
    super(OID.text);
  }
  set(row: number, value: string): void {
    const bytes = Buffer.byteLength(value);
    this.reserve(row, 4 + bytes);
    this.buffer.writeInt32BE(bytes, this.position);
    this.buffer.write(value, this.position + 4, "utf8");
    this.position += 4 + bytes;
  }
  protected decode(bytes: Buffer): string {
    return bytes.toString("utf8");
  }
}

export class JsonbColumn extends ArrayColumn {
  constructor() {
    super(OID.jsonb);
  }
  /** @param json the text of a JSON value; jsonb's binary form is a version byte (1) before that text */
  set(row: number, json: string): void {
    const bytes = Buffer.byteLength(json) + 1;
    this.reserve(row, 4 + bytes);
    this.buffer.writeInt32BE(bytes, this.position);
    this.buffer.writeUInt8(1, this.position + 4);
    this.buffer.write(json, this.position + 5, "utf8");
    this.position += 4 + bytes;
  }
  protected decode(bytes: Buffer): unknown {
    return parseExact(bytes.toString("utf8", 1));
  }
}

export class ByteaColumn extends ArrayColumn {
  constructor() {
    super(OID.bytea);
  }
  set(row: number, value: Uint8Array): void {
    this.reserve(row, 4 + value.length);
    this.buffer.writeInt32BE(value.length, this.position);
    this.buffer.set(value, this.position + 4);
    this.position += 4 + value.length;
  }
  protected decode(bytes: Buffer): Buffer {
    return Buffer.from(bytes);
  }
}

/**
 * An array of rows' values for a statement that is not on the hot path; undefined and null become null.
 * Shorter than `rows` when the last ones are null, which `unnest` pads.
 */
export function arrayOf<T, R>(
  column: ArrayColumn & { set(row: number, value: T): void },
  rows: readonly R[],
  value: (row: R) => T | null | undefined,
): Buffer {
  rows.forEach((row, i) => {
    const given = value(row);
    if (given !== null && given !== undefined) column.set(i, given);
  });
  return column.finish();
}
