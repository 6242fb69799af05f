import type { Channel } from "../base/channels.ts";
import type { Repeated } from "../base/exact-json.ts";
import type { CodecSettings } from "../devices/codecs/codec.ts";
import type { Identity } from "../devices/identities.ts";

/**
 * The name of the door that speaks our own dialect. Records that the platform makes by itself, as if a device had sent
 * them, are in that door's words.
 */
export const OWN_DOOR = "mqtt";

/** A device as doors and the inside name it to each other. */
export interface DoorDevice {
  readonly id: string;
  readonly deviceNo: number;
  /** True when it may speak for the devices that are assigned to it, and hears their commands. */
  readonly gateway: boolean;
  /** Names the codec of its bytes, for protocols that only carry them; undefined where nobody has said it. */
  readonly model?: string | undefined;
  /** What that codec has to be told by whoever has installed the device. */
  readonly codecSettings?: CodecSettings | undefined;
}

/** The reasons for which a door itself refuses a message, before its items are looked at. */
export type DoorReason = "payload_too_large" | "empty" | "not_json" | "bad_frame" | "rate_limited";

export interface DoorRefusal {
  readonly reason: DoorReason;
  readonly detail: string;
}

/** The raw side of a message: a rejection keeps it, and a replay begins with it. */
export interface RawMessage<D extends DoorDevice = DoorDevice> {
  /** The `name` of the door by which it came. */
  readonly door: string;
  /** The sender; undefined for an unknown one. */
  readonly device: D | undefined;
  /** Where or as what it came in the words of its door's protocol: for MQTT, the topic. */
  readonly context: string;
  /** The bytes as they came. */
  readonly raw: Buffer;
  /** The platform's clock at arrival, epoch milliseconds. */
  readonly receivedAt: number;
  /** Set where its door knows it already. */
  readonly channel?: Channel | undefined;
}

/** A message that its door has decoded. */
export interface ReceivedMessage<D extends DoorDevice = DoorDevice> extends RawMessage<D> {
  /** Undefined: the context is not among the device's own; the message is acknowledged once that is on record. */
  readonly channel: Channel | undefined;
  /**
   * One item or an array of them; from a gateway an object of device ids and their items. Undefined without a device or
   * a channel: nothing looks at it, so it is not decoded.
   */
  readonly value: unknown;
  /** The first values of keys that stand again in their object; undefined for nearly all messages. */
  readonly repeated: Repeated | undefined;
}

/** A message of a device that nobody has registered, by the name with which it came. */
export interface UnknownMessage extends Pick<RawMessage, "door" | "context" | "raw" | "receivedAt"> {
  readonly identity: Identity;
  /** Where it came from on the network. */
  readonly address: string | undefined;
}

/** Decodes again a message that a rejection has kept from a door. It needs no open door. */
export interface DoorDecoder {
  /**
   * @param message its `raw` is the whole message as it came. Where only items of a message were refused, ingest has them on
   *   record in its own JSON and reads them itself.
   * @param maxBytes of `raw`; the door's own limit where it is not given
   * @returns one message, or one for each channel of which it holds items
   */
  decode<D extends DoorDevice>(
    message: RawMessage<D>,
    maxBytes?: number,
  ): ReceivedMessage<D> | readonly ReceivedMessage<D>[] | DoorRefusal;
  /**
   * The id of the sender that a context names, where the door goes by that alone: so a message that came before its
   * device was registered can be replayed. Absent where devices say who they are in another way.
   */
  senderOf?(context: string): string | undefined;
  /** The same where a context names its sender by an identity. */
  identityOf?(context: string): Identity | undefined;
}

/** The device that a command is for. An id that was given again names another device, which has another number. */
export type CommandedDevice = Pick<DoorDevice, "id" | "deviceNo">;

/** The outcome of a command: a door took it for its way to the device, or the reason why none did. */
export type Delivery = "taken" | "not_listening" | "too_slow";

