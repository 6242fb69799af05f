import type { Socket } from "node:net";
import {
  cStringEnd,
  FRONTEND,
  FrameReader,
  fatal,
  frame,
  ProtocolError,
  readStartup,
  replaceInFrame,
} from "./frames.ts";
import { StatementNames, usesUnnamedStatement } from "./names.ts";
import { PATIENT_APPLICATION, URGENT_APPLICATION } from "./urgent.ts";

/** Messages that run in one go: up to a Sync, Query or Flush, or as many as reach UNIT_BYTES. */
export interface Unit {
  readonly parts: Buffer[];
  bytes: number;
  /** It binds or describes the unnamed statement before it parses one. */
  needsUnnamed: boolean;
  /** The last Parse of the unnamed statement in it; null when a Query has dropped that statement. */
  unnamed: Buffer | null | undefined;
}

/** A sequence without a Sync is handed over in pieces of about this size. */
const UNIT_BYTES = 4 * 1024 * 1024;
/** The cost of a part besides its bytes, so that a flood of tiny messages counts as much as the work that it makes. */
const PART_OVERHEAD_BYTES = 128;
/** A client that has sent more than this ahead of its turn is not read any further. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

/** The part of the server that a connection uses: it holds the one session. */
export interface SessionTurns {
  /** Says that this connection has something to run, or must be cleaned up after. */
  wanted(connection: Connection): void;
  readonly parameters: ReadonlyMap<string, string>;
  nextStatementName(): string;
  /** For BackendKeyData; cancelling is not supported, so it is only a number. */
  readonly processId: number;
}

/** Commands that would reach into other connections, because the session is shared, or wait for ever. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/(^|;)\s*listen\b/i, "LISTEN is not supported by the embedded database"],
  [/(^|;)\s*deallocate\s+(prepare\s+)?all\b/i, "DEALLOCATE ALL is not supported by the embedded database"],
  [/(^|;)\s*discard\s+all\b/i, "DISCARD ALL is not supported by the embedded database"],
];

/** COPY FROM STDIN would wait for data that can't come while the engine runs; failing it at once ends it. */
const COPY_FAIL = frame("f", "COPY FROM STDIN is not supported by the embedded database");

/** One client: turns its bytes into units, and keeps its own state in the shared session. */
export class Connection {
  readonly names: StatementNames;
  /** Session settings as JSON; undefined until it has changed any. */
  settings: string | undefined;
  settingsChanged = false;
  /** The text of the unnamed statement that it parsed last, to be parsed again if another connection came between. */
  unnamed: Buffer | undefined;
  closed = false;
  /** True when it said at its start that it does not wait behind others. */
  urgent = false;
  /** True when it said at its start that it lets the others go first. */
  patient = false;

  readonly #socket: Socket;
  readonly #turns: SessionTurns;
  readonly #frames = new FrameReader();
  #startup: Buffer | undefined = Buffer.alloc(0);
  readonly #units: Unit[] = [];
  #open: Unit = newUnit();
  #waitingBytes = 0;
  #mentionsCopy = false;
  #draining = false;

