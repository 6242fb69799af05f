import type { DeviceChannel } from "../../base/channels.ts";
import type {
  DoorDecoder,
  DoorDevice,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
} from "../../exchange/door.ts";
import { type AlarmEdge, alarmNames, statesOf } from "./alarms.ts";
import { meaningsOf } from "./extras.ts";
import { Jt808FrameReader } from "./frame.ts";
import { momentOfClock, readLocation, readLocationBatch, type TerminalLocation } from "./location.ts";
import { ID, type Jt808Message, nameOfId, readJt808 } from "./message.ts";
import { readLogin, readRegistration } from "./registration.ts";

/** What the messages of terminals mean to us: their content as readings and events. Pure. */

type Item = Record<string, unknown>;

/** A part of a message's content in the shape that the inside takes. */
export interface Content {
  readonly channel: DeviceChannel;
  readonly value: Item | Item[];
}

/** A location, its moment, and whether its terminal made it up for a time without a line. */
export interface Located {
  readonly location: TerminalLocation;
  /** RFC 3339; undefined where the terminal's clock was none. */
  readonly observedAt: string | undefined;
  readonly isPast: boolean;
}

/** The refusal of a message that is whole and says nothing that we know. */
export const badJt808 = (detail: string): DoorRefusal => ({ reason: "bad_frame", detail });

/** The locations in a message: one, those of a batch, or none for another sort of message. */
export function locationsOf({ id, body }: Pick<Jt808Message, "id" | "body">): Located[] | DoorRefusal {
  if (id !== ID.locations) {
    const behind = id === ID.location ? 0 : 2;
    const location = readLocation(body.subarray(behind));
    return location ? [locatedAt(location, false)] : badJt808(`${nameOfId(id)}: too short for a location`);
  }
  const batch = readLocationBatch(body);
  if (!batch) return badJt808(`${nameOfId(id)}: its locations are not as many or as long as it says`);
  const located: Located[] = [];
  for (const [index, bytes] of batch.bodies.entries()) {
    const location = readLocation(bytes);
    if (!location) return badJt808(`${nameOfId(id)}: location ${index + 1} is too short for one`);
    located.push(locatedAt(location, batch.isPast));
  }
  return located.length > 0 ? located : badJt808(`${nameOfId(id)}: no locations`);
}

const locatedAt = (location: TerminalLocation, isPast: boolean): Located => ({
  location,
  observedAt: momentOfClock(location.clock),
  isPast,
});

/** Bits of the status that are quantities. */
const [IGNITION, LOCATED] = [1 << 0, 1 << 1];

/** Quantities of ours among the extras. */
const MEASURED: ReadonlySet<string> = new Set(["mileage", "fuel", "satellites", "signal"]);

/** Locations as readings. All that has no quantity is kept as it came: the raw bits, degrees in full, unknown extras. */
export const locationReadings = (all: readonly Located[]): Content => {
  const items = all.map(readingOf);
  return { channel: "telemetry", value: items.length === 1 ? items[0]! : items };
};

function readingOf({ location, observedAt, isPast }: Located): Item {
  const { known, others } = meaningsOf(location.extras);
  const isLocated = (location.status & LOCATED) !== 0;
  const words = Object.entries(known);
  const place = { longitude: location.longitude, latitude: location.latitude };
  return {
    ...(observedAt === undefined ? { terminalClock: `${location.clock} is none` } : { observedAt }),
    // Without a fix these are zeros, or where it was when it lost it: nobody is to be shown there.
    ...(isLocated ? { ...place, altitude: location.altitude, direction: location.direction } : {}),
    ...(isLocated ? { speed: location.speed } : {}),
    ...Object.fromEntries(words.filter(([key]) => MEASURED.has(key))),
    ignition: (location.status & IGNITION) === 0 ? "off" : "on",
    fix: isLocated ? "located" : "none",
    ...statesOf(location.alarm),
    alarms: alarmNames(location.alarm).join(" ") || "none",
    exact: isLocated
      ? place
      : { ...place, altitude: location.altitude, direction: location.direction, speed: location.speed },
    bits: { alarm: location.alarm, status: location.status },
    ...Object.fromEntries(words.filter(([key]) => !MEASURED.has(key))),
    ...(Object.keys(others).length > 0 ? { extras: others } : {}),
    ...(location.cut.length > 0 ? { cut: location.cut.toString("hex") } : {}),
    ...(isPast ? { madeUp: true } : {}),
  };
}

