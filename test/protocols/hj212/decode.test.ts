import { describe, expect, it } from "vitest";
import type { RawMessage } from "../../../exchange/door.ts";
import { contextOf, hj212Decoder, stationContent } from "../../../protocols/hj212/decode.ts";
import { frameOf } from "../../../protocols/hj212/frame.ts";
import { type Hj212Message, readMessage } from "../../../protocols/hj212/message.ts";
import { bare, golden } from "./vectors.ts";

const device = { id: "st-1", deviceNo: 7, gateway: false };

function messageOf(head: string, content: string): Hj212Message {
  const read = readMessage(frameOf(`${head};CP=&&${content}&&`).subarray(0, -2));
  if ("part" in read) throw new Error(read.detail);
  return read;
}

const water = (content: string, cn = "2011", rest = "") =>
  stationContent(messageOf(`QN=20260801085857223;ST=32;CN=${cn};PW=123456;MN=A1;Flag=5${rest}`, content));
const air = (content: string, st = "22") => stationContent(messageOf(`ST=${st};CN=2011;MN=A1`, content));

const AT = "DataTime=20260801085857";
const observedAt = "2026-08-01T08:58:57.000+08:00";

describe("a report of measurements", () => {
  it("becomes quantities, with the worst flag", () => {
    expect(water(`${AT};w01018-Rtd=23.5,w01018-Flag=N;w01001-Rtd=7.12,w01001-Flag=N`)).toEqual({
      channel: "telemetry",
      value: { observedAt, cod: 23.5, ph: 7.12, quality: "normal" },
      repeated: undefined,
    });
  });

  it.each([
    ["2051", "Avg", "cod_minute", "quality_minute"],
    ["2061", "Avg", "cod_hour", "quality_hour"],
    ["2031", "Avg", "cod_day", "quality_day"],
  ])("of an interval (%s) becomes means, which stand at its beginning", (cn, suffix, key, quality) => {
    expect(
      water(`${AT};w01018-Min=1,w01018-${suffix}=2,w01018-Max=3,w01018-Cou=4,w01018-Flag=N`, cn),
    ).toMatchObject({
      value: {
        observedAt,
        [key]: 2,
        [quality]: "normal",
        [`${cn}.w01018-Min`]: "1",
        [`${cn}.w01018-Max`]: "3",
        [`${cn}.w01018-Cou`]: "4",
      },
    });
  });

  it.each([
    ["F", "off"],
    ["M", "maintenance"],
    ["S", "set_by_hand"],
    ["D", "fault"],
    ["C", "calibrating"],
    ["T", "over_range"],
    ["B", "no_communication"],
    ["P", "unknown"],
  ])("keeps a value with the flag %s as no measurement", (flag, quality) => {
    expect(water(`${AT};w01018-Rtd=23.5,w01018-Flag=${flag};w01001-Rtd=7.12`)).toMatchObject({
      value: { observedAt, ph: 7.12, quality, "2011.w01018-Rtd": "23.5", "2011.w01018-Flag": flag },
    });
    expect(water(`${AT};w01018-Rtd=23.5,w01018-Flag=${flag}`)).not.toMatchObject({ value: { cod: 23.5 } });
  });

  it("has the same flag for a value however far it stands behind it", () => {
    expect(water(`${AT};w01018-Rtd=23.5;w01001-Rtd=7.12;w01018-Flag=D;w01001-Flag=N`)).toMatchObject({
      value: { ph: 7.12, quality: "fault", "2011.w01018-Rtd": "23.5" },
    });
  });

  it.each(["-", "1.2.3", "1e", "NaN", "0x10", "１"])(
    "has no number where it says '%s', and never 0",
    (text) => {
      const found = water(`${AT};w01018-Rtd=${text},w01018-Flag=N;w01001-Rtd=7`);
      expect(found).toMatchObject({ value: { "2011.w01018-Rtd": text, ph: 7 } });
      expect(Object.keys((found as { value: object }).value)).not.toContain("cod");
    },
  );

  it("has nothing where a field is empty", () => {
    expect(water(`${AT};w01018-Rtd=,w01018-Flag=;w01001-Rtd=7`)).toMatchObject({ value: { ph: 7 } });
  });

  it("keeps what we have no quantity for under the command and its own name", () => {
    expect(
      water(`${AT};PolId=w01018;w20117-Rtd=0.004,w20117-Flag=N;w01018-Rtd=1,w01018-EFlag=A01`),
    ).toMatchObject({
      value: {
        cod: 1,
        "2011.PolId": "w01018",
        "2011.w20117-Rtd": "0.004",
        "2011.w20117-Flag": "N",
        "2011.w01018-EFlag": "A01",
      },
    });
  });

  it("gives no name of ours away: what a station calls observedAt or cod is its own", () => {
    expect(water(`${AT};observedAt=1;cod=2;__proto__=3;w01001-Rtd=7`)).toMatchObject({
      value: { observedAt, ph: 7, "2011.observedAt": "1", "2011.cod": "2", "2011.__proto__": "3" },
    });
  });

  it("reads old codes by the sort of station, as water and air share them", () => {
    const old = `${AT};011-Rtd=231.0,011-Flag=N;B01-Rtd=36.91`;
    const { value } = stationContent(messageOf("ST=32;CN=2011;MN=A1", old)) as { value: object };
    expect(value).toEqual({ observedAt, cod: 231, flow: 36.91, quality: "normal" });
    expect(air(old)).toEqual({
      channel: "telemetry",
      value: { observedAt, "2011.011-Rtd": "231.0", "2011.011-Flag": "N", "2011.B01-Rtd": "36.91" },
      repeated: undefined,
    });
  });

  it("takes ambient air and dust in ug/m3, and not flue gas, which has a thousand times as much", () => {
    const gas = `${AT};a21026-Rtd=6,a21026-Flag=N;a21005-Rtd=0.427,a21005-Flag=N`;
    for (const st of ["22", "39"])
      expect(air(gas, st)).toMatchObject({ value: { observedAt, so2: 6, co: 0.427, quality: "normal" } });
    expect(Object.keys((air(gas, "31") as { value: object }).value)).not.toContain("so2");
  });

  it("puts an earlier value of the same quantity on record: the last one holds", () => {
    const found = water(`${AT};w01018-Rtd=1,w01018-Flag=N;w01018-Rtd=2,w01018-Flag=N`) as {
      value: object;
      repeated: Map<object, unknown>;
    };
    expect(found.value).toMatchObject({ cod: 2 });
    expect([...found.repeated]).toEqual([[found.value, [["cod", 1]]]]);
  });

  it("of several times is several readings", () => {
    expect(water(`${AT};w01001-Rtd=7;DataTime=20260801085957;w01001-Rtd=8`)).toMatchObject({
      value: [
        { observedAt, ph: 7 },
        { observedAt: "2026-08-01T08:59:57.000+08:00", ph: 8 },
      ],
    });
  });

  it("that is one of several packets has no worst flag: the other parts may have another", () => {
    expect(water(`${AT};w01001-Rtd=7,w01001-Flag=N`, "2061", ";PNUM=2;PNO=1")).toEqual({
      channel: "telemetry",
      value: { observedAt, "2061.w01001-Rtd": "7" },
      repeated: undefined,
    });
  });

  it.each([
    "",
    "DataTime=2026",
    "DataTime=20260231000000",
    "DataTime=20260801245900",
    "DataTime=2026080108585x",
  ])("with the time '%s' is refused", (time) => {
    expect(water(`${time};w01001-Rtd=7`)).toEqual({
      reason: "bad_frame",
      detail: "DataTime: expected YYYYMMDDhhmmss",
    });
  });
});

