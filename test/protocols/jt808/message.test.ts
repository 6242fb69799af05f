import { describe, expect, it } from "vitest";
import { alarmNames } from "../../../protocols/jt808/alarms.ts";
import { answerTo808, askAgain, registered, serverTime } from "../../../protocols/jt808/answers.ts";
import { answerIn, readParameters } from "../../../protocols/jt808/commands.ts";
import { locationsOf } from "../../../protocols/jt808/decode.ts";
import { meaningsOf } from "../../../protocols/jt808/extras.ts";
import { readFrame } from "../../../protocols/jt808/frame.ts";
import { momentOfClock, type TerminalLocation } from "../../../protocols/jt808/location.ts";
import { type Jt808Message, nameOfId, readJt808, writeJt808 } from "../../../protocols/jt808/message.ts";
import { readLogin, readRegistration } from "../../../protocols/jt808/registration.ts";
import { golden, hex, type Vector } from "./vectors.ts";

// biome-ignore lint/suspicious/noExplicitAny: each sort of message has words of its own
type Words = any;

function messageOf(text: string): Jt808Message {
  const content = readFrame(hex(text));
  if (typeof content === "string") throw new Error(content);
  const message = readJt808(content);
  if ("expected" in message) throw new Error(`length ${message.found}`);
  return message;
}

/** A location in the words of the collection. */
function wordsOf(location: TerminalLocation): Words {
  const { known } = meaningsOf(location.extras);
  const { overspeed, area, route } = known as Words;
  const of = (names: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(names).flatMap(([ours, theirs]) =>
        known[ours] === undefined ? [] : [[theirs, known[ours]]],
      ),
    );
  return {
    alarm: location.alarm,
    status: location.status,
    latitude: location.latitude,
    longitude: location.longitude,
    altitudeM: location.altitude,
    speedKmh: location.speed,
    direction: location.direction,
    time: { raw: location.clock, iso: momentOfClock(location.clock) ?? null },
    extras: location.extras.map(({ id, value }) => ({
      id: id.toString(16).toUpperCase().padStart(2, "0"),
      len: value.length,
      hex: value.toString("hex"),
    })),
    extrasError: location.cut.length > 0 ? "truncated" : undefined,
    named: {
      ...of({
        mileage: "mileageKm",
        fuel: "fuelL",
        recorderSpeed: "recorderSpeedKmh",
        eventToConfirm: "confirmAlarmEventId",
        vehicleSignals: "signalStatus",
        io: "ioStatus",
        analog: "analog",
        signal: "networkSignal",
        satellites: "gnssSatellites",
      }),
      overspeed,
      area,
      route,
    },
  };
}

const AREA_TYPES = ["none", "circle", "rectangle", "polygon", "route"];
const areaWords = ({ areaType, areaId }: Words) => ({
  areaType: AREA_TYPES[areaType] ?? areaType,
  ...(areaId === undefined || areaId === null ? {} : { areaId }),
});
const oneOf = (words: readonly string[], value: number) => words[value] ?? value;

/** What the collection expects, with our words for areas and ways. */
function expectedOf(body: Words): Words {
  const { overspeedAlarm, inOutAlarm, routeTimeAlarm, ...named } = body.named;
  const { alarm, status, latitude, longitude, altitudeM, speedKmh, direction, time, extras, extrasError } =
    body;
  return {
    ...{ alarm, status, latitude, longitude, altitudeM, speedKmh, direction, time, extras, extrasError },
    named: {
      ...named,
      overspeed: overspeedAlarm && areaWords(overspeedAlarm),
      area: inOutAlarm && { ...areaWords(inOutAlarm), way: oneOf(["in", "out"], inOutAlarm.direction) },
      route: routeTimeAlarm && {
        routeId: routeTimeAlarm.routeId,
        seconds: routeTimeAlarm.timeS,
        result: oneOf(["too_short", "too_long"], routeTimeAlarm.result),
      },
    },
  };
}

