import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { atMostOnce } from "../../base/at-most-once.ts";
import type { Admission } from "../../base/connection-limits.ts";

/** Messages of one connection that are not settled yet. Beyond them it is not read. */
const MOST_WAITING = 64;

/** Unread answers after which a connection is ended: its device sends and does not listen. */
const MOST_UNSENT_BYTES = 256 * 1024;

export interface PacedConnectionOptions {
  /** Takes what was read; nothing more is read before it is done. */
  readonly take: (chunk: Buffer) => Promise<void>;
  /** Lets few lines of one text through: whoever connects again and again must not fill the log. */
  readonly logSome: (level: "debug" | "info" | "error", fields: object, message: string) => void;
  /** A connection on which nobody known has spoken after this is ended. Milliseconds. */
  readonly strangerMs: number;
  /** Silence after which a connection is ended. Milliseconds. */
  readonly idleMs: number;
}

/** One connection, which is read as fast as its messages are settled. */
export class PacedConnection {
  readonly address: string | undefined;
  private readonly socket: Socket;
  private readonly admission: Admission;
  private readonly options: PacedConnectionOptions;
  private readonly ended = new AbortController();
  private strangerTimer: NodeJS.Timeout | undefined;
  private waiting = 0;
  /** Called once there is room for another message. */
  private onRoom: (() => void) | undefined;
  private isQuiet = false;
  /** The size of the chunk that is being read. */
  private chunkBytes = 0;

  constructor(socket: Socket, admission: Admission, options: PacedConnectionOptions) {
    this.socket = socket;
    this.admission = admission;
    this.options = options;
    this.address = admission.address;
    this.isStranger();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(options.idleMs, () => socket.destroy());
    socket.on("error", (error) => this.log("debug", "connection broke", { err: error }));
    socket.on("drain", () => this.onRoom?.());
    socket.once("close", () => {
      clearTimeout(this.strangerTimer);
      this.ended.abort();
      this.onRoom?.();
    });
    socket.on("data", (chunk: Buffer) => {
      socket.pause();
      this.chunkBytes = chunk.length;
      options.take(chunk).then(
        () => this.readOn(),
        (error: unknown) => {
          if (!this.isEnded)
            this.log("error", "the platform failed with a message, and ended its connection", { err: error });
          socket.destroy();
        },
      );
    });
  }

  get isEnded(): boolean {
    return this.ended.signal.aborted || this.socket.destroyed;
  }

  /** True where nothing more is to be taken. */
  get isClosing(): boolean {
    return this.isQuiet || this.isEnded;
  }

  get unsentBytes(): number {
    return this.socket.writableLength;
  }

  /** Bytes that were read and are not taken yet. */
  get heldBytes(): number {
    return this.chunkBytes + this.socket.readableLength;
  }

  /** Somebody known has spoken. */
  isKnown(): void {
    clearTimeout(this.strangerTimer);
    this.strangerTimer = undefined;
    this.admission.known();
  }

  /** Nobody known speaks here, yet or any more. */
  isStranger(): void {
    if (this.strangerTimer !== undefined) return;
    this.strangerTimer = setTimeout(() => this.socket.destroy(), this.options.strangerMs);
    this.strangerTimer.unref();
  }

  /** Reads nothing more; what was taken is still answered. */
  quiesce(): void {
    this.isQuiet = true;
    this.socket.pause();
  }

  /** Sends what is left to be sent, and ends. */
  end(): void {
    this.isQuiet = true;
    this.socket.end(() => this.socket.destroy());
    // Whoever does not read is not waited for.
    setTimeout(() => this.socket.destroy(), 1000).unref();
  }

  /** Ends it at once, and says why. */
  cut(why: string): void {
    this.log("info", why, {});
    this.socket.destroy();
  }

  /** @throws AbortError when the connection has ended meanwhile, and nothing is left to be done */
  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.ended.signal, ref: false });
  }

  /** Waits until fewer messages are unsettled, and answers are read. */
  async waitForRoom(): Promise<void> {
    while (!this.isEnded && (this.waiting >= MOST_WAITING || this.socket.writableNeedDrain))
      await new Promise<void>((resolve) => {
        this.onRoom = resolve;
      });
  }

  /** Counts a message until it is settled, and goes on then. @param hand gives it away */
  handOver<T>(hand: (settled: () => void) => T, then: () => void = () => {}): T {
    this.waiting++;
    return hand(
      atMostOnce(() => {
        this.waiting--;
        then();
        this.onRoom?.();
      }),
    );
  }

  write(bytes: Buffer): void {
    if (!this.socket.writable) return;
    this.socket.write(bytes);
    if (this.socket.writableLength > MOST_UNSENT_BYTES) this.socket.destroy();
  }

  private readOn(): void {
    if (!this.isClosing) this.socket.resume();
  }

  private log(level: "debug" | "info" | "error", message: string, fields: object): void {
    this.options.logSome(level, { address: this.address, ...fields }, message);
  }
}
