import { frameAround } from "./frame.ts";

/** The header of a message and its body, as yet unread. Pure: bytes in, a message or a fault out, and back. */

/** Messages by their number. */
export const ID = {
  answer: 0x0001,
  heartbeat: 0x0002,
  logout: 0x0003,
  askForTime: 0x0004,
  askAgain: 0x0005,
  register: 0x0100,
  authenticate: 0x0102,
  parameters: 0x0104,
  location: 0x0200,
  askedLocation: 0x0201,
  locations: 0x0704,
  platformAnswer: 0x8001,
  platformAskAgain: 0x8003,
  time: 0x8004,
  registered: 0x8100,
  setParameters: 0x8103,
  askForParameters: 0x8104,
  control: 0x8105,
  askForLocation: 0x8201,
  track: 0x8202,
  text: 0x8300,
} as const;

/** The part of a header that an answer to it repeats. */
export interface Addressing {
  /** Digits as they are carried: 12 up to 2013, 20 since 2019. */
  readonly phone: string;
  /** True with the header of 2019. */
  readonly is2019: boolean;
  /** Of the protocol, from 2019 on. */
  readonly protocolVersion?: number | undefined;
}

export interface Jt808Message extends Addressing {
  readonly id: number;
  readonly serial: number;
  /** 0: the body is not encrypted. */
  readonly encryption: number;
  /** Which part of a body it carries, from 1; undefined where it carries the whole. */
  readonly part?: { readonly total: number; readonly index: number } | undefined;
  readonly body: Buffer;
}

/** Why a frame whose check is right is no message: its length is not what the header says. */
export interface LengthFault {
  readonly expected: number;
  readonly found: number;
}

const [SPLIT, VERSIONED, LENGTH] = [0x2000, 0x4000, 0x03ff];

/** @param content of a frame whose check is right */
export function readJt808(content: Buffer): Jt808Message | LengthFault {
  const attributes = content.readUInt16BE(2);
  const is2019 = (attributes & VERSIONED) !== 0;
  const isPart = (attributes & SPLIT) !== 0;
  const phoneAt = is2019 ? 5 : 4;
  const serialAt = phoneAt + (is2019 ? 10 : 6);
  const bodyAt = serialAt + (isPart ? 6 : 2);
  const expected = attributes & LENGTH;
  if (content.length !== bodyAt + expected) return { expected, found: content.length - bodyAt };
  return {
    id: content.readUInt16BE(0),
    encryption: (attributes >> 10) & 7,
    is2019,
    ...(is2019 ? { protocolVersion: content[4]! } : {}),
    phone: content.toString("hex", phoneAt, serialAt),
    serial: content.readUInt16BE(serialAt),
    ...(isPart
      ? { part: { total: content.readUInt16BE(serialAt + 2), index: content.readUInt16BE(serialAt + 4) } }
      : {}),
    body: content.subarray(bodyAt),
  };
}

/** A message from the platform, as a frame in the edition of the terminal. */
export function writeJt808(
  { phone, is2019, protocolVersion = 1 }: Addressing,
  id: number,
  serial: number,
  body: Uint8Array,
): Buffer {
  const head = Buffer.alloc(is2019 ? 17 : 12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(body.length | (is2019 ? VERSIONED : 0), 2);
  if (is2019) head[4] = protocolVersion;
  head.write(phone, is2019 ? 5 : 4, "hex");
  head.writeUInt16BE(serial, head.length - 2);
  return frameAround(Buffer.concat([head, body]));
}

/** The longest body of one frame. */
export const MAX_BODY_BYTES = LENGTH;

/** `0x0200`, as people and papers write it. */
export const nameOfId = (id: number): string => `0x${id.toString(16).toUpperCase().padStart(4, "0")}`;
