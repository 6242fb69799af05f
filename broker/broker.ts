import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { AuthenticateError, Client, PublishPacket } from "aedes";
import type { Principal } from "../access/decide.ts";
import { maySubscribe } from "../access/topics.ts";
import { MAX_PACKET_BYTES } from "../base/channels.ts";
import { type Admission, ConnectionCounter } from "../base/connection-limits.ts";
import { type DoorDevice, OWN_DOOR } from "../exchange/door.ts";
import {
  grantQos0,
  limitPacketBytes,
  onReleased,
  PacketTooLarge,
  readInTurn,
  refreshKeepalive,
  refuseConnect,
  stopReading,
} from "./aedes-internals.ts";
import { deliverCommand, listens } from "./commands.ts";
import type { Listener } from "./feed.ts";
import { FrontDoor } from "./front-door.ts";
import { Intake } from "./intake.ts";
import { createListeners } from "./listeners.ts";
import { Logins, nameOr, UNAVAILABLE } from "./logins.ts";
import type { Broker, BrokerOptions, Known } from "./options.ts";
import { publishQuickly } from "./quick-publish.ts";
import { DeviceSessions } from "./sessions.ts";
import { parseStrictly } from "./strict-parser.ts";

export type { Broker, BrokerOptions, BrokerRefusal, Published } from "./options.ts";

/** Before the login: names, a token, and a will with a payload of 64 KiB, the most that MQTT 3.1.1 can say. */
const MAX_CONNECT_BYTES = 72 * 1024;

/**
 * A connection is read ahead while fewer of its messages and bytes than this are not settled; beyond, its messages stay
 * in the kernel's buffers and then with the device. A read itself brings up to 64 KiB.
 */
const READ_AHEAD = { messages: 64, bytes: 64 * 1024 };

/** Well below half of the shortest sensible keep-alive (10 s). */
const KEEPALIVE_REFRESH_MS = 2_000;

/**
 * A topic may have as many as aedes can be told to take: a foreign one is put on record, and does not end a connection.
 */
const MAX_TOPIC_LEVELS = 100;

/** aedes walks along each level of a filter. */
const MAX_FILTER_LEVELS = 16;

/**
 * Connections that one device may have: enough for a dead line, a restart and a second program. Each may be read 128
 * KiB ahead.
 */
const MAX_CONNECTIONS_OF_DEVICE = 16;

/** Filters that one connection of a device may have: it has one topic to listen to. */
const MAX_FILTERS = 32;

/** The facts about a connection before a login on it. */
interface Line {
  readonly admission: Admission;
  /** Of a client certificate that was verified. */
  readonly commonName: string | undefined;
  readonly packetLimit: { bytes: number };
}

