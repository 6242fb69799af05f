import type { Config } from "../base/config/index.ts";
import type { Logger } from "../base/log.ts";
import type { Identity } from "../devices/identities.ts";
import type { Door, DoorDecoder, DoorDevice, DoorEvents } from "./door.ts";

/** The ways in which a door finds its devices. */
export interface DoorDevices<D extends DoorDevice = DoorDevice> {
  /** A living device, from memory. */
  find(id: string): D | undefined;
  /** Asks the database for a device that is not in memory. Rejects while the database is away. */
  lookUp(id: string): Promise<D | undefined>;
  /** The living device that has this identity, from memory. */
  findIdentified(identity: Identity): D | undefined;
  /**
   * Asks the database for an identity that is not in memory; costs nothing where it was unknown in the last seconds. Rejects
   * while the database is away.
   */
  lookUpIdentified(identity: Identity): Promise<D | undefined>;
  /** The living device that has this id and this token. Rejects while the database is away. */
  authenticate(id: string, token: string): Promise<D | undefined>;
  /**
   * A secret of a living device for a purpose, such as the code of a login: the same at each process and after a restart, and
   * another once the device's token is changed.
   */
  secretOf(device: D, purpose: string): Buffer;
  /**
   * Binds a device at a door to the first that comes, until its token is changed. Rejects while the database is away.
   * @param holder names what has come in the door's own words
   * @returns the holder that it is bound to; undefined where its token is another one by now, and nothing was bound
   */
  bind(device: D, door: string, holder: string): Promise<string | undefined>;
  /** True when a query failed because the database is away: then it is tried again. */
  isAway(error: unknown): boolean;
}

/** The parts of the platform that a door gets when it is opened. */
export interface DoorParts<D extends DoorDevice = DoorDevice> {
  readonly config: Config;
  readonly log: Logger;
  readonly devices: DoorDevices<D>;
  readonly inside: DoorEvents<D>;
}

/** A protocol by which devices may reach the platform, besides the MQTT of its own broker. */
export interface Protocol {
  /** The name of its door. */
  readonly name: string;
  /** Decodes again the rejections of its messages, whether its door is open or not. */
  readonly decoder: DoorDecoder;
  /**
   * Opens its door. Messages may come at once.
   * @returns undefined where no setting asks for the door
   */
  open<D extends DoorDevice>(parts: DoorParts<D>): Promise<Door | undefined>;
}