/** What an alarm bit that comes up or goes down is as events, each with a name by which a repetition is known. */
export function alarmEvents({ location, observedAt }: Located, { begun, ended, isPast }: AlarmEdge): Item[] {
  // Most locations change nothing, and have their extras read for the reading already.
  if (begun.length === 0 && ended.length === 0) return [];
  const { longitude, latitude, status, clock } = location;
  const { known } = meaningsOf(location.extras);
  const about = {
    ...(observedAt === undefined ? {} : { observedAt }),
    ...((status & LOCATED) === 0 ? {} : { longitude, latitude }),
  };
  const named = (name: string) => (observedAt === undefined ? {} : { eventId: `${name}-${clock}` });
  if (isPast)
    return begun.map((alarm) => ({ ...named(`past-${alarm}`), ...about, type: "past_alarm", alarm }));
  return [...begun, ...ended].map((type) => ({
    ...named(type),
    ...about,
    ...(type === "area" || type === "route" ? { [type]: known[type] ?? known.area } : {}),
    type,
  }));
}

/** What a terminal says of itself, without the code by which it logs in. */
function reportOf(message: Jt808Message): Content | DoorRefusal {
  const { id, body, is2019 } = message;
  if (id === ID.authenticate) {
    const { code: _, ...told } = readLogin(body, is2019);
    return reportEvent(id, told);
  }
  const told = readRegistration(body, is2019);
  return told ? reportEvent(id, told) : badJt808(`${nameOfId(id)}: too short for a registration`);
}

/** What was read of it, as an event. */
export const reportEvent = (id: number, told: object): Content => ({
  channel: "events",
  value: { type: "terminal_report", command: nameOfId(id), told },
});

const SAYS_SOMETHING: ReadonlySet<number> = new Set([ID.location, ID.askedLocation, ID.locations]);

/** True for messages that hold locations. */
export const holdsLocations = ({ id }: Pick<Jt808Message, "id">): boolean => SAYS_SOMETHING.has(id);

/** The content of a message by itself, as for a replay: alarms of the past are in its readings. */
function contentOf(message: Jt808Message): Content | DoorRefusal {
  if (message.encryption !== 0) return badJt808(`${nameOfId(message.id)}: encrypted`);
  if (message.id === ID.register || message.id === ID.authenticate) return reportOf(message);
  if (!holdsLocations(message))
    return badJt808(`${nameOfId(message.id)} is no message that a terminal sends and we know`);
  const located = locationsOf(message);
  return "reason" in located ? located : locationReadings(located);
}

/** What stands in a rejection beside a message: whose it is and what it is. */
export const contextOfJt808 = ({ phone, id }: Pick<Jt808Message, "phone" | "id">): string =>
  `${phone}/${nameOfId(id)}`;

/** The message that the frames of a record are, the parts of a body in their order; undefined where they are none. */
export function messageIn(raw: Buffer): Jt808Message | undefined {
  const messages = new Jt808FrameReader()
    .push(raw)
    .map(({ content }) => readJt808(content))
    .flatMap((message) => ("expected" in message ? [] : [message]));
  const [first] = messages;
  if (!first || (messages.length === 1 && first.part === undefined)) return first;
  const parts = new Map(messages.map((message) => [message.part?.index, message.body]));
  const bodies = Array.from({ length: first.part?.total ?? 0 }, (_, index) => parts.get(index + 1));
  if (bodies.length === 0 || bodies.some((body) => body === undefined)) return undefined;
  return { ...first, part: undefined, body: Buffer.concat(bodies as Buffer[]) };
}

/** Decodes again a message that a rejection, or the record of an unknown terminal, has kept. */
export const jt808Decoder: DoorDecoder = {
  decode<D extends DoorDevice>(raw: RawMessage<D>): ReceivedMessage<D> | DoorRefusal {
    const message = messageIn(raw.raw);
    if (!message) return badJt808("no whole message");
    const content = contentOf(message);
    return "reason" in content ? content : { ...raw, ...content, repeated: undefined };
  },
};
