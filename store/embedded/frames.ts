/**
 * Messages of the PostgreSQL wire protocol 3.0, as far as a server that passes them on must know them.
 * https://www.postgresql.org/docs/17/protocol-message-formats.html
 */

/** One byte says the type, four the length, which counts itself but not the type. */
const HEADER_BYTES = 5;

/**
 * The longest message that a client may send, in bytes. A batch of 100,000 readings with 20 quantities is about 20 MB;
 * PostgreSQL itself allows 1 GB, which a WebAssembly memory of 4 GB would not survive for long.
 */
const MAX_FRAME_BYTES = 64 * 1024 * 1024;

/** As MAX_STARTUP_PACKET_LENGTH in PostgreSQL's libpq/pqcomm.h. */
const MAX_STARTUP_BYTES = 10_000;

/**
 * The messages that a client may send once it has started. A function call (`F`) and anything unknown ends the
 * connection.
 */
export const FRONTEND = {
  query: 0x51, // Q
  parse: 0x50, // P
  bind: 0x42, // B
  describe: 0x44, // D
  execute: 0x45, // E
  close: 0x43, // C
  flush: 0x48, // H
  sync: 0x53, // S
  terminate: 0x58, // X
  copyData: 0x64, // d
  copyDone: 0x63, // c
  copyFail: 0x66, // f
} as const;
const FRONTEND_TYPES = new Set<number>(Object.values(FRONTEND));

/** A client broke the protocol; only its own connection ends. */
export class ProtocolError extends Error {}

/** Cuts a stream of chunks into whole messages; a message that spans chunks is copied once. */
export class FrameReader {
  #head: Buffer = Buffer.alloc(0);
  #partial: { bytes: Buffer; filled: number } | undefined;

  /** @throws ProtocolError for a type or length that no client sends. */
  *read(chunk: Buffer): Generator<Buffer> {
    let rest = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    this.#head = Buffer.alloc(0);
    while (rest.length > 0) {
      if (!this.#partial) {
        if (rest.length < HEADER_BYTES) {
          this.#head = Buffer.from(rest);
          return;
        }
        const total = frameBytes(rest);
        if (rest.length >= total) {
          yield rest.subarray(0, total);
          rest = rest.subarray(total);
          continue;
        }
        this.#partial = { bytes: Buffer.allocUnsafe(total), filled: 0 };
      }
      const partial: { bytes: Buffer; filled: number } = this.#partial;
      const copied = rest.copy(partial.bytes, partial.filled);
      partial.filled += copied;
      rest = rest.subarray(copied);
      if (partial.filled === partial.bytes.length) {
        this.#partial = undefined;
        yield partial.bytes;
      }
    }
  }
}

function frameBytes(head: Buffer): number {
  const type = head[0] as number;
  if (!FRONTEND_TYPES.has(type)) {
    throw new ProtocolError(`message type 0x${type.toString(16)} is not supported by the embedded database`);
  }
  const length = head.readInt32BE(1);
  if (length < 4 || length > MAX_FRAME_BYTES) {
    throw new ProtocolError(
      `a message of type '${String.fromCharCode(type)}' says ${length} bytes: expected 4 to ${MAX_FRAME_BYTES}`,
    );
  }
  return length + 1;
}

export type Startup =
  | { readonly kind: "incomplete" }
  | { readonly kind: "encryption"; readonly bytes: number }
  | { readonly kind: "cancel" }
  | {
      readonly kind: "start";
      readonly bytes: number;
      readonly minorVersion: number;
      readonly parameters: Record<string, string>;
    };

/**
 * Reads the untyped packet that opens a connection.
 * @throws ProtocolError for anything but protocol 3, TLS or GSS requests and cancel requests.
 */
export function readStartup(bytes: Buffer): Startup {
  if (bytes.length < 8) return { kind: "incomplete" };
  const length = bytes.readInt32BE(0);
  if (length < 8 || length > MAX_STARTUP_BYTES) {
    throw new ProtocolError(`a startup packet says ${length} bytes: expected 8 to ${MAX_STARTUP_BYTES}`);
  }
  const code = bytes.readInt32BE(4);
  if (code === 80_877_103 || code === 80_877_104) return { kind: "encryption", bytes: 8 };
  if (code === 80_877_102) return { kind: "cancel" };
  if (code >>> 16 !== 3) throw new ProtocolError(`protocol ${code >>> 16}.${code & 0xffff}: expected 3.0`);
  if (bytes.length < length) return { kind: "incomplete" };
  const words = bytes.toString("utf8", 8, length).split("\0");
  const parameters: Record<string, string> = {};
  for (let i = 0; i + 1 < words.length && words[i] !== ""; i += 2) parameters[words[i]!] = words[i + 1]!;
  return { kind: "start", bytes: length, minorVersion: code & 0xffff, parameters };
}

