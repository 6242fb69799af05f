import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { AuthenticateError, Client, PublishPacket } from "aedes";
import { createWebSocketStream, WebSocketServer } from "ws";
import { type Channel, type DevicePrincipal, mayPublish, maySubscribe } from "../access/topics.ts";
import type { Logger } from "../log.ts";
import { limitPacketBytes, PacketTooLarge, refreshKeepalive, stopReading } from "./aedes-internals.ts";
import { FrontDoor } from "./front-door.ts";
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
  /** Who logs in, or undefined. May reject while the database is away: the client is told to come back. */
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

/** Well below half of the shortest sensible keep-alive (10 s). */
const KEEPALIVE_REFRESH_MS = 2_000;

/** What may stand in a user name: the form of device ids. */
const DEVICE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

interface Session<P> {
  readonly principal: P;
  readonly bucket: TokenBucket | undefined;
  /** Messages that were read and are not settled. */
  waiting: number;
  /** Whether the device has been told that it is in, and so counts as present. */
  ready: boolean;
  readonly address: string | undefined;
}

export async function createBroker<P extends DevicePrincipal>(options: BrokerOptions<P>): Promise<Broker> {
  const { log, rateLimit, now = Date.now } = options;
  /** From the login to the end of the connection. */
  const sessions = new Map<Client, Session<P>>();
  const connectionsOf = new Map<string, number>();

  const aedes = new FrontDoor({
    connectTimeout: 10_000,
    // Our own names are longer than MQTT 3.1 allows clients' to be; its limit protects old brokers, not us.
    maxClientsIdLength: 1024,
    maxTopicLevels: 16,

    /** A client id counts within its device, so that no device can take over another's session. */
    preConnect(client, packet, callback) {
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
        if (!principal) {
          log.info({ username: username?.slice(0, 64), address: addressOf(client) }, "login refused");
          return callback(refusal(4, "bad user name or password"), false);
        }
        const bucket =
          rateLimit > 0 ? new TokenBucket(rateLimit, Math.max(10, rateLimit * 10), now()) : undefined;
        sessions.set(client, { principal, bucket, waiting: 0, ready: false, address: addressOf(client) });
        // Not on clientDisconnect: a connection may end in the middle of its login. Later than it, though, so
        // that a will still finds its session.
        client.conn.once("close", () => sessions.delete(client));
        callback(null, true);
      };
      if (username === undefined || password === undefined || !DEVICE_ID.test(username))
        return finish(undefined);
      Promise.resolve()
        .then(() => options.authenticate(username, password))
        .then(finish, (error: unknown) => {
          log.warn({ err: error, username }, "a login could not be checked");
          callback(refusal(3, "server unavailable"), false);
        });
    },

    /** The one place where a message can be held before its acknowledgement: see docs/decisions/0002. */
    authorizePublish(client, packet, callback) {
      const session = client && sessions.get(client);
      // A will of a former process has no session, and neither has anything that we did not let in.
      if (!session) return callback(new Error("not logged in"));
      takeOver(session, packet, callback);
    },

    authorizeSubscribe(client, subscription, callback) {
      const session = sessions.get(client);
      if (session && maySubscribe(session.principal, subscription.topic)) return callback(null, subscription);
      log.info(
        { deviceId: session?.principal.id, filter: subscription.topic.slice(0, 256) },
        "subscription refused",
      );
      // Without a subscription aedes answers 0x80 for this filter and keeps the connection.
      callback(null, null);
    },
  });

  function findClient(id: string): Client | undefined {
    return (aedes as unknown as { clients: Record<string, Client> }).clients[id];
  }

  function takeOver(
    session: Session<P>,
    packet: PublishPacket,
    callback: (error?: Error | null) => void,
  ): void {
    const { principal, bucket } = session;
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
    const settled = () => {
      session.waiting--;
      // An error closes the connection: MQTT 3.1.1 has no other way to say "you may not" [MQTT-3.3.5-2].
      callback(channel ? null : new Error(`'${principal.id}' may not publish on '${topic.slice(0, 256)}'`));
    };
    if (!bucket) return options.onPublish(message, settled);
    if (packet.qos === 0) {
      if (bucket.tryTake(message.receivedAt)) return options.onPublish(message, settled);
      const detail = `more than ${rateLimit} messages/s after a burst of ${Math.max(10, rateLimit * 10)}`;
      return options.onRefused(message, { reason: "rate_limited", detail }, settled);
    }
    const waitMs = bucket.take(message.receivedAt);
    if (waitMs <= 0) return options.onPublish(message, settled);
    setTimeout(() => options.onPublish(message, settled), waitMs);
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
    const session = sessions.get(client);
    if (!session) return;
    session.ready = true;
    announce(session, true);
  });
  aedes.on("clientDisconnect", (client) => {
    const session = sessions.get(client);
    if (!session?.ready) return;
    session.ready = false;
    announce(session, false);
  });
  aedes.on("keepaliveTimeout", (client) => {
    log.debug({ clientId: client.id }, "keep-alive timeout");
  });
  const onClientError = (client: Client, error: Error) => {
    const session = sessions.get(client);
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
    for (const [client, session] of sessions) if (session.waiting > 0) refreshKeepalive(client);
  }, KEEPALIVE_REFRESH_MS);
  keepalive.unref();

  await aedes.listen();

  let tcp: Server | undefined;
  let ws: { http: HttpServer; sockets: WebSocketServer } | undefined;

  function handle(connection: Duplex): void {
    limitPacketBytes(aedes.handle(connection as Socket), MAX_PACKET_BYTES);
  }

  return {
    handle,
    async listen({ host, port, wsPort }) {
      tcp = createTcpServer({ noDelay: true }, handle);
      ws = createWebSocketListener(handle);
      await listening(tcp, port, host);
      await listening(ws.http, wsPort, host);
      return { port: portOf(tcp), wsPort: portOf(ws.http) };
    },
    disconnect(id) {
      for (const [client, session] of sessions) if (session.principal.id === id) client.close();
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
      await Promise.all([tcp, ws?.http].map((server) => server && stopListening(server)));
      for (const client of sessions.keys()) stopReading(client);
    },
    async close() {
      clearInterval(keepalive);
      await Promise.all([tcp, ws?.http].map((server) => server && stopListening(server)));
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const socket of ws?.sockets.clients ?? []) socket.terminate();
    },
  };
}

