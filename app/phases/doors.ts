import { apiKeyPrefix } from "../../access/api-keys.ts";
import { tokenMatches } from "../../access/tokens.ts";
import { createBroker } from "../../broker/broker.ts";
import { handOnDecoded } from "../../broker/hand-on.ts";
import { limitLookUps } from "../../broker/look-ups.ts";
import { registerBrokerMetrics } from "../../broker/metrics.ts";
import type { Broker } from "../../broker/options.ts";
import type { DoorExchange } from "../../exchange/exchange.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";
import { type MqttSource, openMqttSource } from "../../protocols/mqtt-source/door.ts";
import { isAway } from "../../store/database/index.ts";
import { scopeOf } from "../announce.ts";
import type { AccountsPhase } from "./accounts.ts";
import type { AudiencePhase } from "./audience.ts";
import type { Broadcasting } from "./broadcast.ts";
import type { DatabasePhase } from "./database.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

/** How many devices that are not in memory are looked up at once: half of the connections, the others are for batches. */
const LOOK_UPS = 2;
const EMBEDDED_LOOK_UPS = 1;

export interface DoorsInside extends IngestPhase, AudiencePhase {
  readonly exchange: DoorExchange<DeviceEntry>;
  readonly database: Pick<DatabasePhase, "facts">;
  readonly accounts: Pick<AccountsPhase, "directory" | "people">;
  readonly broadcasting: Pick<Broadcasting, "onListening">;
}

/** Makes the doors by which devices come in. They do not listen yet. */
export async function makeDoors(start: Start, inside: DoorsInside): Promise<Broker> {
  const { config, logOf, registry, atEnd } = start;
  const { ingest, hub, feed, accounts, broadcasting, exchange } = inside;
  const { directory } = ingest;
  const broker = await createBroker<DeviceEntry>({
    log: logOf("broker"),
    rateLimit: config.DEVICE_RATE_LIMIT,
    itemLimit: config.DEVICE_ITEM_LIMIT,
    limits: {
      connections: config.MQTT_MAX_CONNECTIONS,
      perAddress: config.MQTT_MAX_CONNECTIONS_PER_ADDRESS,
    },
    feed,
    // The same gate as that of HTTP: who guesses is slowed on both sides.
    gate: accounts.people.gate,
    ...identify(inside),
    ...handOnDecoded<DeviceEntry>({ onMessage: ingest.accept, onRefused: ingest.reject }),
    onPresence: exchange.sumPresence(({ device, connected, at, address }) => {
      ingest.notePresence({ deviceNo: device.deviceNo, connected, changedAt: at, address });
      hub.publish(
        "presence",
        { deviceId: device.id, connected, changedAt: at.toISOString() },
        scopeOf(device),
      );
    }),
    onListening: ({ id }) => broadcasting.onListening(id),
    knows: (name) =>
      directory.find(name) !== undefined || accounts.directory.findPrincipal(name) !== undefined,
  });
  exchange.add(broker);
  atEnd(() => exchange.close());
  registerBrokerMetrics(registry, broker, feed);
  return broker;
}

/** Opens the doors by which messages of other brokers come; they come at once. */
export function openSources(
  { config, logOf }: Start,
  { ingest, exchange }: Pick<DoorsInside, "ingest" | "exchange">,
): MqttSource[] {
  const { SOURCE_MQTT_URL: url, SOURCE_MQTT_TOPICS: topics, SOURCE_MQTT_CLIENT_ID: clientId } = config;
  if (url === undefined) return [];
  const source = openMqttSource<DeviceEntry>({
    url,
    topics,
    clientId,
    find: (id) => ingest.directory.find(id),
    lookUp: (id) => ingest.directory.lookUp(id),
    isAway,
    onMessage: ingest.accept,
    onRefused: ingest.reject,
    log: logOf("source"),
  });
  exchange.add(source);
  return [source];
}

/** How devices and applications say who they are: by a token, a key, or a certificate. */
function identify({ ingest: { directory }, accounts, database }: DoorsInside) {
  // A device that another process registered a moment ago is not in memory yet.
  const lookUp = limitLookUps(
    (id) => directory.lookUp(id),
    database.facts.embedded ? EMBEDDED_LOOK_UPS : LOOK_UPS,
  );
  return {
    authenticate: (username: string, token: Buffer) => {
      const key = token.toString();
      if (apiKeyPrefix(key) !== undefined) {
        const application = accounts.directory.findByKey(key);
        return application?.id === username ? application : undefined;
      }
      const check = (device: DeviceEntry | undefined) =>
        device && tokenMatches(token, device.tokenHash) ? device : undefined;
      const device = directory.find(username);
      return device ? check(device) : lookUp(username).then(check);
    },
    authenticateCertificate: (commonName: string) => directory.find(commonName) ?? lookUp(commonName),
  };
}
