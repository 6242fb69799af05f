import { once } from "node:events";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { AuthenticateError, Client, PublishPacket } from "aedes";
import { type Channel, type DevicePrincipal, mayPublish, maySubscribe } from "../access/topics.ts";
import type { Logger } from "../log.ts";
import {
  limitPacketBytes,
  PacketTooLarge,
  readInTurn,
  refreshKeepalive,
  stopReading,
} from "./aedes-internals.ts";
import { FrontDoor } from "./front-door.ts";
import { createWebSocketListener, listening, portOf } from "./listeners.ts";
import { TokenBucket } from "./rate-limit.ts";

/** One publish of a device that has logged in. */
export interface Published<P extends DevicePrincipal> {
  readonly principal: P;
  /** Undefined: the topic is none of the device's, and the connection will be closed once that is on record. */
  readonly channel: Channel | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** Why the broker itself refuses a message; it is still handed over, to be put on record. */
export type BrokerRefusal = { reason: "rate_limited" | "payload_too_large"; detail: string };

export interface Presence<P extends DevicePrincipal> {
  readonly principal: P;
  readonly connected: boolean;
  readonly at: Date;
  readonly address: string | undefined;
}

export interface BrokerOptions<P extends DevicePrincipal> {
  readonly log: Logger;
  /**
   * Who logs in, or undefined. May reject while the database is away: the client is told to come back. An answer
   * at once lets nothing come between the look at the token and the session that `disconnect` can end.
   */
  readonly authenticate: (username: string, token: Buffer) => P | undefined | Promise<P | undefined>;
  /** Takes a message over. It is acknowledged when `settled` is called, and not before. */
  readonly onPublish: (message: Published<P>, settled: () => void) => void;
  /** Takes note of a message that is refused. */
  readonly onRefused: (message: Published<P>, refusal: BrokerRefusal, settled: () => void) => void;
  readonly onPresence: (presence: Presence<P>) => void;
  /** Messages per second and device; 0 for no limit. The burst is ten seconds' worth, at least 10. */
  readonly rateLimit: number;
  readonly now?: () => number;
}

export interface Broker {
  /** Starts to listen; port 0 takes any free port. @returns the ports */
  listen(address: { host: string; port: number; wsPort: number }): Promise<{ port: number; wsPort: number }>;
  /** Takes over an open connection, as the listeners do. */
  handle(connection: Duplex): void;
  /** Ends all connections of a device, e.g. after its token was changed. */
  disconnect(id: string): void;
  /** Sends to a device's topic with QoS 1. */
  send(topic: string, payload: string): Promise<void>;
  readonly connections: number;
  /** Takes no new connections and reads no more from those there are; answers still go out. */
  quiesce(): Promise<void>;
  close(): Promise<void>;
}

/** The contract allows 64 KiB of payload; up to this a larger one is refused on record, above it the line is cut. */
const MAX_PACKET_BYTES = 256 * 1024;

/**
 * A connection is read ahead while fewer messages and bytes of it than this are not settled; beyond, what it sends
 * stays in the kernel's buffers and then with the device. A read itself brings up to 64 KiB.
 */
const READ_AHEAD = { messages: 64, bytes: 64 * 1024 };

/** Well below half of the shortest sensible keep-alive (10 s). */
const KEEPALIVE_REFRESH_MS = 2_000;

/** A peer that is gone without a word is noticed by TCP after about this long, also without MQTT's keep-alive. */
const TCP_KEEPALIVE_MS = 60_000;

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Filters that one connection may have: a device has one topic to listen to. */
const MAX_FILTERS = 32;

/** What may stand in a user name: the form of device ids. */
const DEVICE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** One connection of a device, from its login. */
interface Session<P> {
  readonly client: Client;
  readonly principal: P;
  readonly filters: Set<string>;
  /** Messages over the rate that wait for their turn. */
  readonly held: Set<NodeJS.Timeout>;
  /** Messages that were read and are not settled, and their payloads' bytes. */
  waiting: number;
  waitingBytes: number;
  /** Whether it counts as present: it has been told that it is in. */
  ready: boolean;
  readonly address: string | undefined;
}

export async function createBroker<P extends DevicePrincipal>(options: BrokerOptions<P>): Promise<Broker> {
  const { log, rateLimit, now = Date.now } = options;
  /** From the login to the end of the connection. */
  const sessions = new Set<Session<P>>();
  /** Also after that: a will may come later than the end. */
  const sessionOf = new WeakMap<Client, Session<P>>();
  const connectionsOf = new Map<string, number>();
  /** By device, not by connection: who comes back does not come back to a full bucket. */
  const buckets = new Map<string, TokenBucket>();
  const burst = Math.max(10, rateLimit * 10);
  let quiesced = false;

  const aedes = new FrontDoor({
    connectTimeout: 10_000,
    // Our own names are longer than MQTT 3.1 allows clients' to be; its limit protects old brokers, not us.
    maxClientsIdLength: 1024,
    maxTopicLevels: 16,

    /**
     * A client id counts within its device, so that no device can take over another's session. And no session
     * outlives its connection: kept in memory it would be gone with this process anyway, and each new client id
     * would leave another one.
     */
    preConnect(client, packet, callback) {
      packet.clean = true;
      const username =
        packet.username !== undefined && DEVICE_ID.test(packet.username) ? packet.username : "";
      if (packet.clientId !== "") {
        packet.clientId = `${username}:${packet.clientId.slice(0, 256)}`;
        if (username !== "" && findClient(packet.clientId)) {
          log.info(
            { deviceId: username, clientId: packet.clientId, address: addressOf(client) },
            "a new connection asks for a client id that is in use; it takes over if its token is right",
          );
        }
      }
      callback(null, true);
    },

    authenticate(client, username, password, callback) {
      const finish = (principal: P | undefined) => {
        // Gone while it was looked up: nothing would ever end its session.
        if (client.closed) return;
        if (quiesced) return callback(refusal(3, "server unavailable"), false);
        if (!principal) {
          log.info({ username: username?.slice(0, 64), address: addressOf(client) }, "login refused");
          return callback(refusal(4, "bad user name or password"), false);
        }
        open(client, principal);
        callback(null, true);
      };
      const fail = (error: unknown) => {
        log.warn({ err: error, username }, "a login could not be checked");
        callback(refusal(3, "server unavailable"), false);
      };
      if (username === undefined || password === undefined || !DEVICE_ID.test(username))
        return finish(undefined);
      try {
        const answer = options.authenticate(username, password);
        if (answer instanceof Promise) answer.then(finish, fail);
        else finish(answer);
      } catch (error) {
        fail(error);
      }
    },

    /** The one place where a message can be held before its acknowledgement: see docs/decisions/0002. */
    authorizePublish(client, packet, callback) {
      const session = client && sessionOf.get(client);
      // A will of a former process has no session, and neither has anything that we did not let in.
      if (!session) return callback(new Error("not logged in"));
      takeOver(session, packet, callback);
    },

    authorizeSubscribe(client, subscription, callback) {
      const session = sessionOf.get(client);
      const { topic } = subscription;
      if (session && maySubscribe(session.principal, topic)) {
        const { filters } = session;
        if (filters.has(topic) || filters.size < MAX_FILTERS) {
          filters.add(topic);
          return callback(null, subscription);
        }
      }
      log.info({ deviceId: session?.principal.id, filter: topic.slice(0, 256) }, "subscription refused");
      // Without a subscription aedes answers 0x80 for this filter and keeps the connection.
      callback(null, null);
    },
  });

  function findClient(id: string): Client | undefined {
    return (aedes as unknown as { clients: Record<string, Client> }).clients[id];
  }

  function open(client: Client, principal: P): void {
    const session: Session<P> = {
      client,
      principal,
      filters: new Set(),
      held: new Set(),
      waiting: 0,
      waitingBytes: 0,
      ready: false,
      address: addressOf(client),
    };
    sessions.add(session);
    sessionOf.set(client, session);
    // The one event that comes once and last for each connection, however it ends.
    client.conn.once("close", () => {
      sessions.delete(session);
      // Not acknowledged, so their sender keeps them: nothing may wait here for who is gone.
      for (const timer of session.held) clearTimeout(timer);
      buckets.get(principal.id)?.giveBack(session.held.size);
      session.held.clear();
      if (session.ready) announce(session, false);
    });
  }

  function takeOver(
    session: Session<P>,
    packet: PublishPacket,
    callback: (error?: Error | null) => void,
  ): void {
    // After the last flush nobody would commit it.
    if (quiesced) return;
    const { client, principal } = session;
    const { topic } = packet;
    const channel = mayPublish(principal, topic);
    const message: Published<P> = {
      principal,
      channel,
      topic,
      payload: packet.payload as Buffer,
      receivedAt: now(),
    };
    session.waiting++;
    session.waitingBytes += message.payload.length;
    const settled = () => {
      session.waiting--;
      session.waitingBytes -= message.payload.length;
      // Nobody is there to be answered, and aedes would keep a QoS 2 message for a second half that never comes.
      if (client.closed) return callback(new Error("the connection has ended"));
      // An error closes the connection: MQTT 3.1.1 has no other way to say "you may not" [MQTT-3.3.5-2].
      callback(channel ? null : new Error(`'${principal.id}' may not publish on '${topic.slice(0, 256)}'`));
    };
    // A will has nobody who could be slowed.
    if (rateLimit === 0 || client.closed) return options.onPublish(message, settled);
    const bucket = bucketOf(principal.id);
    if (packet.qos === 0) {
      if (bucket.tryTake(message.receivedAt)) return options.onPublish(message, settled);
      const detail = `more than ${rateLimit} messages/s after a burst of ${burst}`;
      return options.onRefused(message, { reason: "rate_limited", detail }, settled);
    }
    const waitMs = bucket.take(message.receivedAt);
    if (waitMs <= 0) return options.onPublish(message, settled);
    const timer = setTimeout(
      () => {
        session.held.delete(timer);
        if (!quiesced) options.onPublish(message, settled);
      },
      Math.min(waitMs, MAX_TIMER_MS),
    );
    session.held.add(timer);
  }

  function bucketOf(id: string): TokenBucket {
    let bucket = buckets.get(id);
    if (!bucket) {
      bucket = new TokenBucket(rateLimit, burst, now());
      buckets.set(id, bucket);
    }
    return bucket;
  }

  function announce({ principal, address }: Session<P>, connected: boolean): void {
    const before = connectionsOf.get(principal.id) ?? 0;
    const after = before + (connected ? 1 : -1);
    if (after > 0) connectionsOf.set(principal.id, after);
    else connectionsOf.delete(principal.id);
    if ((before === 0) !== (after === 0))
      options.onPresence({ principal, connected, at: new Date(now()), address });
  }

  aedes.on("clientReady", (client) => {
    const session = sessionOf.get(client);
    // It may have gone while its login was answered.
    if (!session || client.closed) return;
    if (quiesced) stopReading(client);
    session.ready = true;
    announce(session, true);
  });
  aedes.on("unsubscribe", (filters, client) => {
    for (const filter of filters) sessionOf.get(client)?.filters.delete(filter);
  });
  aedes.on("keepaliveTimeout", (client) => {
    log.debug({ clientId: client.id }, "keep-alive timeout");
  });
  const onClientError = (client: Client, error: Error) => {
    const session = sessionOf.get(client);
    log.debug({ clientId: client.id, err: error }, "connection ended with an error");
    if (!(error instanceof PacketTooLarge) || !session) return;
    const { principal } = session;
    const message = { principal, channel: undefined, topic: "", payload: Buffer.alloc(0), receivedAt: now() };
    options.onRefused(message, { reason: "payload_too_large", detail: error.message }, () => {});
  };
  aedes.on("clientError", onClientError);
  aedes.on("connectionError", onClientError);
  (aedes as NodeJS.EventEmitter).on("error", (error: Error) =>
    log.error({ err: error }, "the broker reports an error"),
  );

  const keepalive = setInterval(() => {
    for (const { client, waiting } of sessions) if (waiting > 0) refreshKeepalive(client);
  }, KEEPALIVE_REFRESH_MS);
  keepalive.unref();

  await aedes.listen();

  let tcp: Server | undefined;
  let ws: ReturnType<typeof createWebSocketListener> | undefined;

  function handle(connection: Duplex): void {
    const client = aedes.handle(connection as Socket);
    readInTurn(client, () => {
      const session = sessionOf.get(client);
      if (!session?.ready) return false;
      return session.waiting < READ_AHEAD.messages && session.waitingBytes < READ_AHEAD.bytes;
    });
    limitPacketBytes(client, MAX_PACKET_BYTES);
  }

  /** Takes no connections more; does not wait for those there are. */
  function stopListening(): void {
    for (const server of [tcp, ws?.http]) if (server?.listening) server.close();
  }

  return {
    handle,
    async listen({ host, port, wsPort }) {
      const keepAlive = { keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS };
      tcp = createTcpServer({ noDelay: true, ...keepAlive }, handle);
      ws = createWebSocketListener(keepAlive, handle);
      await listening(tcp, port, host);
      await listening(ws.http, wsPort, host);
      for (const server of [tcp, ws.http])
        server.on("error", (error) => log.error({ err: error }, "a listener cannot take a connection"));
      return { port: portOf(tcp), wsPort: portOf(ws.http) };
    },
    disconnect(id) {
      for (const { client, principal } of sessions) if (principal.id === id) client.close();
    },
    send: (topic, payload) =>
      new Promise((resolve, reject) => {
        const packet: PublishPacket = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false };
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    get connections() {
      return sessions.size;
    },
    async quiesce() {
      stopListening();
      quiesced = true;
      for (const { client } of sessions) stopReading(client);
    },
    async close() {
      clearInterval(keepalive);
      stopListening();
      const ended = [...sessions].map(({ client }) => once(client.conn, "close"));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const { client } of sessions) client.conn.destroy();
      for (const socket of ws?.sockets.clients ?? []) socket.terminate();
      await Promise.all(ended);
    },
  };
}

const addressOf = (client: Client) => (client.conn as Partial<Socket>).remoteAddress;

function refusal(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