export async function createBroker<P extends DoorDevice>(options: BrokerOptions<P>): Promise<Broker> {
  const { log, feed, now = Date.now } = options;
  const connections = new ConnectionCounter(options.limits);
  const logins = new Logins(options);
  const intake = new Intake(options);
  const sessions = new DeviceSessions<P>({
    now,
    onPresence: options.onPresence,
    onEnd: (session) => intake.forget(session),
  });
  const lines = new WeakMap<Client, Line>();
  const listenerOf = new WeakMap<Client, Listener>();
  let subscriptionsRefused = 0;
  let quiesced = false;

  const aedes = new FrontDoor({
    connectTimeout: 10_000,
    // Our own names are longer than MQTT 3.1 allows clients' to be; its limit protects old brokers, not us.
    maxClientsIdLength: 1024,
    maxTopicLevels: MAX_TOPIC_LEVELS,

    /**
     * A client id counts within its device, so that no device can take over another's session. And no session
     * outlives its connection: kept in memory it would be gone with this process anyway, and each new client id
     * would leave another one.
     */
    preConnect(client, packet, callback) {
      // [MQTT-3.1.3-8]
      if (packet.clientId === "" && !packet.clean) return refuseConnect(client, 2);
      packet.clean = true;
      const username = nameOr(packet.username ?? lines.get(client)?.commonName);
      if (packet.clientId !== "") {
        packet.clientId = `${username}:${packet.clientId.slice(0, 256)}`;
        if (username !== "" && findClient(packet.clientId)) {
          log.info(
            // Not the client id: it is what the caller likes, and may be a credential on another platform.
            { deviceId: username, address: addressOf(client) },
            "a new connection asks for a client id that is in use; it takes over if its token is right",
          );
        }
      }
      callback(null, true);
    },

    authenticate(client, username, password, callback) {
      const request = {
        username,
        password,
        address: addressOf(client),
        commonName: lines.get(client)?.commonName,
      };
      logins.check(request, (answer) => {
        // It went while it was looked up: nothing would ever end its session.
        if (client.closed) return;
        if ("returnCode" in answer) {
          const timer = setTimeout(() => callback(refusal(answer.returnCode), false), answer.afterMs);
          client.conn.once("close", () => clearTimeout(timer));
        } else if (quiesced || !letIn(client, answer.known, answer.certified)) {
          callback(refusal(UNAVAILABLE), false);
        } else callback(null, true);
      });
    },

    /** The one place where a message can be held before its acknowledgement: see docs/decisions/0002. */
    authorizePublish(client, packet, callback) {
      const session = client && sessions.of(client);
      if (session) return intake.takeOver(session, packet, callback);
      const listener = client && listenerOf.get(client);
      if (listener)
        log.info(
          { application: listener.principal.id, topic: packet.topic.slice(0, 256) },
          "an application tried to publish, and was cut",
        );
      // A will of a former process has no session, and neither has a client that we did not let in.
      callback(new Error(listener ? "applications may not publish" : "not logged in"));
    },

    authorizeSubscribe(client, subscription, callback) {
      const { topic } = subscription;
      const session = sessions.of(client);
      const listener = listenerOf.get(client);
      const shallow = topic.split("/", MAX_FILTER_LEVELS + 1).length <= MAX_FILTER_LEVELS;
      if (session && shallow && maySubscribe(session.principal, topic)) {
        const { filters } = session;
        if (filters.has(topic) || filters.size < MAX_FILTERS) {
          filters.add(topic);
          return callback(null, subscription);
        }
      }
      if (listener?.subscribe(topic)) return callback(null, subscription);
      subscriptionsRefused++;
      log.info({ ...whoIs(client), filter: topic.slice(0, 256) }, "subscription refused");
      // Without a subscription aedes answers 0x80 for this filter and keeps the connection.
      callback(null, null);
    },
  });

  const findClient = (id: string): Client | undefined =>
    (aedes as unknown as { clients: Record<string, Client> }).clients[id];

  /** The device or application that has logged in, for the log. */
  const whoIs = (client: Client) => {
    const listener = listenerOf.get(client);
    return listener
      ? { application: listener.principal.id }
      : { deviceId: sessions.of(client)?.principal.id, address: addressOf(client) };
  };

  const addressOf = (client: Client) => lines.get(client)?.admission.address;

  /** Makes a device's session, or an application's. @returns true if there is room for it */
  function letIn(client: Client, known: Known<P>, certified: boolean): boolean {
    const line = lines.get(client)!;
    if (isApplication(known)) {
      const listener = feed?.open(client, known);
      if (!listener) {
        log.info({ application: known.id, address: addressOf(client) }, "no place for this application");
        return false;
      }
      listenerOf.set(client, listener);
      grantQos0(client);
      // An application may have a device's name, and must not end its connections; no device's id begins so.
      client.id = `@${client.id}`;
    } else {
      sessions.open(client, known, addressOf(client), certified);
      endBeyond(known.id, MAX_CONNECTIONS_OF_DEVICE);
    }
    line.admission.known();
    line.packetLimit.bytes = MAX_PACKET_BYTES;
    return true;
  }

  /** Ends the oldest connections of a device beyond `most`: the newest surely has a living device at its end. */
  function endBeyond(id: string, most: number): void {
    const own = [...sessions.ofDevice(id)];
    for (const { client, address } of own.slice(0, Math.max(0, own.length - most))) {
      log.info({ deviceId: id, address, most }, "a device's oldest connection was ended: it has too many");
      client.close();
    }
  }

  aedes.on("clientReady", (client) => {
    // It may have gone while its login was answered.
    if (client.closed) return;
    if (quiesced) stopReading(client);
    const session = sessions.of(client);
    if (session) sessions.becameReady(session);
  });
  aedes.on("subscribe", (_subscriptions, client) => {
    const session = sessions.of(client);
    if (session && !client.closed && listens(session)) options.onListening?.(session.principal);
  });
  aedes.on("unsubscribe", (filters, client) => {
    for (const filter of filters) {
      sessions.of(client)?.filters.delete(filter);
      listenerOf.get(client)?.unsubscribe(filter);
    }
  });
  aedes.on("keepaliveTimeout", (client) => {
    log.debug(whoIs(client), "keep-alive timeout");
  });
  const onClientError = (client: Client, error: Error) => {
    const session = sessions.of(client);
    log.debug({ ...whoIs(client), err: error }, "connection ended with an error");
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
  onReleased(aedes, (client, packetId) => {
    const session = sessions.of(client);
    if (session) intake.release(session, packetId);
  });

  function handle(connection: Duplex, admission: Admission, commonName?: string): void {
    const client = aedes.handle(connection as Socket);
    const packetLimit = { bytes: MAX_CONNECT_BYTES };
    lines.set(client, { admission, commonName, packetLimit });
    readInTurn(client, () => {
      const session = sessions.of(client);
      if (!session?.ready) return false;
      // A client that does not read answers is not read ahead: the waiting ones would be more and more.
      if (client.conn.writableNeedDrain) return false;
      return session.waiting < READ_AHEAD.messages && session.waitingBytes < READ_AHEAD.bytes;
    });
    limitPacketBytes(client, packetLimit);
    parseStrictly(client);
    publishQuickly(client, () => sessions.of(client), packetLimit, intake.takeQuickly);
  }

  const listeners = createListeners({
    log,
    admit: (connection) => connections.admit(connection),
    handle,
    onTrustChanged() {
      // Their next handshake tells if their certificates still hold.
      const ended = sessions.end((session) => session.certified);
      log.info({ ended }, "connections by certificate were ended, to be verified anew");
    },
  });

  return {
    name: OWN_DOOR,
    handle(connection) {
      const admission = connections.admit(connection);
      if (admission) handle(connection, admission);
    },
    listen: (where) => listeners.listen(where),
    disconnect(id) {
      sessions.end(({ principal }) => principal.id === id);
    },
    endTakenOver(id, connection, at) {
      for (const { address } of sessions.endTakenOver(id, connection, at))
        log.info(
          { deviceId: id, address },
          "session taken over: its client has connected to another process",
        );
    },
    send: (topic, payload) =>
      new Promise((resolve, reject) => {
        const packet: PublishPacket = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false };
        aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
      }),
    // Nothing is waited for before the connections have it: a door promises that.
    deliver: async (device, command) =>
      quiesced ? "not_listening" : deliverCommand(sessions, device, command),
    isOnline: (id) => sessions.isPresent(id),
    get connections() {
      return sessions.size;
    },
    get counts() {
      return {
        loginsRefused: logins.refused,
        loginsUnchecked: logins.unchecked,
        connectionsRefused: connections.refused,
        subscriptionsRefused,
        tlsErrors: listeners.tlsErrors,
      };
    },
    // Takes no new connections and reads no more from the present ones; answers still go out.
    async quiesce() {
      listeners.stop();
      intake.quiesce();
      quiesced = true;
      for (const { client } of sessions) stopReading(client);
    },
    async close() {
      clearInterval(keepalive);
      listeners.stop();
      // Not `once` of node:events, which rejects when a device resets its connection meanwhile: it has ended as well.
      const ended = [...sessions].map(
        ({ client }) => new Promise<void>((resolve) => client.conn.once("close", () => resolve())),
      );
      await new Promise<void>((resolve) => aedes.close(resolve));
      for (const { client } of sessions) client.conn.destroy();
      connections.endStrangers();
      listeners.close();
      await Promise.all(ended);
    },
  };
}

const isApplication = <P extends DoorDevice>(known: Known<P>): known is Principal =>
  "type" in known && known.type === "application";

const REFUSALS = { 3: "server unavailable", 4: "bad user name or password" } as const;

function refusal(returnCode: 3 | 4): AuthenticateError {
  return Object.assign(new Error(REFUSALS[returnCode]), { returnCode });
}