/** Builds a message: a string part is a C string, a number an int32. Used for both directions. */
export function frame(type: string, ...parts: (string | number | Buffer)[]): Buffer {
  const body = parts.map((part) => {
    if (typeof part === "string") return Buffer.from(`${part}\0`);
    if (typeof part !== "number") return part;
    const int = Buffer.alloc(4);
    int.writeInt32BE(part);
    return int;
  });
  const length = body.reduce((sum, part) => sum + part.length, 4);
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(type, "latin1");
  header.writeInt32BE(length, 1);
  return Buffer.concat([header, ...body]);
}

/** A FATAL ErrorResponse, after which the connection ends. */
export function fatal(sqlstate: string, message: string): Buffer {
  return frame("E", "SFATAL", "VFATAL", `C${sqlstate}`, `M${message}`, Buffer.from([0]));
}

/** The end (exclusive, at its zero byte) of the C string that starts at `from`. */
export function cStringEnd(bytes: Buffer, from: number): number {
  const end = bytes.indexOf(0, from);
  if (end < 0)
    throw new ProtocolError(`a message of type '${String.fromCharCode(bytes[0]!)}' lacks a zero byte`);
  return end;
}

/** The same message with bytes `from` to `to` replaced, as parts so that a large rest is not copied. */
export function replaceInFrame(bytes: Buffer, from: number, to: number, text: string): [Buffer, Buffer] {
  const replacement = Buffer.from(text);
  const start = Buffer.concat([bytes.subarray(0, from), replacement]);
  start.writeInt32BE(bytes.length - 1 - (to - from) + replacement.length, 1);
  return [start, bytes.subarray(to)];
}

/** `I` idle, `T` in a transaction, `E` in a failed one. */
export type TransactionStatus = "I" | "T" | "E";

export interface ResponseSummary {
  /** Of the last ReadyForQuery; undefined while a sequence is open (after Flush). */
  readonly status: TransactionStatus | undefined;
  readonly failed: boolean;
  /** True when a SET or RESET was completed. */
  readonly settingsChanged: boolean;
}

/** Walks over the engine's answer, without touching rows. */
export function summarize(response: Buffer): ResponseSummary {
  let status: TransactionStatus | undefined;
  let failed = false;
  let settingsChanged = false;
  for (let at = 0; at + HEADER_BYTES <= response.length; at += 1 + response.readInt32BE(at + 1)) {
    const type = response[at];
    if (type === 0x5a) status = String.fromCharCode(response[at + HEADER_BYTES]!) as TransactionStatus;
    else if (type === 0x45) failed = true;
    else if (type === 0x43) {
      const tag = response.toString("latin1", at + HEADER_BYTES, at + HEADER_BYTES + 6);
      if (tag.startsWith("SET\0") || tag === "RESET\0") settingsChanged = true;
    }
  }
  return { status, failed, settingsChanged };
}

/** The first column of the first row, as text; for the server's own questions to the engine. */
export function firstValue(response: Buffer): string | undefined {
  for (let at = 0; at + HEADER_BYTES <= response.length; at += 1 + response.readInt32BE(at + 1)) {
    if (response[at] !== 0x44) continue;
    const length = response.readInt32BE(at + HEADER_BYTES + 2);
    const from = at + HEADER_BYTES + 6;
    return length < 0 ? undefined : response.toString("utf8", from, from + length);
  }
  return undefined;
}

/** The first error's message, likewise. */
export function firstError(response: Buffer): string | undefined {
  for (let at = 0; at + HEADER_BYTES <= response.length; at += 1 + response.readInt32BE(at + 1)) {
    if (response[at] !== 0x45) continue;
    const fields = response
      .toString("utf8", at + HEADER_BYTES, at + 1 + response.readInt32BE(at + 1))
      .split("\0");
    return fields.find((field) => field.startsWith("M"))?.slice(1);
  }
  return undefined;
}
