import { createServer, type Socket } from "node:net";
import { Aedes } from "aedes";

export interface Received {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string;
  readonly dup: boolean;
  readonly qos: number;
}

/** A small real broker on a port of its own, whose acknowledgements a test can hold back. */
export interface TestBroker {
  readonly url: string;
  readonly received: readonly Received[];
  /** Client ids in the order in which they connected, repetitions included. */
  readonly connects: readonly string[];
  /** While held, publishes arrive and are not acknowledged. */
  hold(): void;
  /** Acknowledges what is held and everything from now on. */
  release(): void;
  /** How many acknowledgements are held back. */
  readonly held: number;
  /** Breaks every connection, without acknowledging what is held. */
  breakConnections(): void;
  /** Sends a message to whoever has subscribed, with QoS 1. */
  publish(topic: string, payload: string | Buffer): void;
  /** Refuses this user name from now on. */
  refuse(username: string): void;
  /** How often that happened. */
  readonly refusals: number;
  /** Resolves as soon as the condition holds; it is looked at after everything that happens here. */
  until(condition: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function startBroker(): Promise<TestBroker> {
  const received: Received[] = [];
  const connects: string[] = [];
  const refused = new Set<string>();
  const sockets = new Set<Socket>();
  const watchers = new Set<() => void>();
  let holding = false;
  let refusals = 0;
  let heldBack: (() => void)[] = [];
  const changed = () => {
    for (const watcher of watchers) watcher();
  };

  const broker = await Aedes.createBroker({
    authenticate(_client, username, _password, done) {
      const allowed = !refused.has(username ?? "");
      if (!allowed) refusals++;
      done(null, allowed);
      changed();
    },
    authorizePublish(client, packet, done) {
      received.push({
        clientId: client?.id ?? "",
        topic: packet.topic,
        payload: packet.payload.toString(),
        dup: packet.dup,
        qos: packet.qos,
      });
      if (holding) heldBack.push(() => done(null));
      else done(null);
      changed();
    },
  });
  broker.on("clientReady", (client) => {
    connects.push(client.id);
    changed();
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };

  const destroySockets = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `mqtt://127.0.0.1:${port}`,
    received,
    connects,
    hold() {
      holding = true;
    },
    release() {
      holding = false;
      for (const acknowledge of heldBack.splice(0)) acknowledge();
    },
    get held() {
      return heldBack.length;
    },
    breakConnections() {
      heldBack = [];
      destroySockets();
    },
    publish(topic, payload) {
      const packet = { cmd: "publish", topic, payload, qos: 1, retain: false, dup: false } as const;
      broker.publish(packet, () => undefined);
    },
    refuse: (username) => void refused.add(username),
    get refusals() {
      return refusals;
    },
    until(condition) {
      return new Promise((resolve) => {
        const look = () => {
          if (!condition()) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      });
    },
    async close() {
      destroySockets();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
