import type { Duplex } from "node:stream";
import type { Aedes, Client, PublishPacket } from "aedes";
import type { Packet } from "mqtt-packet";

/**
 * The few inner parts of aedes 1.2 that the broker needs and that have no public door. They are named here and nowhere
 * else; the exact version of aedes is pinned, and test/broker checks each of them against these descriptions.
 */
interface Internals {
  /** mqtt-packet's parser; its states are looked up by name on the instance. */
  readonly _parser: {
    packet: { length: number };
    parse(chunk: Buffer): number;
    /** The reason why it parses nothing more; the next chunk would begin anew. */
    readonly error: Error | null;
    /** The received part of a packet that is not parsed yet. */
    readonly _list: { readonly length: number };
    /** 0 between two packets; 1: the first byte of one is parsed; 2: also its length. */
    readonly _stateCounter: number;
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
  /** True when it has sent DISCONNECT. */
  readonly _disconnected: boolean;
  pause(): void;
  /** Calls back with an error when the client does not read for a minute, and ends its connection. */
  waitForDrain(callback: (error: Error | null) => void): void;
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
 * would gather up to 256 MiB, the protocol's own bound, for any client.
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
 * Grants every subscription of the client with QoS 0, whatever it asks for. aedes answers with the packet's own value,
 * so this changes it there, before aedes looks at it; also in packets that came ahead of the answer to the login.
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
 * Starts the keep-alive time again. While messages of a client wait for the database its socket is not read, so its
 * pings lie unread too, and it would be thrown out through no fault of its own.
 */
export function refreshKeepalive(client: Client): void {
  inside(client)._keepaliveTimer?.refresh();
}

/**
 * Reads on from the socket when everything that was read is finished, and before that while `mayReadAhead` says so.
 * aedes means to do the first, but counts each "readable" of the socket as a finished packet, so a device whose
 * messages come one by one would be read for ever.
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

/** Parses a part of a chunk. @returns true if the part after it may be parsed as well */
export type ParsePart = (chunk: Buffer, from: number, to: number) => boolean;

/**
 * Sends everything that is read from the client through `read`, which may leave parts of it to the usual parser. Bytes
 * that are read while it runs come after.
 */
export function replaceParse(client: Client, read: (chunk: Buffer, parse: ParsePart) => void): void {
  const parser = inside(client)._parser;
  const usual = parser.parse;
  const parse: ParsePart = (chunk, from, to) => {
    usual.call(parser, from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
    return mayGoOn();
  };
  const mayGoOn = () => parser.error === null && !client.closed && !hasDisconnected(client);
  const later: Buffer[] = [];
  let busy = false;
  parser.parse = (chunk) => {
    later.push(chunk);
    if (busy) return 0;
    busy = true;
    try {
      for (let next = later.shift(); next; next = later.shift())
        if (!hasDisconnected(client)) read(next, parse);
    } finally {
      busy = false;
    }
    return 0;
  };
}

/** True when the client has said DISCONNECT: nothing may come after it [MQTT-3.14.4-2]. */
export const hasDisconnected = (client: Client): boolean => inside(client)._disconnected;

/**
 * The number of bytes of a packet that the usual parser waits for: of its length one byte at a time; 0 between two
 * packets.
 */
export function openPacket(client: Client): { readonly missing: number } {
  const parser = inside(client)._parser;
  return {
    get missing() {
      const { _stateCounter: state } = parser;
      if (state === 0) return 0;
      return state === 1 ? 1 : parser.packet.length - parser._list.length;
    },
  };
}

/** Counts packets in that aedes does not see, so that it reads on only after they are finished. */
export function startPackets(client: Client, count: number): void {
  inside(client)._parsingBatch += count;
}

/** Counts packets as finished that aedes has not seen. */
export function finishPackets(client: Client, count: number): void {
  const inner = inside(client);
  inner._parsingBatch -= count - 1;
  inner._nextBatch();
}

const NOTHING = Buffer.alloc(0);

/**
 * Makes aedes keep nothing of a QoS 2 message, until its second half comes, but its packet id: by its own bound there
 * may be a thousand of them on a connection, each with 256 KiB and a topic of 64 KiB.
 */
export function forgetContent(packet: PublishPacket): void {
  packet.payload = NOTHING;
  packet.topic = "forgotten";
}

/** Makes aedes write no PUBACK of its own for this message: it looks at the packet again after it was authorized. */
export function leaveAnswerToUs(packet: PublishPacket): void {
  packet.qos = 0;
}

/** Calls back when the client has read everything that was written to it; not at all when it does not, and is cut. */
export function afterDrain(client: Client, callback: () => void): void {
  inside(client).waitForDrain((error) => {
    if (!error) callback();
  });
}

/**
 * Calls `release` when the second half of a QoS 2 message has come: its packet id may then name another one. Call it
 * after `listen`.
 */
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

/** Reads nothing more from the client; messages that were read are still answered. */
export function stopReading(client: Client): void {
  inside(client).pause();
}
