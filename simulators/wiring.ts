import { hasCapability } from "../devices/capabilities.ts";
import { kindByName } from "../devices/catalog.ts";
import type { Kind } from "../devices/kind.ts";
import { seedOf } from "../devices/noise.ts";
import { type CommandSubscription, type DeviceConnection, openConnection } from "./connection.ts";
import type { DeviceCredential } from "./credentials.ts";
import { createDevice, draw, type SimulatedDevice } from "./device.ts";
import { openTerminalLine } from "./jt808/line.ts";
import type { Speaker } from "./speaker/speaker.ts";
import type { Speakers } from "./speaker/speakers.ts";
import type { Tally } from "./tally.ts";
import { createGatewayUplink, createOwnUplink, type Publish, type Uplink } from "./uplink.ts";

export interface WiringOptions {
  readonly mqttUrl: string;
  /** The door of JT/T 808, for the devices that say where they are; undefined: all speak MQTT. */
  readonly jt808Url?: string | undefined;
  readonly devices: readonly DeviceCredential[];
  readonly seed: number;
  readonly loss: number;
  readonly atLeast?: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** The terminals of speakers. Without them, speakers report and hear no commands. */
  readonly speakers?: Speakers | undefined;
  readonly maxInFlight?: number;
  readonly reconnect?: { readonly shortestWaitMs: number; readonly longestWaitMs: number };
}

/** A device of the fleet and the ways that its messages take. */
export interface Member {
  readonly credential: DeviceCredential;
  readonly kind: Kind;
  readonly seed: number;
  readonly device: SimulatedDevice;
  readonly telemetry: Uplink;
  readonly events: Uplink;
  readonly speaker: Speaker | undefined;
}

export interface Wiring {
  readonly members: readonly Member[];
  /** Grows as devices open their connections. */
  readonly connections: readonly DeviceConnection[];
  /** Hands over everything that devices and gateways still hold. */
  flush(): void;
  /** Items that were handed over and never left. */
  readonly unsent: number;
}

/** Messages that one connection may have unacknowledged; a gateway speaks for hundreds. */
const IN_FLIGHT = 8;
const IN_FLIGHT_OF_GATEWAY = 32;
const POOR_COVERAGE = 1;

interface Ways {
  readonly telemetry: Uplink;
  readonly events: Uplink;
}

const kindOf = ({ id, kind }: DeviceCredential): Kind => {
  const found = kindByName(kind);
  if (!found) throw new Error(`The device ${id} is of the kind '${kind}', which is not in the catalog`);
  return found;
};

/**
 * Makes the devices and gives each its way to the platform. A device that names a gateway of this fleet
 * reports through it, readings and events.
 * @throws Error when a device's kind is not in the catalog
 */
export function wire(options: WiringOptions, tally: Tally): Wiring {
  const connections: DeviceConnection[] = [];
  let unsent = 0;

  const publish: Publish = async (connection, message) => {
    if ((await connection.publish(message)) !== "unsent") return;
    for (const share of message.shares) unsent += share.count;
  };

  const open = (
    credential: DeviceCredential,
    maxInFlight: number,
    uplinks: readonly Uplink[],
    subscription?: CommandSubscription,
  ): DeviceConnection => {
    const isVehicle = options.jt808Url !== undefined && hasCapability(kindOf(credential), "locates");
    const openLine = isVehicle ? openTerminalLine : openConnection;
    const connection = openLine({
      url: isVehicle ? options.jt808Url! : options.mqttUrl,
      username: credential.username,
      password: credential.password,
      maxInFlight: options.maxInFlight ?? maxInFlight,
      ...options.reconnect,
      ...(subscription ? { subscription } : {}),
      onRoom: () => {
        for (const uplink of uplinks) uplink.onRoom();
      },
      onSent: (message, again) => tally.add(again ? "resent" : "published", message.shares),
      onAcknowledged: (message) => tally.add("acknowledged", message.shares),
    });
    connections.push(connection);
    return connection;
  };

  /** One connection for all topics, opened when it is first needed. */
  const ownWays = (
    credential: DeviceCredential,
    maxInFlight: number,
    uplinks: Uplink[],
    subscription?: CommandSubscription,
  ) => {
    let connection: DeviceConnection | undefined;
    const connect = () => {
      connection ??= open(credential, maxInFlight, uplinks, subscription);
      return connection;
    };
    const telemetry = createOwnUplink(connect, publish, credential.id, "telemetry");
    const events = createOwnUplink(connect, publish, credential.id, "events");
    uplinks.push(telemetry, events);
    return { telemetry, events, connect };
  };

  const gateways = new Map<string, { own: Ways; behind: Ways }>();
  for (const credential of options.devices) {
    if (!hasCapability(kindOf(credential), "gateway")) continue;
    const uplinks: Uplink[] = [];
    const { connect, ...own } = ownWays(credential, IN_FLIGHT_OF_GATEWAY, uplinks);
    const carry = (channel: "telemetry" | "events") =>
      createGatewayUplink(connect(), publish, credential.id, channel);
    const behind = { telemetry: carry("telemetry"), events: carry("events") };
    uplinks.push(behind.events, behind.telemetry);
    gateways.set(credential.id, { own, behind });
  }

  const makeDevice = (
    credential: DeviceCredential,
    seed: number,
    { telemetry, events }: Ways,
    isBehind = false,
  ) =>
    createDevice({
      id: credential.id,
      kind: kindOf(credential),
      seed,
      telemetry,
      events,
      poorCoverage: isBehind && draw(seed, POOR_COVERAGE) < options.loss,
      atLeast: options.atLeast?.get(credential.id),
    });

  /** A speaker is online all the time: it has to hear. */
  const wireSpeaker = (credential: DeviceCredential, seed: number, speakers: Speakers): Member => {
    const { id, regionCode, location } = credential;
    const { connect, ...ways } = ownWays(credential, IN_FLIGHT, [], {
      topic: `v1/devices/${id}/commands`,
      onMessage: (payload) => speaker.hear(payload),
    });
    const device = makeDevice(credential, seed, ways);
    const send = (channel: "replies" | "events", json: string) => {
      const message = {
        topic: `v1/devices/${id}/${channel}`,
        payload: json,
        shares: [{ deviceId: id, count: 1 }],
      };
      void publish(connect(), message);
    };
    const speaker: Speaker = speakers.add({
      id,
      seed,
      place: { regionCode, location },
      ways: {
        reply: (json) => send("replies", json),
        event: (json) => send("events", json),
        report: (at, metrics) => device.report(new Date(at), undefined, metrics),
        hangUp: () => connect().hangUp(),
        dial: () => connect().dial(),
      },
    });
    connect();
    return { credential, kind: kindOf(credential), seed, device, ...ways, speaker };
  };

  const members = options.devices.map((credential): Member => {
    const kind = kindOf(credential);
    const seed = seedOf(credential.id, options.seed);
    const gateway = gateways.get(credential.gatewayId ?? "")?.behind;
    if (hasCapability(kind, "sounds") && !gateway && options.speakers) {
      return wireSpeaker(credential, seed, options.speakers);
    }
    const ways = gateway ?? gateways.get(credential.id)?.own ?? ownWays(credential, IN_FLIGHT, []);
    const device = makeDevice(credential, seed, ways, gateway !== undefined);
    return { credential, kind, seed, device, ...ways, speaker: undefined };
  });

  return {
    members,
    connections,
    flush() {
      for (const { device } of members) device.flush();
      for (const { behind } of gateways.values()) {
        behind.events.flush();
        behind.telemetry.flush();
      }
    },
    get unsent() {
      return unsent;
    },
  };
}
