import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";

/**
 * A publisher that costs as little as possible, so that a measurement is about the broker and not the load: it writes
 * MQTT frames by hand on a plain socket and keeps a window of unacknowledged messages.
 */
export interface Addressed {
  readonly topic: string;
  readonly payload: string;
}

export interface PublisherOptions {
  readonly host: string;
  readonly port: number;
  /** One of this machine's own addresses: each has ports of its own. Unset: the system's choice. */
  readonly localAddress?: string | undefined;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
  readonly qos: 0 | 1;
  /** How many messages may be unacknowledged at once (QoS 1). */
  readonly window: number;
  /** The next payload, or undefined when there is none for now. One for another topic says which. */
  readonly next: () => string | Buffer | Addressed | undefined;
  /** Called right after `next` with the packet id that its payload got. */
  readonly sent?: (packetId: number) => void;
  /** Called for each acknowledged message with the time it took, in milliseconds. */
  readonly acknowledged?: (latencyMs: number, packetId: number) => void;
  readonly closed?: (error: Error | undefined) => void;
}

export class Publisher {
  private readonly options: PublisherOptions;
  private readonly socket: Socket;
  private readonly topicBytes: Buffer;
  /** By packet id. There are no more ids than needed, because ten thousand publishers each have these arrays. */
  private readonly sentAt: Float64Array;
  private readonly busy: Uint8Array;
  private packetId = 0;
  private rest: Buffer = Buffer.alloc(0);
  private stopped = false;
  inFlight = 0;

  private constructor(options: PublisherOptions, socket: Socket) {
    this.options = options;
    this.socket = socket;
    this.topicBytes = Buffer.from(options.topic);
    // Twice the window, so that a free id is found quickly; MQTT has 65,535.
    const ids = options.qos === 0 ? 0 : Math.min(65_535, 2 * options.window + 16);
    this.sentAt = new Float64Array(ids + 1);
    this.busy = new Uint8Array(ids + 1);
    socket.on("data", (chunk) => this.onData(chunk));
    socket.on("drain", () => this.fill());
    socket.on("close", () => options.closed?.(undefined));
  }

  /** Logs in. @throws when the broker refuses */
  static async connect(options: PublisherOptions): Promise<Publisher> {
    const { host, port, localAddress } = options;
    const socket = connect({ host, port, noDelay: true, ...(localAddress ? { localAddress } : {}) });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    socket.write(
      generate({
        cmd: "connect",
        protocolId: "MQTT",
        protocolVersion: 4,
        clean: true,
        // Behind a RabbitMQ cluster, a client id is that of its device, or one of two more.
        clientId: `${options.username}:1`,
        keepalive: 0,
        username: options.username,
        password: Buffer.from(options.password),
      }),
    );
    const connack = await new Promise<Buffer>((resolve, reject) => {
      socket.once("data", resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("closed before CONNACK")));
    });
    if (connack[0] !== 0x20 || connack[3] !== 0) throw new Error(`login refused: code ${connack[3]}`);
    socket.removeAllListeners("error");
    socket.removeAllListeners("close");
    socket.on("error", (error) => options.closed?.(error));
    return new Publisher(options, socket);
  }

  /** Sends as many messages as the window, the socket and `next` allow, in one write. */
  fill(): void {
    if (this.stopped || this.socket.writableNeedDrain) return;
    const frames: Buffer[] = [];
    // A write of some hundred messages is long enough; QoS 0 would otherwise never return.
    while (frames.length < 256 && (this.options.qos === 0 || this.inFlight < this.options.window)) {
      const next = this.options.next();
      if (next === undefined) break;
      const isAddressed = typeof next === "object" && "topic" in next;
      frames.push(
        isAddressed ? this.frame(Buffer.from(next.topic), next.payload) : this.frame(this.topicBytes, next),
      );
    }
    if (frames.length === 0) return;
    const more = this.socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames));
    if (this.options.qos === 0 && more) setImmediate(() => this.fill());
  }

  /** Sends no more. */
  stop(): void {
    this.stopped = true;
  }

  destroy(): void {
    this.stopped = true;
    this.socket.destroy();
  }

  /** Sends no more, and says goodbye after everything that was written; resolves when all of it has left. */
  end(): Promise<void> {
    this.stopped = true;
    return new Promise((resolve) => {
      this.socket.once("close", () => resolve());
      this.socket.end(generate({ cmd: "disconnect" }));
      if (this.socket.destroyed) resolve();
    });
  }

  private frame(topic: Buffer, payload: string | Buffer): Buffer {
    const { qos } = this.options;
    const bytes = Buffer.byteLength(payload);
    const remaining = 2 + topic.length + (qos > 0 ? 2 : 0) + bytes;
    const lengthBytes = remaining < 128 ? 1 : remaining < 16_384 ? 2 : remaining < 2_097_152 ? 3 : 4;
    const frame = Buffer.allocUnsafe(1 + lengthBytes + remaining);
    let at = frame.writeUInt8(0x30 | (qos << 1), 0);
    let rest = remaining;
    do {
      const digit = rest & 0x7f;
      rest >>= 7;
      at = frame.writeUInt8(rest > 0 ? digit | 0x80 : digit, at);
    } while (rest > 0);
    at = frame.writeUInt16BE(topic.length, at);
    at += topic.copy(frame, at);
    if (qos > 0) {
      const id = this.nextPacketId();
      this.sentAt[id] = performance.now();
      this.busy[id] = 1;
      this.inFlight++;
      this.options.sent?.(id);
      at = frame.writeUInt16BE(id, at);
    }
    if (typeof payload === "string") frame.write(payload, at, "utf8");
    else payload.copy(frame, at);
    return frame;
  }

  private nextPacketId(): number {
    const last = this.busy.length - 1;
    do this.packetId = this.packetId === last ? 1 : this.packetId + 1;
    while (this.busy[this.packetId]);
    return this.packetId;
  }

  private onData(chunk: Buffer): void {
    const data = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    // A publisher receives nothing but PUBACK: 0x40 0x02 and the packet id.
    for (; at + 4 <= data.length; at += 4) {
      if (data[at] !== 0x40) throw new Error(`expected PUBACK, got 0x${data[at]!.toString(16)}`);
      const id = data.readUInt16BE(at + 2);
      if (!this.busy[id]) throw new Error(`PUBACK for ${id}, which is not under way`);
      this.busy[id] = 0;
      this.inFlight--;
      this.options.acknowledged?.(performance.now() - this.sentAt[id]!, id);
    }
    this.rest = data.subarray(at);
    this.fill();
  }
}
