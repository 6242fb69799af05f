import { connect, type Socket } from "node:net";
import type { ConnectionOptions, DeviceConnection, SendOutcome } from "../connection.ts";
import type { Message } from "../pack.ts";
import {
  answersIn,
  batchOf,
  locationOf,
  MOST_IN_BATCH,
  type PlatformAnswer,
  simOf,
  terminalMessage,
} from "./words.ts";

const [LOGIN, LOCATION, LOCATIONS, HEARTBEAT] = [0x0102, 0x0200, 0x0704, 0x0002];
const HEARTBEAT_MS = 60_000;

/** A message with the frames that carry it. It is acknowledged once all of them are. */
interface Underway {
  readonly message: Message;
  /** The bodies that are not answered yet, with their messages' numbers. */
  readonly open: Set<readonly [id: number, body: Buffer]>;
  wasSent: boolean;
  readonly settle: (outcome: SendOutcome) => void;
}

/** Opens the line of a terminal: `url` is that of the door, such as jt808://127.0.0.1:9808. */
export function openTerminalLine(options: ConnectionOptions): DeviceConnection {
  return new TerminalLine(options);
}

class TerminalLine implements DeviceConnection {
  connects = 0;
  trouble: string | undefined;
  readonly subscribed = false;
  private readonly options: ConnectionOptions;
  private readonly phone: string;
  private readonly underway = new Set<Underway>();
  private readonly waiting: { message: Message; resolve: (outcome: SendOutcome) => void }[] = [];
  /** What each serial of this connection was. */
  private readonly sent = new Map<number, { entry: Underway; part: readonly [number, Buffer] }>();
  private readonly heartbeat: NodeJS.Timeout;
  private socket: Socket | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private isIn = false;
  private isAway = false;
  private isEnding = false;
  private isClosed = false;
  private serial = 0;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;
  private stopWaiting: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.phone = simOf(options.username);
    this.heartbeat = setInterval(() => this.isIn && this.write(HEARTBEAT, Buffer.alloc(0)), HEARTBEAT_MS);
    this.heartbeat.unref();
    this.connect();
  }

  get connected(): boolean {
    return this.isIn;
  }

  get inFlight(): number {
    return this.underway.size;
  }

  hasRoom(): boolean {
    return !this.isEnding && this.underway.size < this.options.maxInFlight && this.waiting.length === 0;
  }

  publish(message: Message): Promise<SendOutcome> {
    if (this.isEnding) return Promise.resolve("unsent");
    return new Promise((resolve) => {
      if (this.hasRoom()) this.start(message, resolve);
      else this.waiting.push({ message, resolve });
    });
  }

  hangUp(): void {
    this.isAway = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.socket?.destroy();
  }

  dial(): void {
    if (!this.isAway || this.isClosed) return;
    this.isAway = false;
    this.connect();
  }

  abandon(): void {
    this.stopWaiting?.();
  }

  async close(graceMs: number): Promise<void> {
    if (this.isEnding) return;
    this.isEnding = true;
    if (this.underway.size > 0 && graceMs > 0)
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, graceMs);
        this.stopWaiting = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    this.isClosed = true;
    clearTimeout(this.timer);
    clearInterval(this.heartbeat);
    this.socket?.destroy();
    for (const { wasSent, settle } of this.underway) settle(wasSent ? "unacknowledged" : "unsent");
    this.underway.clear();
    for (const { resolve } of this.waiting.splice(0)) resolve("unsent");
  }

  private connect(): void {
    const { hostname, port } = new URL(this.options.url);
    const socket = connect({ host: hostname, port: Number(port) });
    this.socket = socket;
    this.rest = Buffer.alloc(0);
    this.sent.clear();
    socket.on("connect", () => this.write(LOGIN, Buffer.from(this.options.password)));
    socket.on("error", (error) => {
      this.trouble = error.message || "connection failed";
    });
    socket.on("data", (chunk) => {
      const { answers, rest } = answersIn(Buffer.concat([this.rest, chunk]));
      this.rest = rest;
      for (const answer of answers) this.hear(answer);
    });
    socket.on("close", () => {
      if (socket !== this.socket) return;
      this.isIn = false;
      if (!this.isClosed && !this.isAway) this.connectLater();
    });
  }

  private connectLater(): void {
    if (this.timer) return;
    const { shortestWaitMs = 500, longestWaitMs = 15_000 } = this.options;
    const wait = Math.min(longestWaitMs, shortestWaitMs * 2 ** this.failures++) * (0.5 + Math.random());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.connect();
    }, wait);
  }

  private hear({ serial, id, result }: PlatformAnswer): void {
    if (id === LOGIN) return this.hearLogin(result);
    const found = this.sent.get(serial);
    if (!found) return;
    this.sent.delete(serial);
    if (result !== 0) {
      this.trouble = `the platform answers a location by ${result}`;
      return;
    }
    const { entry, part } = found;
    entry.open.delete(part);
    if (entry.open.size > 0 || !this.underway.delete(entry)) return;
    this.options.onAcknowledged(entry.message);
    entry.settle("acknowledged");
    const next = this.waiting.shift();
    if (next) this.start(next.message, next.resolve);
    else if (!this.isEnding) this.options.onRoom?.();
    if (this.underway.size === 0) this.stopWaiting?.();
  }

  private hearLogin(result: number): void {
    if (result !== 0) {
      this.trouble = "the platform refuses the code";
      this.socket?.destroy();
      return;
    }
    this.isIn = true;
    this.connects++;
    this.failures = 0;
    this.trouble = undefined;
    for (const entry of [...this.underway]) this.send(entry);
    if (this.hasRoom()) this.options.onRoom?.();
  }

  private start(message: Message, settle: (outcome: SendOutcome) => void): void {
    const entry = { message, open: new Set(bodiesOf(message)), wasSent: false, settle };
    if (entry.open.size === 0) {
      // Events are bits of locations.
      this.options.onSent(message, false);
      this.options.onAcknowledged(message);
      settle("acknowledged");
      return;
    }
    this.underway.add(entry);
    if (this.isIn) this.send(entry);
  }

  private send(entry: Underway): void {
    this.options.onSent(entry.message, entry.wasSent);
    entry.wasSent = true;
    for (const part of entry.open) this.sent.set(this.write(...part), { entry, part });
  }

  /** @returns the serial of the message */
  private write(id: number, body: Buffer): number {
    const { serial } = this;
    this.serial = (serial + 1) & 0xffff;
    this.socket?.write(terminalMessage(id, this.phone, serial, body));
    return serial;
  }
}

/** The bodies of a message of readings; none for one of events. */
function bodiesOf({ topic, payload }: Message): (readonly [number, Buffer])[] {
  if (!topic.endsWith("/telemetry")) return [];
  const parsed = JSON.parse(payload) as Record<string, unknown> | Record<string, unknown>[];
  const locations = [parsed].flat().map(locationOf);
  if (locations.length === 1) return [[LOCATION, locations[0]!]];
  const bodies: (readonly [number, Buffer])[] = [];
  for (let at = 0; at < locations.length; at += MOST_IN_BATCH)
    bodies.push([LOCATIONS, batchOf(locations.slice(at, at + MOST_IN_BATCH))]);
  return bodies;
}
