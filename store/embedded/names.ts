import { cStringEnd, FRONTEND, frame, replaceInFrame } from "./frames.ts";

/**
 * All connections share one session and so one name space of prepared statements. Each connection's names are
 * replaced by names that are unique in the engine, in the messages that carry them. Portals need no such care:
 * they end with their transaction, and one connection at a time is in a transaction.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  readonly #next: () => string;
  /** Closed in the messages that wait to be run; forgotten once they have run without an error. */
  #closing: string[] = [];

  constructor(next: () => string) {
    this.#next = next;
  }

  /** The message with the engine's name in it, in parts, or as it was when it names no statement. */
  rename(message: Buffer): Buffer[] {
    const place = statementName(message);
    if (!place || place.from === place.to) return [message];
    const name = message.toString("utf8", place.from, place.to);
    let own = this.#names.get(name);
    if (own === undefined) {
      own = this.#next();
      // Only Parse makes a statement; for the others PostgreSQL says that there is none of this name.
      if (message[0] === FRONTEND.parse) this.#names.set(name, own);
    }
    if (message[0] === FRONTEND.close) this.#closing.push(name);
    return replaceInFrame(message, place.from, place.to, own);
  }

  /** To be called after the renamed messages have run. */
  ran(failed: boolean): void {
    if (!failed) for (const name of this.#closing) this.#names.delete(name);
    this.#closing = [];
  }

  /** Close messages for every statement that this connection may have left in the engine. */
  closeAll(): Buffer[] {
    const messages = [...this.#names.values()].map((name) => frame("C", Buffer.from("S"), name));
    this.#names.clear();
    return messages;
  }
}

/** The place where a message names a prepared statement: bytes `from` to `to`. */
function statementName(message: Buffer): { from: number; to: number } | undefined {
  switch (message[0]) {
    case FRONTEND.parse:
      return { from: 5, to: cStringEnd(message, 5) };
    case FRONTEND.bind: {
      const from = cStringEnd(message, 5) + 1;
      return { from, to: cStringEnd(message, from) };
    }
    case FRONTEND.describe:
    case FRONTEND.close:
      return message[5] === 0x53 ? { from: 6, to: cStringEnd(message, 6) } : undefined;
    default:
      return undefined;
  }
}

/** True when a message uses the unnamed statement that an earlier Parse left behind. */
export function usesUnnamedStatement(message: Buffer): boolean {
  if (message[0] !== FRONTEND.bind && message[0] !== FRONTEND.describe) return false;
  const place = statementName(message);
  return place !== undefined && place.from === place.to;
}
