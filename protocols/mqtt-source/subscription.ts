import { setTimeout as sleep } from "node:timers/promises";
import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import type { Logger } from "../../base/log.ts";
import type { DoorHealth } from "../../exchange/door.ts";

/** A message of another broker. */
export interface SubscribedMessage {
  readonly topic: string;
  readonly raw: Buffer;
  readonly qos: number;
}

export interface SubscriptionOptions {
  /** mqtt://user:password@host:port */
  readonly url: string;
  readonly topics: readonly string[];
  /** Names our session at the broker; the same after a restart, another in each process. */
  readonly clientId: string;
  /** The settings of the address and of the topics, for those who read what is wrong. */
  readonly settings: { readonly url: string; readonly topics: string };
  /** The name of its line in `/readyz`. */
  readonly check: string;
  /** Takes a message, and calls `settled` once it may be acknowledged. Nothing waits for its end; a rejection is logged. */
  readonly take: (message: SubscribedMessage, settled: () => void) => Promise<void>;
  /**
   * True: at its end it unsubscribes, so that other processes which share its topics get all that comes from then on. False:
   * what comes until its next start waits for it at the broker.
   */
  readonly leaves: boolean;
  readonly log: Logger;
  /** For tests: how long `quiesce` waits for the broker's answer, in milliseconds. */
  readonly quiesceMs?: number | undefined;
  /** Overrides, e.g. `protocolVersion: 4` for a broker that does not speak MQTT 5. */
  readonly client?: IClientOptions | undefined;
}

/** What we have subscribed to at another broker, over one connection that is made again and again. */
export interface Subscription {
  /**
   * The reason why nothing comes from that broker, and nothing will before an operator acts; undefined while all is
   * well.
   */
  refusal(): string | undefined;
  /** True when there is a connection to that broker at the moment. */
  connected(): boolean;
  health(): DoorHealth;
  isClosing(): boolean;
  quiesce(): Promise<void>;
  close(): Promise<void>;
}

/** Messages that the broker may have under way to us: enough for a few full batches. */
const WINDOW = 8192;

/** The broker keeps our session, and so its unacknowledged messages, for this long. */
const SESSION_EXPIRY_S = 24 * 60 * 60;

/** How long the end waits for a broker to answer that it will send no more. What comes later is not acknowledged. */
const QUIESCE_MS = 2_000;

/**
 * Subscribes at another broker with a session that outlives us. An acknowledgement to that broker means the same as ours to
 * a device: committed. It connects in the background and keeps trying: a broker that is away must not hold up a start.
 */
export function openSubscription(options: SubscriptionOptions): Subscription {
  const { url, topics, clientId, settings, log } = options;
  const client = connect(url, {
    protocolVersion: 5,
    clientId,
    clean: false,
    properties: { sessionExpiryInterval: SESSION_EXPIRY_S, receiveMaximum: WINDOW },
    reconnectPeriod: 2000,
    // Subscribed below, where a refusal is seen and reported.
    resubscribe: false,
    ...options.client,
  });
  const state: State = { closing: false, connection: 0, underWay: 0, refusal: undefined };
  const refuse = (refusal: string, err?: Error | null) => {
    state.refusal = refusal;
    log.error({ ...(err ? { err } : {}) }, refusal);
  };
  client.on("connect", ({ properties }) => {
    state.connection++;
    const shared = topics.filter((topic) => topic.startsWith("$share/"));
    // Such a broker may grant them all the same, as topics of that very name, to which no device publishes.
    if (shared.length > 0 && properties?.sharedSubscriptionAvailable === false) {
      return refuse(
        `the source broker has no shared subscriptions, so ${shared.join(", ")} would bring nothing: expected a broker that has them, or ${settings.topics} without $share in a single process`,
      );
    }
    client.subscribe([...topics], { qos: 1 }, (error, granted = []) => {
      const refused = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic);
      // The line broke before the answer came: the next connection asks again.
      if (error && !client.connected) return;
      if (error || refused.length > 0) {
        const what = refused.length > 0 ? refused : topics;
        return refuse(`the source broker refused the subscription to ${what.join(", ")}`, error);
      }
      state.refusal = undefined;
      log.info({ topics }, "subscribed at the source broker");
    });
  });
  client.on("error", (error) =>
    log.warn({ err: error }, "trouble with the source broker; it is tried again"),
  );
  // One that does not leave takes nothing more in at its end, and what comes stays unacknowledged.
  const isDeaf = () => state.closing && !options.leaves;
  holdAcknowledgements(client, state, isDeaf, ({ topic, payload, qos }, settled) => {
    const raw = typeof payload === "string" ? Buffer.from(payload) : payload;
    options
      .take({ topic, raw, qos }, settled)
      .catch((error: unknown) =>
        log.error({ err: error, topic }, "a message could not be taken, nor put on record"),
      );
  });
  const { check } = options;
  const away = `there is no connection to ${settings.url}; the platform tries again`;
  return {
    refusal: () => state.refusal,
    connected: () => client.connected,
    health: () =>
      state.refusal === undefined
        ? // Devices may come by other doors meanwhile, and this one will hear again.
          { check, ok: true, detail: client.connected ? undefined : away }
        : { check, ok: false, detail: state.refusal },
    isClosing: () => state.closing,
    quiesce: async () => {
      state.closing = true;
      if (!options.leaves || !client.connected) return;
      const answered = client.unsubscribeAsync([...topics]).catch(() => {});
      await Promise.race([answered, sleep(options.quiesceMs ?? QUIESCE_MS, undefined, { ref: false })]);
    },
    close: async () => {
      state.closing = true;
      await client.endAsync(true);
    },
  };
}

interface State {
  closing: boolean;
  /** Counts connections: a packet id means nothing on the next one. */
  connection: number;
  underWay: number;
  refusal: string | undefined;
}

/**
 * Lets messages through side by side and acknowledges each when it is settled. mqtt.js itself handles one at a
 * time and acknowledges when `handleMessage` calls back; called back with an error, it goes on to the next
 * message and acknowledges nothing (lib/handlers/publish.js of the pinned version), so that we can do it later.
 */
function holdAcknowledgements(
  client: MqttClient,
  state: State,
  isDeaf: () => boolean,
  take: (packet: IPublishPacket, settled: () => void) => void,
): void {
  const send = client as unknown as {
    _sendPacket(packet: { cmd: "puback"; messageId: number; reasonCode: number }, done: () => void): void;
  };
  const goOn = new Error("acknowledged later");
  client.handleMessage = (packet, callback) => {
    if (isDeaf()) return callback(goOn);
    const { connection } = state;
    const { qos, messageId } = packet;
    state.underWay++;
    // QoS 0 has no window at the broker: beyond ours, the next message waits until this one is settled.
    const crowded = qos === 0 && state.underWay >= WINDOW;
    take(packet, () => {
      state.underWay--;
      if (crowded) callback();
      else if (qos === 1 && connection === state.connection && client.connected) {
        send._sendPacket({ cmd: "puback", messageId: messageId!, reasonCode: 0 }, () => {});
      }
    });
    if (!crowded) callback(goOn);
  };
}