  constructor(socket: Socket, turns: SessionTurns) {
    this.#socket = socket;
    this.#turns = turns;
    this.names = new StatementNames(() => turns.nextStatementName());
    socket.on("data", (chunk: Buffer) => this.#receive(chunk));
    socket.on("drain", () => {
      this.#draining = false;
      if (this.runnable) turns.wanted(this);
    });
    // A reset is followed by close, which is all that matters here.
    socket.on("error", () => {});
    socket.on("close", () => this.#end());
  }

  /** True when it has something to run and reads its answers. */
  get runnable(): boolean {
    return !this.closed && !this.#draining && this.#units.length > 0;
  }

  /** True when it has nothing left to run but its goodbye. */
  get leaving(): boolean {
    return this.#units.length === 1 && this.#units[0]?.parts.length === 0;
  }

  /** The next unit; undefined when there is none or when the client has said goodbye. */
  take(): Unit | undefined {
    const unit = this.#units.shift();
    if (!unit) return undefined;
    if (unit.parts.length === 0) {
      this.#socket.destroy();
      this.#end();
      return undefined;
    }
    this.#waitingBytes -= unit.bytes;
    if (this.#waitingBytes <= MAX_WAITING_BYTES && this.#socket.isPaused()) this.#socket.resume();
    return unit;
  }

  send(answer: Buffer): void {
    if (!this.closed && answer.length > 0 && !this.#socket.write(answer)) this.#draining = true;
  }

  /** Ends the connection with a FATAL error. */
  fail(sqlstate: string, message: string): void {
    if (this.closed) return;
    this.#socket.removeAllListeners("data");
    this.#socket.write(fatal(sqlstate, message));
    // A client that does not read its answers will not read this one either.
    if (this.#draining) this.#socket.destroy();
    else this.#socket.destroySoon();
    this.#end();
  }

  #end(): void {
    if (this.closed) return;
    this.closed = true;
    this.#units.length = 0;
    this.#turns.wanted(this);
  }

  #receive(chunk: Buffer): void {
    try {
      let rest = chunk;
      if (this.#startup) {
        const after = this.#start(Buffer.concat([this.#startup, chunk]));
        if (!after) return;
        rest = after;
      }
      for (const message of this.#frames.read(rest)) {
        if (message[0] === FRONTEND.terminate) {
          // In its turn, after everything that was sent before it.
          this.#socket.removeAllListeners("data");
          this.#units.push(newUnit());
          break;
        }
        this.#accept(message);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail("08P01", error.message);
      return;
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#socket.pause();
    if (this.runnable) this.#turns.wanted(this);
  }

  /** Opens the connection. Returns the bytes after the startup packet once that is complete. */
  #start(bytes: Buffer): Buffer | undefined {
    let rest = bytes;
    for (;;) {
      const packet = readStartup(rest);
      if (packet.kind === "incomplete") {
        this.#startup = rest;
        return undefined;
      }
      if (packet.kind === "cancel") {
        this.#socket.destroy();
        return undefined;
      }
      rest = rest.subarray(packet.bytes);
      if (packet.kind === "encryption") {
        // The socket lies in a folder that only its owner may enter: no encryption, no password.
        this.#socket.write("N");
        continue;
      }
      this.#startup = undefined;
      this.urgent = packet.parameters.application_name === URGENT_APPLICATION;
      this.patient = packet.parameters.application_name === PATIENT_APPLICATION;
      const unknown = Object.keys(packet.parameters).filter((name) => name.startsWith("_pq_."));
      const opening = [frame("R", 0)];
      if (packet.minorVersion > 0 || unknown.length > 0) {
        opening.unshift(frame("v", 0x30000, unknown.length, ...unknown));
      }
      for (const [name, value] of this.#turns.parameters) opening.push(frame("S", name, value));
      opening.push(frame("S", "application_name", packet.parameters.application_name ?? ""));
      opening.push(frame("K", this.#turns.processId, 0), frame("Z", Buffer.from("I")));
      this.#socket.write(Buffer.concat(opening));
      return rest;
    }
  }

  #accept(message: Buffer): void {
    const type = message[0];
    switch (type) {
      case FRONTEND.copyData:
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
        // The COPY that they belong to has failed already; PostgreSQL ignores them as well.
        return;
      case FRONTEND.query:
        this.#add(this.#checkText(message, 5));
        this.#open.unnamed = null;
        break;
      case FRONTEND.parse: {
        const textAt = cStringEnd(message, 5) + 1;
        const checked = this.#checkText(message, textAt);
        // Type byte, four of length, and the empty name's zero byte.
        if (textAt === 6) this.#open.unnamed = checked;
        this.#add(...this.names.rename(checked));
        break;
      }
      default:
        if (!this.#open.unnamed && usesUnnamedStatement(message)) this.#open.needsUnnamed = true;
        this.#add(...this.names.rename(message));
    }
    if (this.#mentionsCopy && (type === FRONTEND.query || type === FRONTEND.execute)) this.#add(COPY_FAIL);
    const ends = type === FRONTEND.sync || type === FRONTEND.query || type === FRONTEND.flush;
    if (ends || this.#open.bytes >= UNIT_BYTES) {
      this.#units.push(this.#open);
      this.#waitingBytes += this.#open.bytes;
      this.#open = newUnit();
    }
  }

  /** The message, or one that PostgreSQL answers with an error in the right place of the sequence. */
  #checkText(message: Buffer, from: number): Buffer {
    const to = cStringEnd(message, from);
    const text = message.toString("latin1", from, to);
    this.#mentionsCopy ||= /\bcopy\b/i.test(text);
    const refusal = REFUSED.find(([pattern]) => pattern.test(text));
    if (!refusal) return message;
    // A cast that fails while the statement is analysed is the only way to give an error words of our own
    // without running anything: `invalid input syntax for type integer: "LISTEN is not supported …"`.
    return Buffer.concat(replaceInFrame(message, from, to, `select '${refusal[1]}'::int`));
  }

  #add(...parts: Buffer[]): void {
    for (const part of parts) {
      this.#open.parts.push(part);
      this.#open.bytes += part.length + PART_OVERHEAD_BYTES;
    }
  }
}

function newUnit(): Unit {
  return { parts: [], bytes: 0, needsUnnamed: false, unnamed: undefined };
}