function expectLocations(message: Jt808Message, bodies: readonly Words[]): void {
  const located = locationsOf(message);
  if ("reason" in located) throw new Error(located.detail);
  expect(located.map(({ location }) => wordsOf(location))).toEqual(bodies.map(expectedOf));
  for (const [index, { location }] of located.entries()) {
    expect(alarmNames(location.alarm).length).toBe(bodies[index].alarmBits.length);
    expect((location.status & 1) !== 0).toBe(bodies[index].accOn);
    expect((location.status & 2) !== 0).toBe(bodies[index].positioned);
  }
}

/** What each sort of message of the collection is compared with: read, or written where the platform sends it. */
const CHECKS: Readonly<Record<string, (message: Jt808Message, body: Words, each: Vector) => void>> = {
  "0x0001": ({ body }, { replySerial, replyMsgId, result }) =>
    expect(answerIn(body)).toEqual({ serial: replySerial, id: Number(replyMsgId), result }),
  "0x0002": ({ body }) => expect(body.length).toBe(0),
  "0x0003": ({ body }) => expect(body.length).toBe(0),
  "0x0100": ({ body, is2019 }, { manufacturer, plateColor, layout, ...same }) =>
    expect(readRegistration(body, is2019)).toEqual({
      ...same,
      maker: manufacturer,
      plateColour: plateColor,
      edition: layout,
    }),
  "0x0102": ({ body, is2019 }, { authCode, imei, softwareVersion }) =>
    expect(readLogin(body, is2019)).toEqual({
      code: authCode,
      ...(imei === undefined ? {} : { imei, software: softwareVersion }),
    }),
  "0x0200": (message, body) => expectLocations(message, [body]),
  "0x0201": (message, body) => {
    expect(message.body.readUInt16BE(0)).toBe(body.replySerial);
    expectLocations(message, [body]);
  },
  "0x0704": (message, { count, type, items }) => {
    expect(items.length).toBe(count);
    expectLocations(message, items);
    const located = locationsOf(message) as { isPast: boolean }[];
    expect(new Set(located.map(({ isPast }) => isPast))).toEqual(new Set([type === 1]));
  },
  "0x0900": ({ body }, { type, dataHex }) =>
    expect(body.toString("hex")).toBe(`${type.toString(16)}${dataHex}`),
  "0x0500": ({ body }, { bodyHex }) => expect(body.toString("hex")).toBe(bodyHex),
  "0x8001": (message, { replySerial, replyMsgId, result }) =>
    expectWritten(message, answerTo808({ serial: replySerial, id: Number(replyMsgId) }, result)),
  "0x8003": (message, { firstSerial, indexes }) =>
    expectWritten(message, askAgain(firstSerial, indexes, message.is2019)),
  "0x8004": (message, { time }) => expectWritten(message, serverTime(Date.parse(time.iso) + 8 * 3_600_000)),
  "0x8100": (message, { replySerial, result, authCode }) =>
    expectWritten(message, registered({ serial: replySerial }, result, authCode)),
  "0x8104": ({ body }) => expect(body.length).toBe(0),
  "0x8105": ({ body }, { command }) => expect(body[0]).toBe(command),
  "0x8201": ({ body }) => expect(body.length).toBe(0),
  "0x8202": ({ body }, { intervalS, validS }) =>
    expect([body.readUInt16BE(0), body.readUInt32BE(2)]).toEqual([intervalS, validS]),
};

/** The platform's own words are those of the collection, to the byte. */
function expectWritten(
  message: Jt808Message,
  outgoing: { readonly id: number; readonly body: Buffer },
): void {
  expect(outgoing.id).toBe(message.id);
  expect(outgoing.body.toString("hex")).toBe(message.body.toString("hex"));
  expect(readFrame(writeJt808(message, outgoing.id, message.serial, outgoing.body))).toBeInstanceOf(Buffer);
}

const valid = golden.vectors.filter((each) => each.valid);
const invalid = golden.vectors.filter((each) => !each.valid);