describe("what a station tells besides", () => {
  it.each([
    ["2021", "SB1-RS=1;SB2-RS=0", { "SB1-RS": "1", "SB2-RS": "0" }],
    ["3020", "PolId=w01018;i11001-Info=//清洗//", { PolId: "w01018", "i11001-Info": "//清洗//" }],
    ["2022", "", {}],
  ])("is an event: %s", (cn, content, told) => {
    expect(water(content, cn)).toEqual({
      channel: "events",
      value: {
        eventId: `${cn}-20260801085857223`,
        observedAt: "2026-08-01T08:58:57.223+08:00",
        type: "station_report",
        command: cn,
        told,
      },
      repeated: undefined,
    });
  });

  it("is the start of its logger", () => {
    expect(water(`${AT};RestartTime=20260801085000`, "2081")).toMatchObject({
      value: { type: "station_started", observedAt },
    });
  });

  it("has a name for each packet of a split report", () => {
    const at = (pno: number) =>
      water("a=1", "3020", `;PNUM=2;PNO=${pno}`) as unknown as { value: { eventId: string } };
    expect(at(1).value.eventId).not.toBe(at(2).value.eventId);
  });

  it("is a reply to the command whose time stamp it echoes", () => {
    expect(water("QnRtn=1", "9011")).toMatchObject({
      channel: "replies",
      value: { commandId: "qn-20260801085857223", outcome: "accepted", code: "1" },
    });
    expect(water("QnRtn=3", "9011")).toMatchObject({ value: { outcome: "refused", reason: "password" } });
    expect(water("ExeRtn=1", "9012")).toMatchObject({ value: { outcome: "done" } });
    expect(water("ExeRtn=100", "9012")).toMatchObject({ value: { outcome: "failed", reason: "no data" } });
    expect(water("", "9012")).toMatchObject({ reason: "bad_frame" });
  });

  it.each(["1012", "1062", "8888", "0000"])("is refused where it is no command of a station: %s", (cn) => {
    expect(water(`${AT};w01001-Rtd=7`, cn)).toMatchObject({ reason: "bad_frame" });
  });
});

