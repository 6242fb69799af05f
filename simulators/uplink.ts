import type { DeviceConnection } from "./connection.ts";
import { type Item, type Message, packArray, packByDevice } from "./pack.ts";

/** The way that a device's readings or events take: its own connection, or a gateway. */
export interface Uplink {
  /** True when it takes something now; otherwise a device keeps its items. */
  ready(): boolean;
  send(items: readonly Item[]): void;
  /** For bulk: resolves when the items are acknowledged or given up, so that the caller can pace itself. */
  deliver(items: readonly Item[]): Promise<void>;
  /** Calls back once, as soon as it is ready again. */
  whenReady(callback: () => void): void;
  /** Call it when the connection has room. */
  onRoom(): void;
  /** Sends the items that it was still collecting. */
  flush(): void;
}

/** Publishes, and counts the items that never left when the fleet stopped. */
export type Publish = (connection: DeviceConnection, message: Message) => Promise<void>;

function createWaiters() {
  let waiters = new Set<() => void>();
  return {
    add: (callback: () => void) => void waiters.add(callback),
    wake() {
      const woken = waiters;
      waiters = new Set();
      for (const callback of woken) callback();
    },
  };
}

/** A device that connects by itself; `channel` is the last part of its topic. */
export function createOwnUplink(
  connection: () => DeviceConnection,
  publish: Publish,
  deviceId: string,
  channel: "telemetry" | "events",
): Uplink {
  const topic = `v1/devices/${deviceId}/${channel}`;
  const waiters = createWaiters();
  const deliver = async (items: readonly Item[]) => {
    for (const message of packArray(topic, items)) await publish(connection(), message);
  };
  return {
    ready: () => connection().hasRoom(),
    send(items) {
      for (const message of packArray(topic, items)) void publish(connection(), message);
    },
    deliver,
    whenReady: waiters.add,
    onRoom: waiters.wake,
    flush: () => undefined,
  };
}

/** How long a gateway collects items before it passes them on, in milliseconds. */
const COLLECT_MS = 250;
/** The most that a gateway holds while its line is slow; beyond it, devices keep their readings themselves. */
const MOST_COLLECTED = 5000;

/** The readings, or events, of the devices behind a gateway, many in one message. */
export function createGatewayUplink(
  connection: DeviceConnection,
  publish: Publish,
  gatewayId: string,
  channel: "telemetry" | "events",
): Uplink {
  const topic = `v1/gateways/${gatewayId}/${channel}`;
  const waiters = createWaiters();
  let collected: Item[] = [];
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const items = collected;
    collected = [];
    for (const message of packByDevice(topic, items)) void publish(connection, message);
  };
  return {
    ready: () => connection.connected && collected.length < MOST_COLLECTED,
    send(items) {
      for (const item of items) collected.push(item);
      timer ??= setTimeout(() => {
        timer = undefined;
        if (connection.hasRoom()) flush();
      }, COLLECT_MS);
    },
    async deliver(items) {
      for (const message of packByDevice(topic, items)) await publish(connection, message);
    },
    whenReady: waiters.add,
    onRoom() {
      if (collected.length > 0 && timer === undefined) flush();
      waiters.wake();
    },
    flush,
  };
}
