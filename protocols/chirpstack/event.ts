import { ExactNumber } from "../../base/exact-json.ts";
import { type Identity, identityOf } from "../../devices/identities.ts";
import type { DoorRefusal } from "../../exchange/door.ts";
import { decodeJson } from "../../exchange/own-json.ts";

/** The events of ChirpStack v4 in JSON: topic and text → what they say, with the zeros that are left out. Pure. */

type Json = Readonly<Record<string, unknown>>;

/** The words at the end of a topic. */
const SORTS = ["up", "join", "status", "ack", "txack", "log", "location", "integration"] as const;
type Sort = (typeof SORTS)[number];

/** Gateways of an uplink that are kept, the best ones. Few are heard by more. */
const MOST_GATEWAYS = 16;

/** How well a gateway has heard an uplink. */
export interface HeardBy {
  readonly gatewayId: string;
  /** dBm */
  readonly rssi: number;
  /** dB */
  readonly snr: number;
}

interface NetworkEvent {
  /** In canonical form. */
  readonly devEui: string;
  readonly applicationId: string | undefined;
  /** By the network server's clock; RFC 3339 to the millisecond. */
  readonly at: string;
  /** The same for all that the server has made of one frame; log and txack have none. */
  readonly deduplicationId: string | undefined;
}

/** A frame of the device. */
export interface UplinkEvent extends NetworkEvent {
  readonly sort: "up";
  readonly devAddr: string | undefined;
  readonly fCnt: number;
  /** 0: it holds commands of LoRaWAN itself, and nothing of the device's application. */
  readonly fPort: number;
  readonly dr: number;
  readonly adr: boolean;
  readonly confirmed: boolean;
  readonly payload: Buffer;
  /** What the server's own codec has made of the payload. */
  readonly object: Json | undefined;
  /** The best one first, of many the best sixteen. */
  readonly gateways: readonly HeardBy[];
  /** Hz */
  readonly frequency: number | undefined;
  readonly spreadingFactor: number | undefined;
}

/** All else that the server tells of a device. */
export interface ReportEvent extends NetworkEvent {
  readonly sort: Exclude<Sort, "up">;
  /** As it came, without what every event has, and with the zeros that were left out. */
  readonly told: Json;
}

export type ChirpstackEvent = UplinkEvent | ReportEvent;

const TOPIC = /^application\/[^/]+\/device\/([^/]+)\/event\/([^/]+)$/;

/** The device that a topic names. */
export function identityIn(topic: string): Identity | undefined {
  const found = TOPIC.exec(topic);
  return found ? identityOf("deveui", found[1]!) : undefined;
}

const badEvent = (detail: string): DoorRefusal => ({ reason: "bad_frame", detail });

/** Reads an event, or says why it is none. @param maxBytes of the text; our own limit where it is not given */
export function readNetworkEvent(
  topic: string,
  raw: Buffer,
  maxBytes?: number,
): ChirpstackEvent | DoorRefusal {
  const sort = SORTS.find((word) => word === TOPIC.exec(topic)?.[2]);
  const devEui = identityIn(topic)?.value;
  if (sort === undefined || devEui === undefined)
    return badEvent(`topic: expected application/<id>/device/<devEUI>/event/ and one of ${SORTS.join(", ")}`);
  const decoded = decodeJson(raw, maxBytes);
  if ("reason" in decoded) {
    const { reason, detail } = decoded;
    return reason === "not_json"
      ? { reason, detail: `${detail}; ChirpStack sends JSON with json=true in [integration.mqtt]` }
      : decoded;
  }
  if (!isJson(decoded.value)) return badEvent("expected an object");
  // The server writes each once; of two we could keep but one.
  if (decoded.repeated) return badEvent("a key stands twice in one object");
  return new EventReader(decoded.value).read(sort, devEui);
}

const isJson = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);

/** Keys that every event has, and that no report repeats. */
const COMMON: ReadonlySet<string> = new Set(["deduplicationId", "time", "deviceInfo"]);

/** Thrown and caught in this file: the first thing that is wrong ends the reading. */
class Unreadable extends Error {}

/** Reads one event. Zero, false and empty fields are left out by the server, so what is missing has that value. */
class EventReader {
  private readonly body: Json;

  constructor(body: Json) {
    this.body = body;
  }

  read(sort: Sort, devEui: string): ChirpstackEvent | DoorRefusal {
    try {
      const common = this.common(devEui);
      return sort === "up"
        ? { sort, ...this.uplink(), ...common() }
        : { sort, ...common(), told: this.told(sort) };
    } catch (error) {
      if (error instanceof Unreadable) return badEvent(error.message);
      throw error;
    }
  }

  /** @returns the rest of it, which is looked at last: a wrong payload says more than a missing time */
  private common(devEui: string): () => NetworkEvent {
    const info = this.part(this.body, "deviceInfo");
    const given = this.text(info, "devEui");
    if (given === undefined)
      throw new Unreadable(
        "deviceInfo.devEui: missing; events of ChirpStack 4 have it, those of ChirpStack 3 are not read",
      );
    if (identityOf("deveui", given)?.value !== devEui)
      throw new Unreadable(
        `deviceInfo.devEui: '${given.slice(0, 32)}', expected that of the topic, ${devEui}`,
      );
    return () => ({
      devEui,
      applicationId: this.text(info, "applicationId"),
      at: this.moment(),
      deduplicationId: this.text(this.body, "deduplicationId"),
    });
  }

