import { Counter, type Registry } from "prom-client";
import { apiKeyPrefix } from "../../access/api-keys.ts";
import { tokenMatches } from "../../access/tokens.ts";
import { createBroker } from "../../broker/broker.ts";
import { handOnDecoded } from "../../broker/hand-on.ts";
import { limitLookUps } from "../../broker/look-ups.ts";
import { registerBrokerMetrics } from "../../broker/metrics.ts";
import type { Broker } from "../../broker/options.ts";
import type { DoorEvents } from "../../exchange/door.ts";
import type { DoorExchange } from "../../exchange/exchange.ts";
import type { DoorDevices } from "../../exchange/protocol.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";
import { isAway } from "../../store/database/index.ts";
import type { PresenceNews } from "../../store/devices/index.ts";
import { deviceSecrets } from "../device-secrets.ts";
import { orSayWhichPort } from "../listening.ts";
import { hearPresence } from "../presence-news.ts";
import { PROTOCOLS } from "../protocols.ts";
import type { AccountsPhase } from "./accounts.ts";
import type { AudiencePhase } from "./audience.ts";
import type { Broadcasting } from "./broadcast.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { DatabasePhase } from "./database.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

/**
 * How many devices that are not in memory are looked up at once: half of the connections, the others are for batches.
 */
const LOOK_UPS = 2;
const EMBEDDED_LOOK_UPS = 1;

export interface DoorsInside extends IngestPhase, AudiencePhase {
  readonly exchange: DoorExchange<DeviceEntry>;
  readonly database: Pick<DatabasePhase, "facts" | "pools">;
  readonly accounts: Pick<AccountsPhase, "directory" | "people">;
  readonly broadcasting: Pick<Broadcasting, "onListening">;
  readonly cluster: Pick<ClusterPhase, "returned" | "told">;
}

export interface Doors {
  /** The door of MQTT, which does not listen yet. */
  readonly broker: Broker;
  /** The living device that has this id and this token. */
  readonly authenticate: DoorDevices<DeviceEntry>["authenticate"];
  /** Opens the doors of the other protocols that settings ask for. Messages may come by them at once. */
  openOthers(): Promise<void>;
}

/** Makes the doors by which devices come in. */
export async function makeDoors(
  { config, logOf, registry, atEnd }: Start,
  inside: DoorsInside,
): Promise<Doors> {
  const { feed, accounts, exchange } = inside;
  const { directory } = inside.ingest;
  const events = eventsOf(inside);
  const known = identify(inside);
  const broker = await createBroker<DeviceEntry>({
    log: logOf("broker"),
    rateLimit: config.DEVICE_RATE_LIMIT,
    itemLimit: config.DEVICE_ITEM_LIMIT,
    limits: {
      connections: config.MQTT_MAX_CONNECTIONS,
      perAddress: config.MQTT_MAX_CONNECTIONS_PER_ADDRESS,
    },
    feed,
    // The same gate as for HTTP: callers who guess are slowed on both sides.
    gate: accounts.people.gate,
    authenticate: known.anyone,
    authenticateCertificate: known.byCertificate,
    knows: (name) =>
      directory.find(name) !== undefined || accounts.directory.findPrincipal(name) !== undefined,
    ...handOnDecoded<DeviceEntry>(events),
    onPresence: events.onPresence,
    onListening: events.onListening,
  });
  /** Doors whose devices are at all processes alike, by name, and how each tells of them again where it is its turn. */
  const sharing = new Map<string, () => void>();
  // The others have marked its devices as gone.
  inside.cluster.returned.add(() => {
    for (const { door, device, connected, address } of exchange.present()) {
      if (sharing.has(door)) continue;
      const { deviceNo } = device;
      inside.ingest.notePresence({ deviceNo, connected, changedAt: new Date(), address });
    }
    for (const tellAgain of sharing.values()) tellAgain();
  });
  const hearing = {
    instance: config.INSTANCE_ID,
    exchange,
    find: (deviceNo: number) => directory.findByNo(deviceNo),
    notePresence: inside.ingest.notePresence,
  };
  inside.cluster.told.add({
    onNews(news) {
      for (const { topic, payload } of news) {
        if (topic !== "presence") continue;
        for (const presence of payload as PresenceNews[]) hearPresence(hearing, presence);
      }
    },
  });
  const counted = new Map<string, () => Readonly<Record<string, number>>>();
  registerDoorCounts(registry, counted);
  exchange.add(broker);
  atEnd(() => exchange.close());
  registerBrokerMetrics(registry, broker, feed);
  const devices: DoorDevices<DeviceEntry> = {
    find: (id) => directory.find(id),
    lookUp: (id) => directory.lookUp(id),
    findIdentified: directory.identities.find,
    lookUpIdentified: directory.identities.lookUp,
    authenticate: async (id, token) => known.device(id, Buffer.from(token)),
    ...deviceSecrets(inside.database.pools.ingest),
    isAway,
  };
  return {
    broker,
    authenticate: devices.authenticate,
    async openOthers() {
      for (const { name, open } of PROTOCOLS) {
        const door = await orSayWhichPort(open({ config, log: logOf(name), devices, inside: events }));
        if (!door) continue;
        exchange.add(door);
        if (door.packetCounts) counted.set(name, () => door.packetCounts!());
        if (door.tellAgain) sharing.set(name, () => door.tellAgain!());
      }
    },
  };
}

/** Shows what the doors of other protocols count; it is read at each scrape. */
function registerDoorCounts(
  registry: Registry,
  counted: ReadonlyMap<string, () => Readonly<Record<string, number>>>,
): void {
  new Counter({
    name: "sbi_door_packets_total",
    help: "Packets at the doors of other protocols, by what became of them",
    labelNames: ["door", "result"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [door, read] of counted)
        for (const [result, count] of Object.entries(read())) this.inc({ door, result }, count);
    },
  });
}

/** The events of doors, handed to the parts that take them. */
function eventsOf({ ingest, broadcasting, exchange }: DoorsInside): DoorEvents<DeviceEntry> {
  return {
    onMessage: ingest.accept,
    onRefused: ingest.reject,
    onUnknown: ingest.noteUnknown,
    onPresence: exchange.sumPresence(({ device, connected, at, address, connection }) => {
      ingest.notePresence({ deviceNo: device.deviceNo, connected, changedAt: at, address, connection });
    }),
    onListening: (device) => broadcasting.onListening(device),
  };
}

/** The ways in which devices and applications identify themselves: by a token, a key, or a certificate. */
function identify({ ingest: { directory }, accounts, database }: DoorsInside) {
  // A device that another process registered a moment ago is not in memory yet.
  const lookUp = limitLookUps(
    (id) => directory.lookUp(id),
    database.facts.embedded ? EMBEDDED_LOOK_UPS : LOOK_UPS,
  );
  // At once where possible: then nothing comes between the look at the token and the session that it opens.
  const device = (id: string, token: Buffer) => {
    const check = (found: DeviceEntry | undefined) =>
      found && tokenMatches(token, found.tokenHash) ? found : undefined;
    const found = directory.find(id);
    return found ? check(found) : lookUp(id).then(check);
  };
  return {
    device,
    anyone: (username: string, token: Buffer) => {
      const key = token.toString();
      if (apiKeyPrefix(key) === undefined) return device(username, token);
      const application = accounts.directory.findByKey(key);
      return application?.id === username ? application : undefined;
    },
    byCertificate: (commonName: string) => directory.find(commonName) ?? lookUp(commonName),
  };
}
