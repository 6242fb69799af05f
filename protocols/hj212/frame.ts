/**
 * The packets of HJ 212: `##`, four digits with the bytes of the segment, the segment, four hexadecimal digits of a check,
 * CR and LF. Pure: bytes in, whatever their splits, segments out.
 */

/** The longest segment that four digits can tell. The standard allows 1024 bytes; stations send more. */
export const MAX_SEGMENT_BYTES = 9999;

const HEAD_BYTES = 6;
const CHECK_BYTES = 4;
const HASH = 0x23;
const CR = 0x0d;
const LF = 0x0a;
const AMPERSAND = 0x26;

/** How a packet is broken: its digits are no length or the wrong one, it ends before them, or its check is wrong. */
export type BrokenFrame = "length" | "short" | "crc";

/** The numbers of what a reader has dropped. */
export type Dropped = Record<BrokenFrame | "noiseBytes", number>;

/** The register of the standard: not Modbus, there the byte goes into the low half of the unshifted register. */
const STEPS = Uint16Array.from({ length: 256 }, (_, low) => {
  let register = low;
  for (let bit = 0; bit < 8; bit++) register = register & 1 ? (register >> 1) ^ 0xa001 : register >> 1;
  return register;
});

/** The check of a segment, as the standard's annex A reckons it. */
export function segmentCheck(segment: Uint8Array): number {
  let register = 0xffff;
  for (const byte of segment) {
    const mixed = (register >> 8) ^ byte;
    // The eight shifts of a 16-bit register whose upper half is zero now.
    register = STEPS[mixed]!;
  }
  return register;
}

/** A segment as a whole packet. */
export function frameOf(segment: string): Buffer {
  const bytes = Buffer.from(segment);
  const check = segmentCheck(bytes).toString(16).toUpperCase().padStart(CHECK_BYTES, "0");
  const length = String(bytes.length).padStart(4, "0");
  return Buffer.concat([Buffer.from(`##${length}`), bytes, Buffer.from(`${check}\r\n`)]);
}

/**
 * The bytes that a reader may check for each byte that came, and at first. Well-formed input costs one; made-up heads that
 * each claim the longest segment would cost a thousand.
 */
const WORK_PER_BYTE = 16;
const WORK_AT_FIRST = 64 * 1024;
/** What well-formed input saves up at most. */
const WORK_SAVED = 1024 * 1024;

/**
 * Finds the packets in a stream. Whatever stands between them is dropped and counted. It keeps at most one unfinished
 * packet.
 */
export class PacketReader {
  readonly dropped: Dropped = { length: 0, short: 0, crc: 0, noiseBytes: 0 };
  private rest: Buffer = Buffer.alloc(0);
  /** How far `rest` was searched for ends of packets, so that no byte is searched twice. */
  private searched = 0;
  /** The next end of a packet in `rest`: where its check begins. */
  private end: number | undefined;
  private work = WORK_AT_FIRST;

  /** True once the input has cost far more than packets do: whoever sends it is not a station. */
  get isHopeless(): boolean {
    return this.work < 0;
  }

  /** The bytes of an unfinished packet. */
  get pendingBytes(): number {
    return this.rest.length;
  }

  /** @returns the whole packets that are complete now, without CR and LF, in their order */
  push(chunk: Buffer): Buffer[] {
    this.work = Math.min(WORK_SAVED, this.work + chunk.length * WORK_PER_BYTE);
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (!this.isHopeless) {
      const start = this.findStart(bytes, at);
      at = start;
      const found = this.readAt(bytes, start);
      if (found === undefined) break;
      at = found.next;
      if (found.isWhole) frames.push(bytes.subarray(start, found.next));
    }
    if (this.isHopeless) at = bytes.length;
    this.forget(at);
    // A copy, so that a few bytes do not hold a whole chunk.
    this.rest = Buffer.from(bytes.subarray(at));
    return frames;
  }

  private forget(bytes: number): void {
    this.searched = Math.max(0, this.searched - bytes);
    this.end = this.end === undefined || this.end < bytes ? undefined : this.end - bytes;
  }

  /** The place of the next `##`, or of a `#` that may become one; drops what stands before. */
  private findStart(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === HASH && (at + 1 === bytes.length || bytes[at + 1] === HASH)) return at;
      if (byte !== CR && byte !== LF) this.dropped.noiseBytes++;
    }
    return bytes.length;
  }

  /** @returns where to go on behind the packet that begins here; undefined while more bytes are needed */
  private readAt(
    bytes: Buffer,
    start: number,
  ): { readonly next: number; readonly isWhole: boolean } | undefined {
    if (bytes.length - start < HEAD_BYTES) {
      // What stands there so far must be digits already.
      for (let at = start + 2; at < bytes.length; at++)
        if (!isDigit(bytes[at]!)) return this.drop("length", start + 1);
      return undefined;
    }
    let length = 0;
    for (let at = start + 2; at < start + HEAD_BYTES; at++) {
      const byte = bytes[at]!;
      // `###0140` may be a stray `#` before a packet.
      if (!isDigit(byte)) return this.drop("length", start + 1);
      length = length * 10 + (byte - 0x30);
    }
    const check = start + HEAD_BYTES + length;
    const end = this.nextEnd(bytes, start);
    // The packet ends where it does, whatever its digits say, and the next one is not to be waited for.
    if (end !== undefined && end < check) return this.drop("short", start + 2);
    if (bytes.length < check + CHECK_BYTES) return undefined;
    const told = readCheck(bytes, check);
    if (told === undefined) return this.drop("length", start + 2);
    this.work -= length;
    if (told !== segmentCheck(bytes.subarray(start + HEAD_BYTES, check))) {
      // One that ends where its digits say is broken inside, and nothing else begins there. CR and LF tell.
      if (bytes.length < check + CHECK_BYTES + 2) return undefined;
      return this.drop("crc", end === check ? check + CHECK_BYTES : start + 2);
    }
    return { next: check + CHECK_BYTES, isWhole: true };
  }

  private drop(how: BrokenFrame, next: number): { readonly next: number; readonly isWhole: false } {
    this.dropped[how]++;
    return { next, isWhole: false };
  }

  /** The place behind the next `&&` that is followed by a check, CR and LF: there a packet ends. */
  private nextEnd(bytes: Buffer, from: number): number | undefined {
    if (this.end !== undefined && this.end >= from) return this.end;
    this.end = undefined;
    let at = Math.max(from, this.searched);
    for (; at + 2 + CHECK_BYTES + 2 <= bytes.length; at++) {
      if (bytes[at] !== AMPERSAND || bytes[at + 1] !== AMPERSAND) continue;
      const check = at + 2;
      if (bytes[check + CHECK_BYTES] !== CR || bytes[check + CHECK_BYTES + 1] !== LF) continue;
      if (readCheck(bytes, check) === undefined) continue;
      this.end = check;
      at++;
      break;
    }
    this.searched = at;
    return this.end;
  }
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;

/** Four hexadecimal digits; lower case is accepted. */
function readCheck(bytes: Buffer, at: number): number | undefined {
  let value = 0;
  for (let i = at; i < at + CHECK_BYTES; i++) {
    const digit = hexDigit(bytes[i]!);
    if (digit === undefined) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(byte: number): number | undefined {
  if (isDigit(byte)) return byte - 0x30;
  const letter = byte & 0xdf;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x41 + 10 : undefined;
}