  private uplink(): Omit<UplinkEvent, keyof NetworkEvent | "sort"> {
    const { body } = this;
    const fPort = this.whole(body, "fPort");
    if (fPort > 255) throw new Unreadable(`fPort: ${fPort}, expected 0 to 255`);
    const txInfo = this.part(body, "txInfo");
    const lora = this.part(this.part(txInfo, "modulation"), "lora");
    return {
      devAddr: this.text(body, "devAddr"),
      fCnt: this.whole(body, "fCnt"),
      fPort,
      dr: this.whole(body, "dr"),
      adr: this.flag(body, "adr"),
      confirmed: this.flag(body, "confirmed"),
      payload: this.bytes(body, "data"),
      object: isJson(body.object) ? body.object : undefined,
      gateways: this.gateways(),
      frequency: txInfo.frequency === undefined ? undefined : this.whole(txInfo, "frequency"),
      spreadingFactor: lora.spreadingFactor === undefined ? undefined : this.whole(lora, "spreadingFactor"),
    };
  }

  private gateways(): HeardBy[] {
    const rxInfo = this.body.rxInfo ?? [];
    if (!Array.isArray(rxInfo)) throw new Unreadable("rxInfo: expected an array");
    return rxInfo
      .map((each) => {
        if (!isJson(each)) throw new Unreadable("rxInfo: expected objects");
        const gatewayId = this.text(each, "gatewayId") ?? "";
        return { gatewayId, rssi: this.number(each, "rssi"), snr: this.number(each, "snr") };
      })
      .sort((a, b) => b.snr - a.snr || b.rssi - a.rssi)
      .slice(0, MOST_GATEWAYS);
  }

  private told(sort: ReportEvent["sort"]): Json {
    const rest = Object.fromEntries(Object.entries(this.body).filter(([key]) => !COMMON.has(key)));
    return { ...rest, ...this.zeros(sort) };
  }

  /** The fields of a report whose absence says something. */
  private zeros(sort: ReportEvent["sort"]): Json {
    const { body } = this;
    switch (sort) {
      case "status":
        return this.status();
      case "ack":
        // A device that did not acknowledge is told by the absence of it.
        return { acknowledged: this.flag(body, "acknowledged"), fCntDown: this.whole(body, "fCntDown") };
      case "txack":
        return { fCntDown: this.whole(body, "fCntDown") };
      case "log":
        return { level: this.text(body, "level") ?? "INFO", code: this.text(body, "code") ?? "UNKNOWN" };
      case "location": {
        const location = this.part(body, "location");
        const [latitude, longitude] = [this.number(location, "latitude"), this.number(location, "longitude")];
        return {
          location: { ...location, latitude, longitude, altitude: this.number(location, "altitude") },
        };
      }
      default:
        return {};
    }
  }

  private status(): Json {
    const { body } = this;
    const externalPowerSource = this.flag(body, "externalPowerSource");
    const batteryLevelUnavailable = this.flag(body, "batteryLevelUnavailable");
    // 0 % is a level, where there is a battery and it is known.
    const isKnown = !externalPowerSource && !batteryLevelUnavailable;
    return {
      margin: this.number(body, "margin"),
      externalPowerSource,
      batteryLevelUnavailable,
      batteryLevel: isKnown ? this.number(body, "batteryLevel") : null,
    };
  }

  /** The server's time has nanoseconds; ours end at the millisecond. */
  private moment(): string {
    const given = this.text(this.body, "time");
    const found = given === undefined ? undefined : TIME.exec(given);
    const at = found ? new Date(`${found[1]}${(found[2] ?? "").slice(0, 4)}${found[3]}`) : undefined;
    if (at === undefined || Number.isNaN(at.getTime()) || !isDay(found![1]!.slice(0, 10)))
      throw new Unreadable(
        `time: ${given === undefined ? "missing" : `'${given.slice(0, 40)}'`}, expected RFC 3339`,
      );
    return at.toISOString();
  }

  private bytes(of: Json, key: string): Buffer {
    const given = this.text(of, key) ?? "";
    if (given.length % 4 !== 0 || !BASE64.test(given)) throw new Unreadable(`${key}: expected base64`);
    return Buffer.from(given, "base64");
  }

  private part(of: Json, key: string): Json {
    const given = of[key] ?? {};
    if (!isJson(given)) throw new Unreadable(`${key}: expected an object`);
    return given;
  }

  private text(of: Json, key: string): string | undefined {
    const given = of[key] ?? undefined;
    if (given !== undefined && typeof given !== "string") throw new Unreadable(`${key}: expected a text`);
    return given === "" ? undefined : given;
  }

  private number(of: Json, key: string): number {
    const given = of[key] ?? 0;
    const number = typeof given === "number" || given instanceof ExactNumber ? Number(given) : Number.NaN;
    if (!Number.isFinite(number)) throw new Unreadable(`${key}: expected a number`);
    return number;
  }

  private whole(of: Json, key: string): number {
    const number = this.number(of, key);
    if (!Number.isSafeInteger(number) || number < 0) throw new Unreadable(`${key}: expected a whole number`);
    return number;
  }

  private flag(of: Json, key: string): boolean {
    const given = of[key] ?? false;
    if (typeof given !== "boolean") throw new Unreadable(`${key}: expected true or false`);
    return given;
  }
}

/** False for the 30th of February, which `Date` takes for a day of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
