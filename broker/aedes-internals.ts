import type { Duplex } from "node:stream";
import type { Aedes, Client } from "aedes";
import type { Packet } from "mqtt-packet";

/**
 * The few inner parts of aedes 1.2 that the broker needs and that have no public door. They are named here and
 * nowhere else; the exact version of aedes is pinned, and test/broker holds each of them to what is said here.
 */
interface Internals {
  /** mqtt-packet's parser; its states are looked up by name on the instance. */
  readonly _parser: {
    packet: { length: number };
    parse(chunk: Buffer): number;
    _parseLength(): boolean;
    _emitError(error: Error): boolean;
    /** Packets that came before the login was answered; null after the end. */
    readonly _queue: Packet[] | null;
    prependListener(event: "packet", listener: (packet: Packet) => void): unknown;
  };
  /** Fires 1.5 keep-alive intervals after the last packet that was read; null without keep-alive. */
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  /** Packets that were read and not finished; 1 before the first. */
  _parsingBatch: number;
  /** Counts a packet as finished; after the last one, reads on. Listens to the socket's "readable". */
  readonly _nextBatch: () => void;
  readonly conn: Duplex;
  readonly _paused?: boolean;
  pause(): void;
}

const inside = (client: Client) => client as unknown as Internals;

/** A packet longer than was allowed; the connection is closed. */
export class PacketTooLarge extends Error {
  readonly bytes: number;
  constructor(bytes: number, limit: number) {
    super(`MQTT packet of ${bytes} bytes, expected at most ${limit}`);
    this.name = "PacketTooLarge";
    this.bytes = bytes;
  }
}

/**
 * Ends a connection as soon as a packet announces more than `limit.bytes`, which may change. Without it the parser
 * would gather up to 256 MiB, the protocol's own bound, for anyone who asks.
 */
export function limitPacketBytes(client: Client, limit: { readonly bytes: number }): void {
  const parser = inside(client)._parser;
  const parseLength = parser._parseLength;
  parser._parseLength = function (this: typeof parser) {
    const parsed = parseLength.call(this);
    if (parsed && this.packet.length > limit.bytes)
      return this._emitError(new PacketTooLarge(this.packet.length, limit.bytes));
    return parsed;
  };
}

/**
 * Has every subscription of the client granted with QoS 0, whatever it asks for. aedes answers with what stands in the
 * packet, so it is changed there, before it is looked at; also in those that came ahead of the answer to the login.
 */
export function grantQos0(client: Client): void {
  const parser = inside(client)._parser;
  const lower = (packet: Packet) => {
    if (packet.cmd !== "subscribe") return;
    for (const subscription of packet.subscriptions) subscription.qos = 0;
  };
  parser._queue?.forEach(lower);
  parser.prependListener("packet", lower);
}

/**
 * Starts the keep-alive time anew. While messages of a client wait for the database its socket is not read, so
 * its pings lie unread too, and it would be thrown out for our fault.
 */
export function refreshKeepalive(client: Client): void {
  inside(client)._keepaliveTimer?.refresh();
}

/**
 * Reads on from the socket when all that was read is finished, and before that while `mayReadAhead` says so. aedes
 * means to do the first, but counts each "readable" of the socket as a finished packet, so a device whose messages
 * come one by one would be read for ever.
 */
export function readInTurn(client: Client, mayReadAhead: () => boolean): void {
  const inner = inside(client);
  inner.conn.off("readable", inner._nextBatch);
  inner._parsingBatch = 0;
  inner.conn.on("readable", () => {
    if (inner._parsingBatch === 0) return inner._nextBatch();
    if (inner._paused || !mayReadAhead()) return;
    const chunk = inner.conn.read() as Buffer | null;
    if (chunk) inner._parser.parse(chunk);
  });
}

/** Calls `release` when the second half of a QoS 2 message has come: its packet id may then name another one. To be called after `listen`. */
export function onReleased(aedes: Aedes, release: (client: Client, packetId: number) => void): void {
  const { persistence } = aedes as unknown as {
    persistence: { incomingDelPacket(client: Client, packet: { messageId: number }): Promise<void> };
  };
  const remove = persistence.incomingDelPacket.bind(persistence);
  persistence.incomingDelPacket = (client, packet) => {
    release(client, packet.messageId);
    return remove(client, packet);
  };
}

/** Refuses a CONNECT with a return code and ends the connection once that has left. aedes does so for few of them. */
export function refuseConnect(client: Client, returnCode: 1 | 2): void {
  stopReading(client);
  const error = new Error(`CONNECT refused with return code ${returnCode}`);
  client.conn.write(Buffer.of(0x20, 2, 0, returnCode), () => client.emit("error", error));
}

/** Reads nothing more from the client; what was read is still answered. */
export function stopReading(client: Client): void {
  inside(client).pause();
}