describe("the golden frames", () => {
  it("are all looked at: so many valid ones, refused ones, streams and split bodies", () => {
    expect([valid.length, invalid.length, golden.streams.length, golden.subpackages.length]).toEqual([
      192, 29, 4, 3,
    ]);
    const sorts = new Map<string, number>();
    for (const { expect: expected } of valid) {
      const sort = expected!.body ? expected!.header.msgId : "as bytes";
      sorts.set(sort, (sorts.get(sort) ?? 0) + 1);
    }
    expect(Object.fromEntries(sorts)).toEqual({
      ...{ "0x0001": 7, "0x0002": 14, "0x0003": 2, "0x0100": 22, "0x0102": 12, "0x0200": 66, "0x0201": 3 },
      ...{ "0x0500": 1, "0x0704": 9, "0x0900": 1, "0x8001": 14, "0x8003": 1, "0x8004": 1, "0x8100": 15 },
      ...{ "0x8104": 3, "0x8105": 3, "0x8201": 1, "0x8202": 1, "as bytes": 16 },
    });
    for (const { source } of golden.vectors) expect(source).toMatch(/@[0-9a-f]{12}:|^built from a table/);
  });

  it.each(valid.map((each) => [each.id, each] as const))("%s is what it is known to be", (_id, each) => {
    const message = messageOf(each.hex);
    const { header, body, bodyHex } = each.expect!;
    expect({
      msgId: nameOfId(message.id),
      version2019: message.is2019,
      encryption: message.encryption,
      bodyLength: message.body.length,
      phone: message.phone,
      serial: message.serial,
      ...(message.is2019 ? { protocolVersion: message.protocolVersion } : {}),
      ...(message.part ? { subpackage: message.part } : {}),
    }).toEqual(header);
    if (body) CHECKS[header.msgId]!(message, body, each);
    else expect(message.body.toString("hex")).toBe(bodyHex);
    // What has no part and no odd escape is written as it was read.
    if (!message.part && !each.expect!.nonStandardEscape)
      expect(writeJt808(message, message.id, message.serial, message.body).toString("hex")).toBe(each.hex);
  });

  it.each(invalid.map((each) => [each.id, each.reason, each] as const))(
    "%s is refused: %s",
    (_id, reason, each) => {
      const content = readFrame(hex(each.hex));
      if (reason === "checksum") return expect(content).toBe("check");
      if (reason === "short") return expect(content).toBe("short");
      const message = readJt808(content as Buffer);
      if (reason!.startsWith("length")) {
        const [, found, expected] = /^length:(\d+)!=(\d+)$/.exec(reason!) ?? [];
        expect(message).toMatchObject(
          found === undefined
            ? { expected: 27, found: 28 }
            : { expected: Number(expected), found: Number(found) },
        );
        return;
      }
      // An answer without its words.
      expect(answerIn((message as Jt808Message).body)).toBeUndefined();
    },
  );
});

describe("the question for missing parts", () => {
  it("counts them in a byte up to 2013, and in a word since", () => {
    expect(askAgain(120, [2, 300], false).body.toString("hex")).toBe("0078020002012c");
    expect(askAgain(120, [2, 300], true).body.toString("hex")).toBe("007800020002012c");
  });
});

describe("the settings of a terminal", () => {
  it("are read by their numbers, and not at all where one is longer than what is left", () => {
    expect(readParameters(hex("0007020000000104000000780000002901 1e".replaceAll(" ", "")))).toEqual({
      serial: 7,
      parameters: { "0001": "00000078", "0029": "1e" },
    });
    expect(readParameters(hex("00070100000029041e"))).toBeUndefined();
    expect(readParameters(hex("0007"))).toBeUndefined();
  });
});

describe("a login", () => {
  it("of 2019 may be its code alone, with its length before it or not", () => {
    expect(readLogin(Buffer.from("AB12CD34"), true)).toEqual({ code: "AB12CD34" });
    expect(readLogin(Buffer.from("\u0008AB12CD34"), true)).toEqual({ code: "AB12CD34" });
    expect(readLogin(Buffer.alloc(0), true)).toEqual({ code: "" });
  });
});
