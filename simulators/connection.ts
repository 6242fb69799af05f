import mqtt, { type MqttClient } from "mqtt";
import type { Message } from "./pack.ts";

/**
 * One device's line to the broker. The package `mqtt` speaks the protocol; this file decides which message is sent
 * when, and sent again: a device keeps a message until its PUBACK, sends it again with the DUP flag after each
 * reconnect, and never has more than `maxInFlight` of them.
 */
export interface ConnectionOptions {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly maxInFlight: number;
  /** The first wait before a reconnect; it doubles up to `longestWaitMs`, give or take a half. */
  readonly shortestWaitMs?: number;
  readonly longestWaitMs?: number;
  readonly onSent: (message: Message, again: boolean) => void;
  readonly onAcknowledged: (message: Message) => void;
  /** Called when there is room for another message. */
  readonly onRoom?: () => void;
  /** Its subscription, with QoS 1; made again after each connect. */
  readonly subscription?: CommandSubscription;
}

export interface CommandSubscription {
  readonly topic: string;
  readonly onMessage: (payload: Buffer) => void;
}

/** Unacknowledged: it left, but the line was closed before a PUBACK came. */
export type SendOutcome = "acknowledged" | "unacknowledged" | "unsent";

export interface DeviceConnection {
  readonly connected: boolean;
  /** True when the broker has granted the subscription of this connection. */
  readonly subscribed: boolean;
  /** How often the connection was made. */
  readonly connects: number;
  /** Messages that are not acknowledged yet. */
  readonly inFlight: number;
  /** The broker's or the network's last refusal, until a connection succeeds. */
  readonly trouble: string | undefined;
  hasRoom(): boolean;
  /** Waits for room, sends, and resolves with the outcome of the message; it never throws. */
  publish(message: Message): Promise<SendOutcome>;
  /** Breaks the line as a power cut does, without a goodbye, and stays away until `dial`. */
  hangUp(): void;
  dial(): void;
  /** Takes nothing more, gives its messages up to `graceMs` to be acknowledged, then disconnects. */
  close(graceMs: number): Promise<void>;
  /** Ends the waiting of `close` now. */
  abandon(): void;
}

interface Outstanding {
  readonly message: Message;
  sent: boolean;
  readonly settle: (outcome: SendOutcome) => void;
}

export function openConnection(options: ConnectionOptions): DeviceConnection {
  const { maxInFlight, shortestWaitMs = 500, longestWaitMs = 15_000 } = options;
  const outstanding = new Set<Outstanding>();
  const waiting: { message: Message; resolve: (outcome: SendOutcome) => void }[] = [];
  let client: MqttClient | undefined;
  let connected = false;
  let subscribed = false;
  let away = false;
  let connects = 0;
  let failures = 0;
  let trouble: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** True when it takes nothing new, but still sends and waits, over a new connection if need be. */
  let ending = false;
  let closed = false;
  let stopWaiting: (() => void) | undefined;

  const send = (entry: Outstanding) => {
    const again = entry.sent;
    entry.sent = true;
    options.onSent(entry.message, again);
    const { topic, payload } = entry.message;
    // An error means that this attempt's connection is over; the next one sends the message again.
    client!.publish(topic, payload, { qos: 1, dup: again }, (error) => {
      if (!error) acknowledge(entry);
    });
  };

  const start = (message: Message, resolve: (outcome: SendOutcome) => void) => {
    const entry: Outstanding = { message, sent: false, settle: resolve };
    outstanding.add(entry);
    if (connected) send(entry);
  };

  const acknowledge = (entry: Outstanding) => {
    if (!outstanding.delete(entry)) return;
    options.onAcknowledged(entry.message);
    entry.settle("acknowledged");
    const next = waiting.shift();
    if (next) start(next.message, next.resolve);
    else if (!ending) options.onRoom?.();
    if (outstanding.size === 0) stopWaiting?.();
  };

  const subscribe = (attempt: MqttClient, topic: string) => {
    attempt.subscribe(topic, { qos: 1 }, (error, granted) => {
      // 0x80: refused. An error otherwise means that the line is gone, and the next one subscribes.
      if (granted?.some(({ qos }) => (qos as number) === 0x80))
        trouble = `the broker refuses to subscribe ${topic}`;
      else if (!error && attempt === client) subscribed = connected;
    });
  };

  const connect = () => {
    const attempt = mqtt.connect(options.url, {
      clientId: options.username,
      username: options.username,
      password: options.password,
      protocolVersion: 4,
      clean: true,
      // This file reconnects by itself, see above.
      reconnectPeriod: 0,
      connectTimeout: 30_000,
      keepalive: 60,
    });
    client = attempt;
    const { subscription } = options;
    if (subscription) attempt.on("message", (_topic, payload) => subscription.onMessage(payload));
    attempt.on("connect", () => {
      connected = true;
      connects++;
      failures = 0;
      trouble = undefined;
      if (subscription) subscribe(attempt, subscription.topic);
      for (const entry of [...outstanding]) send(entry);
      if (!ending && outstanding.size < maxInFlight) options.onRoom?.();
    });
    attempt.on("error", (error) => {
      trouble = error.message || (error as NodeJS.ErrnoException).code || "connection failed";
    });
    attempt.on("close", () => {
      if (attempt === client) {
        connected = false;
        subscribed = false;
      }
      if (closed || away || attempt !== client || timer) return;
      const wait = Math.min(longestWaitMs, shortestWaitMs * 2 ** failures++) * (0.5 + Math.random());
      timer = setTimeout(() => {
        timer = undefined;
        connect();
      }, wait);
    });
  };
  connect();

  return {
    get connected() {
      return connected;
    },
    get subscribed() {
      return subscribed;
    },
    get connects() {
      return connects;
    },
    get inFlight() {
      return outstanding.size;
    },
    get trouble() {
      return trouble;
    },
    hasRoom: () => !ending && outstanding.size < maxInFlight && waiting.length === 0,
    publish(message) {
      if (ending) return Promise.resolve("unsent");
      return new Promise((resolve) => {
        if (outstanding.size < maxInFlight && waiting.length === 0) start(message, resolve);
        else waiting.push({ message, resolve });
      });
    },
    hangUp() {
      away = true;
      clearTimeout(timer);
      timer = undefined;
      client?.stream?.destroy();
    },
    dial() {
      if (!away || closed) return;
      away = false;
      connect();
    },
    abandon: () => stopWaiting?.(),
    async close(graceMs) {
      if (ending) return;
      ending = true;
      if (outstanding.size > 0 && graceMs > 0) {
        await new Promise<void>((resolve) => {
          const limit = setTimeout(resolve, graceMs);
          stopWaiting = () => {
            clearTimeout(limit);
            resolve();
          };
        });
      }
      closed = true;
      clearTimeout(timer);
      const unacknowledged = [...outstanding];
      outstanding.clear();
      await disconnect(client, connected && unacknowledged.length === 0);
      for (const entry of unacknowledged) entry.settle(entry.sent ? "unacknowledged" : "unsent");
      for (const entry of waiting.splice(0)) entry.resolve("unsent");
    },
  };
}

/** Says goodbye where that is possible; a broker that does not answer is left after two seconds. */
async function disconnect(client: MqttClient | undefined, politely: boolean): Promise<void> {
  if (!client) return;
  const goodbye = client.endAsync(!politely).catch(() => undefined);
  let limit: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, 2000);
  });
  await Promise.race([goodbye, patience]);
  clearTimeout(limit);
  client.stream?.destroy();
}
