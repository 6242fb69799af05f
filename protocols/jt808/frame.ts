/**
 * The frames of JT/T 808: between two flags 7E stand header, body and a check, in which 7E and 7D are escaped. Pure: bytes
 * in, whatever their splits, frames out.
 */

const FLAG = 0x7e;
const ESCAPE = 0x7d;
/** What stands behind an escape for each of the two. */
const [FOR_ESCAPE, FOR_FLAG] = [0x01, 0x02];

/** The shortest header, and the check. */
const SHORTEST_BYTES = 13;

/** The longest header, the longest body that ten bits can tell, and the check, if each byte is escaped. */
const LONGEST_BYTES = 2 * (21 + 1023 + 1);

/** Bytes without any frame, after which a reader gives its sender up. */
const HOPELESS_BYTES = 64 * 1024;

/** How a frame is broken: too short for a header, too long for any, or its check is wrong. */
export type BrokenPart = "short" | "long" | "check";

/** The numbers of what a reader has dropped. */
export type DroppedParts = Record<BrokenPart | "noiseBytes", number>;

/** A frame whose check is right. */
export interface Frame {
  /** As it came, with both flags. */
  readonly raw: Buffer;
  /** Header and body without escapes. */
  readonly content: Buffer;
}

/**
 * Finds the frames in a stream. A flag may end one frame and begin the next at once, so whatever stands between two flags is
 * looked at as a frame. It keeps at most one unfinished frame, and looks at each byte once.
 */
export class Jt808FrameReader {
  readonly dropped: DroppedParts = { short: 0, long: 0, check: 0, noiseBytes: 0 };
  private parts: Buffer[] = [];
  private pending = 0;
  /** False before the first flag, and where a frame is too long to be one. */
  private isInside = false;
  private sinceFrame = 0;

  /** True once much has come and no frame: whoever sends it is no terminal. */
  get isHopeless(): boolean {
    return this.sinceFrame > HOPELESS_BYTES;
  }

  /** The bytes of an unfinished frame. */
  get pendingBytes(): number {
    return this.pending;
  }

  /** @returns the frames that are complete now and whose check is right, in their order */
  push(chunk: Buffer): Frame[] {
    const frames: Frame[] = [];
    let from = 0;
    for (let flag = chunk.indexOf(FLAG); flag >= 0; flag = chunk.indexOf(FLAG, from)) {
      const frame = this.finish(chunk.subarray(from, flag));
      if (frame) frames.push(frame);
      from = flag + 1;
    }
    this.keep(chunk.subarray(from));
    this.sinceFrame = frames.length > 0 ? chunk.length - from : this.sinceFrame + chunk.length;
    return frames;
  }

  private keep(rest: Buffer): void {
    if (!this.isInside) {
      this.dropped.noiseBytes += rest.length;
      return;
    }
    if (this.pending + rest.length > LONGEST_BYTES) {
      this.dropped.long++;
      this.forget();
      this.isInside = false;
      return;
    }
    // A copy, so that a few bytes do not hold a whole chunk.
    if (rest.length > 0) this.parts.push(Buffer.from(rest));
    this.pending += rest.length;
    // Whoever sends byte by byte must not cost a buffer for each.
    if (this.parts.length > 16) this.parts = [Buffer.concat(this.parts)];
  }

  private forget(): void {
    this.parts = [];
    this.pending = 0;
  }

  /** Takes what stands before a flag. */
  private finish(last: Buffer): Frame | undefined {
    const wasInside = this.isInside;
    const escaped = this.pending > 0 ? Buffer.concat([...this.parts, last]) : last;
    this.forget();
    this.isInside = true;
    if (!wasInside) {
      this.dropped.noiseBytes += last.length;
      return undefined;
    }
    if (escaped.length === 0) return undefined;
    const found = escaped.length > LONGEST_BYTES ? "long" : contentOf(escaped);
    if (typeof found !== "string") return { raw: withFlags(escaped), content: found };
    this.dropped[found]++;
    return undefined;
  }
}

/** Reads one whole frame, with its flags. */
export function readFrame(raw: Buffer): Buffer | BrokenPart {
  const isWhole = raw.length >= 2 && raw[0] === FLAG && raw.indexOf(FLAG, 1) === raw.length - 1;
  return isWhole ? contentOf(raw.subarray(1, -1)) : "short";
}

const withFlags = (escaped: Buffer): Buffer => Buffer.concat([Buffer.of(FLAG), escaped, Buffer.of(FLAG)]);

function contentOf(escaped: Buffer): Buffer | BrokenPart {
  const bytes = withoutEscapes(escaped);
  if (bytes.length < SHORTEST_BYTES) return "short";
  // All bytes and their check give zero.
  return checkOf(bytes) === 0 ? bytes.subarray(0, -1) : "check";
}

/** The check: each byte and the next by exclusive or. */
function checkOf(bytes: Uint8Array): number {
  let check = 0;
  for (const byte of bytes) check ^= byte;
  return check;
}

/** An escape that stands for nothing is kept as it is: some terminals forget theirs. */
function withoutEscapes(escaped: Buffer): Buffer {
  const bytes = Buffer.alloc(escaped.length);
  let length = 0;
  for (let at = 0; at < escaped.length; at++) {
    const next = escaped[at + 1];
    if (escaped[at] === ESCAPE && (next === FOR_ESCAPE || next === FOR_FLAG)) {
      bytes[length++] = next === FOR_ESCAPE ? ESCAPE : FLAG;
      at++;
    } else bytes[length++] = escaped[at]!;
  }
  return bytes.subarray(0, length);
}

/** Header and body as a whole frame. */
export function frameAround(content: Uint8Array): Buffer {
  const bytes = [FLAG];
  for (const byte of [...content, checkOf(content)]) {
    if (byte === FLAG) bytes.push(ESCAPE, FOR_FLAG);
    else if (byte === ESCAPE) bytes.push(ESCAPE, FOR_ESCAPE);
    else bytes.push(byte);
  }
  bytes.push(FLAG);
  return Buffer.from(bytes);
}
