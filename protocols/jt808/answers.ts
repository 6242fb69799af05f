import { clockOf } from "./location.ts";
import { ID, type Jt808Message } from "./message.ts";

/** What the platform answers terminals. Pure: words in, a body out. */

/** A message on its way to a terminal, without its header. */
export interface Outgoing {
  readonly id: number;
  readonly body: Buffer;
}

/** The results of 0x8001. */
export const RESULT = { ok: 0, failed: 1, wrong: 2, unsupported: 3 } as const;

/** The results of 0x8100: it is in, it has another terminal already, or nobody knows the phone number, or who it says it is. */
export const REGISTER_RESULT = { ok: 0, otherTerminal: 3, unknown: 4 } as const;

/** The common answer. @param result one of `RESULT` */
export function answerTo808({ serial, id }: Pick<Jt808Message, "serial" | "id">, result: number): Outgoing {
  const body = Buffer.alloc(5);
  body.writeUInt16BE(serial, 0);
  body.writeUInt16BE(id, 2);
  body[4] = result;
  return { id: ID.platformAnswer, body };
}

/** @param code for a terminal that is in */
export function registered({ serial }: Pick<Jt808Message, "serial">, result: number, code = ""): Outgoing {
  const head = Buffer.alloc(3);
  head.writeUInt16BE(serial, 0);
  head[2] = result;
  return { id: ID.registered, body: Buffer.concat([head, Buffer.from(code, "latin1")]) };
}

/** Asks for parts of a body again. Their number is a byte up to 2013, and a word since. */
export function askAgain(firstSerial: number, indexes: readonly number[], is2019: boolean): Outgoing {
  const counted = is2019 ? indexes : indexes.slice(0, 255);
  const head = Buffer.alloc(is2019 ? 4 : 3);
  head.writeUInt16BE(firstSerial, 0);
  if (is2019) head.writeUInt16BE(counted.length, 2);
  else head[2] = counted.length;
  const body = Buffer.alloc(head.length + 2 * counted.length);
  head.copy(body);
  for (const [at, index] of counted.entries()) body.writeUInt16BE(index, head.length + 2 * at);
  return { id: ID.platformAskAgain, body };
}

/** The server's time, in UTC as public notes on 2019 have it. @param at epoch milliseconds */
export const serverTime = (at: number): Outgoing => ({
  id: ID.time,
  body: Buffer.from(clockOf(at), "hex"),
});
