/** The words of codecs: what comes from a device in its maker's bytes, and what that means to us. */

/** What came from a device: the payload of a LoRaWAN uplink, or one frame of a serial protocol. */
export interface CodecUplink {
  /** The LoRaWAN fPort; undefined where it came another way. */
  readonly port?: number | undefined;
  readonly bytes: Uint8Array;
  /** When it was received, in epoch milliseconds: the time of values that tell none. */
  readonly receivedAt: number;
  readonly settings?: CodecSettings | undefined;
}

/** What the bytes do not tell, and somebody has to know who installed the device. */
export interface CodecSettings {
  /** The litres that one pulse stands for: a register in pulses then is a volume as well. */
  readonly litresPerPulse?: number | undefined;
  /** The input of a device of several to which the meter is connected, from 1. */
  readonly channel?: number | undefined;
}

/**
 * A reading or an event in our own JSON, always with its `observedAt`. Its keys are quantities of kinds where there is one,
 * in that quantity's unit; what no kind has stands beside them and is kept in `extra`.
 */
export interface CodecItem {
  readonly channel: "telemetry" | "events";
  readonly item: Readonly<Record<string, unknown>>;
  /**
   * Set on an event that the device tells for as long as its cause stands, with each uplink. Who remembers what stood in
   * the one before leaves it out when it stood there already.
   */
  readonly standing?: true;
}

/**
 * Why there are no items. `short`: the end is missing; `length`: too many bytes, or no length that there is; `unknown`: a
 * part that we do not know, behind which we cannot read on.
 */
export type FaultReason =
  | "model"
  | "port"
  | "short"
  | "length"
  | "start"
  | "end"
  | "checksum"
  | "value"
  | "unknown"
  | "direction";

export interface CodecFault {
  readonly reason: FaultReason;
  /** The byte, counted from 0, or the field. */
  readonly at: string;
  /** What stands there, and what was expected. */
  readonly detail: string;
}

/** Items, or the faults for which there are none: never both, and never neither. */
export interface Decoded {
  readonly items: readonly CodecItem[];
  readonly faults: readonly CodecFault[];
}

/** A model of device, and how its bytes are read. Pure; it never throws, and its work is bounded by the bytes. */
export interface Codec {
  /** Maker and model in small letters, as `model` of a device names it. */
  readonly model: string;
  readonly maker: string;
  readonly measures: string;
  /** The LoRaWAN ports that it uses; undefined: any, as the port is a setting of the device. */
  readonly ports?: readonly number[];
  decode(uplink: CodecUplink): Decoded;
}

export const faultAt = (reason: FaultReason, at: string, detail: string): CodecFault => ({
  reason,
  at,
  detail,
});

export const refused = (reason: FaultReason, at: string, detail: string): Decoded => ({
  items: [],
  faults: [faultAt(reason, at, detail)],
});

/** The settings that an attribute of a device names; what is no setting is passed over. */
export function readCodecSettings(given: unknown): CodecSettings | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { litresPerPulse, channel } = given as Readonly<Record<string, unknown>>;
  const settings: CodecSettings = {
    ...(typeof litresPerPulse === "number" && litresPerPulse > 0 ? { litresPerPulse } : {}),
    ...(typeof channel === "number" && Number.isInteger(channel) && channel > 0 ? { channel } : {}),
  };
  return Object.keys(settings).length === 0 ? undefined : settings;
}
