import type { Duplex } from "node:stream";
import type { Principal } from "../access/decide.ts";
import type { LoginGate } from "../access/login-gate.ts";
import type { Channel } from "../base/channels.ts";
import type { ConnectionLimits } from "../base/connection-limits.ts";
import type { Logger } from "../base/log.ts";
import type { TlsFiles } from "../base/tls-files.ts";
import type { FollowedTls } from "../base/tls-server.ts";
import type { Door, DoorDevice, DoorEvents } from "../exchange/door.ts";
import type { Feed } from "./feed.ts";

/** One publish of a device that has logged in. */
export interface Published<P extends DoorDevice> {
  readonly principal: P;
  /**
   * Undefined: the topic is not among the device's own. It is acknowledged once that is on record, and goes nowhere.
   */
  readonly channel: Channel | undefined;
  readonly topic: string;
  readonly payload: Buffer;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

/** The reason why the broker itself refuses a message; the message is still handed over, to be put on record. */
export type BrokerRefusal = { reason: "rate_limited" | "payload_too_large"; detail: string };

/** A client that has logged in: a device, or an application that listens. No others come in here. */
export type Known<P extends DoorDevice> = P | Principal;

export interface BrokerOptions<P extends DoorDevice> {
  readonly log: Logger;
  /**
   * The device or application that logs in, or undefined. May reject while the database is away: the client is told to
   * come back. An answer at once lets nothing come between the look at the token and the session that `disconnect` can
   * end.
   */
  readonly authenticate: (
    username: string,
    token: Buffer,
  ) => Known<P> | undefined | Promise<Known<P> | undefined>;
  /** True when the name is known in memory. Only such a name is logged when a login is refused. */
  readonly knows?: (name: string) => boolean;
  /**
   * The device with the common name of a client certificate, which the TLS listener has verified. Without it no
   * certificate lets a client in.
   */
  readonly authenticateCertificate?: (commonName: string) => P | undefined | Promise<P | undefined>;
  /**
   * Takes a message over. It is acknowledged when `settled` is called, and not before.
   * @returns how many items it holds, where that is known
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: who does not count returns nothing.
  readonly onPublish: (message: Published<P>, settled: () => void) => number | void;
  /** Takes note of a message that is refused. */
  readonly onRefused: (message: Published<P>, refusal: BrokerRefusal, settled: () => void) => void;
  readonly onPresence: DoorEvents<P>["onPresence"];
  readonly onListening?: DoorEvents<P>["onListening"];
  /** Messages per second and device; 0 for no limit. The burst is ten seconds' worth, at least 10. */
  readonly rateLimit: number;
  /**
   * Items per second and device; 0, or not given, for no limit. The burst is ten seconds' worth. A message counts once
   * it was taken over, and the ones behind it wait until its items beyond the burst are made up for.
   */
  readonly itemLimit?: number;
  /** The feed of applications. Without it applications are refused. */
  readonly feed?: Feed;
  /** Slows the answers to wrong logins. */
  readonly gate?: Pick<LoginGate, "failed" | "delayFor">;
  readonly limits?: Partial<ConnectionLimits>;
  readonly now?: () => number;
}

/** The ports to listen on. `off`: none; port 0 takes any free port. */
export interface ListenOptions {
  readonly host: string;
  readonly port: number | "off";
  readonly wsPort: number | "off";
  /** The certificate with which that port speaks TLS (`wss://`); without it, it speaks plain text. */
  readonly wss?: FollowedTls | undefined;
  readonly tls?: {
    readonly port: number;
    readonly files: TlsFiles;
    /** How often the files are looked at, in milliseconds. */
    readonly pollMs?: number;
  };
}

/** The ports of the listeners; 0 where there is none. */
export interface Ports {
  readonly port: number;
  readonly wsPort: number;
  readonly tlsPort: number;
}

/** Counts of the broker's refusals since its start, for metrics. */
export interface BrokerCounts {
  /** Wrong user name, token, key or certificate. */
  readonly loginsRefused: number;
  /** Logins that could not be checked. */
  readonly loginsUnchecked: number;
  /** Connections beyond a limit: in all, per address or before their login. */
  readonly connectionsRefused: number;
  readonly subscriptionsRefused: number;
  readonly tlsErrors: number;
}

/** The MQTT door. It delivers with QoS 1. */
export interface Broker extends Door {
  /**
   * Starts to listen. @throws PlatformError `config_invalid` that names the file, when a certificate or key cannot
   * be used; the error of the listener, e.g. EADDRINUSE
   */
  listen(options: ListenOptions): Promise<Ports>;
  /** Takes over an open connection, as the listeners do. */
  handle(connection: Duplex): void;
  /** Sends to a device's topic with QoS 1. */
  send(topic: string, payload: string): Promise<void>;
  readonly endTakenOver: Required<Door>["endTakenOver"];
  /** Devices and gateways that have logged in. */
  readonly connections: number;
  readonly counts: BrokerCounts;
}
