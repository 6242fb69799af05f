import type { CodecItem } from "../../devices/codecs/codec.ts";
import { codecOf, decodeUplink } from "../../devices/codecs/registry.ts";
import type {
  DoorDecoder,
  DoorDevice,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
} from "../../exchange/door.ts";
import {
  type ChirpstackEvent,
  identityIn,
  type ReportEvent,
  readNetworkEvent,
  type UplinkEvent,
} from "./event.ts";

/** What the events of ChirpStack mean to us: readings and events of their device. Pure. */

type Item = Readonly<Record<string, unknown>>;

/** The part of a device that its payload is read by. */
type Read = Pick<DoorDevice, "model" | "codecSettings">;

/**
 * The items of an event: those of its payload, with how it was heard beside the newest of them, or a report.
 * The time of the server is that of values which tell none, so an event that comes again is the same.
 */
export function itemsOf(event: ChirpstackEvent, device: Read): readonly CodecItem[] | DoorRefusal {
  if (event.sort !== "up") return [reported(event, event.told)];
  // An empty payload says nothing but that the device lives.
  if (event.fPort === 0 || event.payload.length === 0) return [reported(event, heardOf(event))];
  const { model } = device;
  if (model !== undefined && codecOf(model)) return decodedByUs(event, model, device);
  // Somebody has taught the network server what the bytes mean, in our words as far as a quantity is to come of it.
  if (event.object && Object.keys(event.object).length > 0) {
    const { observedAt } = event.object;
    const item: Item = { ...event.object, observedAt: observedAt ?? event.at, ...heardBeside(event) };
    return [{ channel: "telemetry", item }];
  }
  return noCodec(event, model);
}

function decodedByUs(
  event: UplinkEvent,
  model: string,
  { codecSettings: settings }: Read,
): readonly CodecItem[] | DoorRefusal {
  const { fPort: port, payload: bytes, object } = event;
  const { items, faults } = decodeUplink({ model, port, bytes, receivedAt: Date.parse(event.at), settings });
  if (faults.length > 0) {
    const told = faults.map(({ at, detail }) => `${at}: ${detail}`).join("; ");
    return { reason: "bad_frame", detail: `payload, by the codec ${model}: ${told}` };
  }
  const beside = { ...heardBeside(event), ...(object ? { object } : {}) };
  const newest = newestOf(items);
  return items.map((each) => (each === newest ? { ...each, item: { ...each.item, ...beside } } : each));
}

/** How an uplink was heard stands once, beside what is of its own moment or next to it. */
function newestOf(items: readonly CodecItem[]): CodecItem | undefined {
  const readings = items.filter(({ channel }) => channel === "telemetry");
  const among = readings.length > 0 ? readings : items;
  const at = ({ item }: CodecItem) => Date.parse(String(item.observedAt));
  return among.reduce<CodecItem | undefined>(
    (newest, each) => (newest === undefined || at(each) > at(newest) ? each : newest),
    undefined,
  );
}

function noCodec({ fPort, payload }: UplinkEvent, model: string | undefined): DoorRefusal {
  const whose =
    model === undefined ? "the device has no model" : `the device's model '${model}' has no codec here`;
  const what = `${payload.length} bytes on port ${fPort}, 0x${payload.subarray(0, 16).toString("hex")}`;
  return {
    reason: "bad_frame",
    detail: `payload: ${whose}, so nobody knows what these mean: ${what}; expected a model of docs/codecs.md, or an object of ChirpStack's own codec`,
  };
}

const heardBeside = (event: UplinkEvent): Item => ({ lorawan: heardOf(event) });

const heardOf = ({ devAddr, fCnt, fPort, dr, frequency, spreadingFactor, gateways }: UplinkEvent): Item => ({
  ...(devAddr === undefined ? {} : { devAddr }),
  ...{ fCnt, fPort, dr },
  ...(frequency === undefined ? {} : { frequency }),
  ...(spreadingFactor === undefined ? {} : { spreadingFactor }),
  gateways,
});

/** An event without values of the device. It has the server's name for it where there is one, or else one by its content. */
function reported({ sort, at, deduplicationId }: UplinkEvent | ReportEvent, told: Item): CodecItem {
  const eventId =
    deduplicationId === undefined || deduplicationId.length > LONGEST_ID
      ? {}
      : { eventId: `${sort}-${deduplicationId}` };
  return {
    channel: "events",
    item: { ...eventId, observedAt: at, type: "network_report", report: sort, told },
  };
}

const LONGEST_ID = 64;

/** The messages of an event, one for each channel; of an unknown device one that says so. */
export function messagesOf<D extends DoorDevice>(
  raw: RawMessage<D>,
  event: ChirpstackEvent,
): readonly ReceivedMessage<D>[] | DoorRefusal {
  const { device } = raw;
  if (device === undefined) return [{ ...raw, channel: "telemetry", value: undefined, repeated: undefined }];
  const items = itemsOf(event, device);
  if ("reason" in items) return items;
  return (["telemetry", "events"] as const).flatMap((channel) => {
    const own = items.filter((each) => each.channel === channel).map(({ item }) => item);
    if (own.length === 0) return [];
    return [{ ...raw, channel, value: own.length === 1 ? own[0] : own, repeated: undefined }];
  });
}

/** Decodes again an event that a rejection has kept. */
export const chirpstackDecoder: DoorDecoder = {
  decode(message, maxBytes) {
    const event = readNetworkEvent(message.context, message.raw, maxBytes);
    return "reason" in event ? event : messagesOf(message, event);
  },
  identityOf: identityIn,
};
