import type { CodecFault, FaultReason } from "./codec.ts";

/** The digits of bytes, two each, in small letters. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** One byte, as faults and manuals write it. */
export const byteHex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, "0");

/** The sum of bytes, of which a byte is left. */
export const sumOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0);

/**
 * Reads bytes one after the other. Past the end it reads zeros and remembers where that began, so that a codec need only
 * ask once, at its end, if there was a fault; a loop has to ask for `left`.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  at = 0;
  /** The first fault. */
  fault: CodecFault | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(reason: FaultReason, name: string, detail: string, at = this.at): void {
    this.fault ??= { reason, at: `byte ${at} (${name})`, detail };
  }

  take(length: number, name: string): Uint8Array {
    if (length > this.left) {
      this.fail("short", name, `${this.left} bytes are left, expected ${length}`);
      this.at = this.bytes.length;
      return new Uint8Array(length);
    }
    const taken = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return taken;
  }

  hex(length: number, name: string): string {
    return hexOf(this.take(length, name));
  }

  byte(name: string): number {
    return this.take(1, name)[0]!;
  }

  /** A whole number of up to six bytes, the high byte first. */
  uint(length: number, name: string): number {
    return this.take(length, name).reduce((sum, byte) => sum * 256 + byte, 0);
  }

  int(length: number, name: string): number {
    return signed(this.uint(length, name), length);
  }

  /** The same with the low byte first. */
  uintLow(length: number, name: string): number {
    return this.take(length, name).reduceRight((sum, byte) => sum * 256 + byte, 0);
  }

  intLow(length: number, name: string): number {
    return signed(this.uintLow(length, name), length);
  }

  /** A number of IEEE 754 in four bytes, the high byte first. */
  float(name: string): number {
    return Buffer.from(this.take(4, name)).readFloatBE();
  }

  /** Fails where bytes are left that nothing has read. */
  expectEnd(): void {
    if (this.left > 0) this.fail("length", "end", `${this.left} bytes more than expected`);
  }
}

const signed = (value: number, length: number): number =>
  value < 2 ** (8 * length - 1) ? value : value - 2 ** (8 * length);

/** The names of the bits that are set, from the lowest; a bit without a name says nothing. */
export const bitNames = (value: number, names: readonly (string | undefined)[]): string[] =>
  names.filter((name, bit): name is string => name !== undefined && (value & (1 << bit)) !== 0);