function createWebSocketListener(handle: (connection: Duplex) => void): {
  http: HttpServer;
  sockets: WebSocketServer;
} {
  const http = createHttpServer((_request, response) => {
    response.writeHead(426, { "content-type": "text/plain", upgrade: "websocket" });
    response.end("This port speaks MQTT over WebSocket, at /mqtt, with the subprotocol 'mqtt'.\n");
  });
  const sockets = new WebSocketServer({
    server: http,
    path: "/mqtt",
    maxPayload: MAX_PACKET_BYTES * 4,
    // [MQTT-6.0.0-3] names "mqtt"; "mqttv3.1" is what 3.1 clients ask for.
    handleProtocols: (offered) =>
      offered.has("mqtt") ? "mqtt" : offered.has("mqttv3.1") ? "mqttv3.1" : false,
  });
  sockets.on("connection", (socket, request) => {
    const stream = createWebSocketStream(socket);
    handle(Object.assign(stream, { remoteAddress: request.socket.remoteAddress }));
  });
  return { http, sockets };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** Stops taking connections; does not wait for those there are. */
async function stopListening(server: Server): Promise<void> {
  if (server.listening) server.close();
}

const addressOf = (client: Client) => (client.conn as Partial<Socket>).remoteAddress;

function refusal(returnCode: number, message: string): AuthenticateError {
  return Object.assign(new Error(message), { returnCode });
}