describe("the golden packets", () => {
  it("are readings, events, replies and what is refused; none is left out", () => {
    const found = golden.vectors
      .filter(({ valid }) => valid)
      .map(({ id, text }) => {
        const content = stationContent(readMessage(Buffer.from(bare(text))) as Hj212Message);
        return [id, "reason" in content ? content.reason : content.channel] as const;
      });
    const count = (word: string) => found.filter(([, what]) => what === word).length;
    expect(found.length).toBe(35);
    expect([count("telemetry"), count("events"), count("replies")]).toEqual([16, 7, 4]);
    // Requests of the platform, and what is answered without being kept: a clock check, answers, a heartbeat.
    expect(found.filter(([, what]) => what === "bad_frame").map(([id]) => id)).toEqual([
      "hj212-a-1013",
      "hj212-a-9014",
      "hj212-a-1062",
      "hj212-a-1012",
      "hj212-a-1000",
      "hj212-a-2061-query",
      "hj212-a-9015-2025",
      "hj212-std-crc",
    ]);
  });

  it("with flags that are no N bring no measurement at all", () => {
    const { text } = golden.vectors.find(({ id }) => id === "hj212-a-flag-quality")!;
    const { value } = stationContent(readMessage(Buffer.from(bare(text))) as Hj212Message) as {
      value: object;
    };
    expect(Object.entries(value).filter(([, each]) => typeof each === "number")).toEqual([]);
    expect(value).toMatchObject({ quality: "over_range" });
  });
});

describe("a packet on record", () => {
  const raw = (segment: string, context: string): RawMessage<typeof device> => ({
    door: "hj212",
    device,
    context,
    raw: frameOf(segment).subarray(0, -2),
    receivedAt: 0,
  });

  it("is decoded again as it was at first", () => {
    const segment = `ST=32;CN=2011;MN=A1;CP=&&${AT};w01001-Rtd=7&&`;
    expect(hj212Decoder.decode(raw(segment, "A1/2011"))).toMatchObject({
      channel: "telemetry",
      value: { observedAt, ph: 7 },
    });
    expect(hj212Decoder.decode({ ...raw(segment, "A1/2011"), device: undefined })).toMatchObject({
      value: undefined,
    });
  });

  it("is refused again as it was, or when it is no packet at all", () => {
    expect(hj212Decoder.decode(raw("ST=32;CN=2011;MN=A1", "A1/2011"))).toMatchObject({ reason: "bad_frame" });
    for (const bytes of [Buffer.alloc(0), Buffer.from("x"), Buffer.from([0xff, 0xfe, 0x00])])
      expect(hj212Decoder.decode({ ...raw("", "?/?"), raw: bytes })).toMatchObject({ reason: "bad_frame" });
  });

  it("names its station and its command in its context, as far as it says them", () => {
    expect([contextOf("a1", "2011"), contextOf(undefined, undefined)]).toEqual(["a1/2011", "?/?"]);
  });
});