export interface DoorCommand {
  /**
   * A JSON object of our own dialect, as the device itself is to get it. A door that speaks another dialect translates
   * it.
   */
  readonly payload: string;
  /**
   * The gateway that carries it, where the device has no connection of its own; its door adds the device's id there.
   */
  readonly through?: string;
}

/** A device came, or left a door. */
export interface DoorPresence<D extends DoorDevice = DoorDevice> {
  readonly door: string;
  readonly device: D;
  readonly connected: boolean;
  readonly at: Date;
  readonly address: string | undefined;
  /** Names the connection in a way that another process of its door would as well, where a new one ends the old one. */
  readonly connection?: string | undefined;
}

/** The events that every door reports to the inside. */
export interface DoorEvents<D extends DoorDevice = DoorDevice> {
  /**
   * Takes a message over. The door acknowledges it once `settled` is called, and not before: then it is committed.
   * @returns how many items it holds
   */
  readonly onMessage: (message: ReceivedMessage<D>, settled: () => void) => number;
  /** Puts a message on record that the door refuses; acknowledged as above. */
  readonly onRefused: (message: RawMessage<D>, refusal: DoorRefusal, settled: () => void) => void;
  /**
   * Puts a device on record that nobody has registered, and keeps its newest messages for when somebody does. They may be
   * lost before: the door answers nothing that means that they are stored.
   */
  readonly onUnknown: (message: UnknownMessage) => void;
  readonly onPresence: (presence: DoorPresence<D>) => void;
  /** A device listens to its commands from now on. */
  readonly onListening: (device: D) => void;
}

/** How a door is. `check` is the name of its line in the answer of `/readyz`. */
export type DoorHealth =
  /** `detail`: what is wrong although it is expected to pass by itself. */
  | { readonly check: string; readonly ok: true; readonly detail?: string | undefined }
  /** Nothing comes by this door before somebody does something. */
  | { readonly check: string; readonly ok: false; readonly detail: string };

/**
 * A way by which devices reach the platform, and the platform reaches them: a broker, a protocol's server, a source.
 */
export interface Door {
  /** Short and stable, as it stands in rejections, metrics and logs. */
  readonly name: string;
  /**
   * Hands a command over for a device, to each of its connections that listens; nothing is kept for one that is away.
   * It chooses these connections before it returns: a caller that has looked at a device and calls this in the same
   * turn must not reach another one that has its id a moment later. It reaches none either that has the id by now and
   * another number: a broadcast is on the air for hours, and may name a device that is gone.
   */
  deliver(device: CommandedDevice, command: DoorCommand): Promise<Delivery>;
  /** True when the device is at this door, and a command for it belongs here. */
  isOnline(id: string): boolean;
  /** Ends what a device has open, e.g. after its token was changed; other devices on the same connection stay. */
  disconnect(id: string): void;
  /**
   * Only where the protocol names devices by identities: a device has lost this one. Whoever came by it speaks for the
   * device no more, and gets nothing that is meant for it.
   */
  endIdentified?(device: CommandedDevice, identity: Identity): void;
  /**
   * Only where a new connection of a device ends the one before: it has connected to another process since.
   * @param connection its name in the presence that the door there has reported
   * @param at when it has connected there; one that was made here later stays, and is reported again
   */
  endTakenOver?(id: string, connection: string, at: number): void;
  /**
   * Only where a device is at all processes alike, and one of them reports it: tells again who is there, if this process
   * still has that turn. The others have taken it for dead meanwhile.
   */
  tellAgain?(): void;
  /** How the door is, for `/readyz`; not there where a door that is open is well. */
  health?(): DoorHealth;
  /**
   * Only where messages may wait before this door: the moment up to which all of them have come to a process, in epoch
   * milliseconds; undefined while this process does not know.
   */
  heardUpTo?(): number | undefined;
  /** What has come by this door so far, by what became of it, for `/metrics`. */
  packetCounts?(): Readonly<Record<string, number>>;
  /** Takes nothing new in; messages that were read are still acknowledged. */
  quiesce(): Promise<void>;
  close(): Promise<void>;
}
