import { describe, expect, it } from "vitest";
import { hexOf } from "../../../devices/codecs/byte-reader.ts";
import { type Cjt188Frame, Cjt188Splitter, readCjt188 } from "../../../devices/codecs/cjt188-frame.ts";
import { decodeUplink } from "../../../devices/codecs/registry.ts";
import { createRandom } from "../../../devices/random.ts";
import { bytesOf, cjt188Vectors, decodeVector, eventTypes, only, RECEIVED_AT } from "./vectors.ts";

type Expected = Readonly<Record<string, unknown>>;
interface Total {
  readonly value: number | null;
  readonly unit: string;
}
interface Status {
  readonly hex: string;
  readonly valve: string;
  readonly batteryLow: boolean;
  readonly vendorByte: number;
}

const valid = cjt188Vectors.filter((vector) => vector.valid);
const readings = valid.filter(({ expect }) => expect!.current !== undefined);
const control = (byte: number) => byte.toString(16).toUpperCase().padStart(2, "0");

/** A frame in the words of the examples. */
function envelope(frame: Cjt188Frame): Expected {
  const { data, error, ser, di, diOnWire, address, preamble, meterType, medium, fromMeter, length } = frame;
  return {
    ...{ preamble, meterType, medium, address, fromMeter, error, length, ser, di, diOnWire },
    serialNo: address.slice(4),
    manufacturer: address.slice(0, 4),
    control: control(frame.control),
    function: control(frame.control & 0x3f),
    ...(error ? { errorDataHex: hexOf(Uint8Array.of(ser ?? 0, ...data)) } : { dataHex: hexOf(data) }),
  };
}

/** What is said of a frame's data, which the codec reads. */
const OF_DATA = ["current", "settlement", "clock", "clockHex", "st", "valveCommand"];

describe("the frame of CJ/T 188", () => {
  it("is found in every example that is one, and in no other", () => {
    expect([cjt188Vectors.length, valid.length, readings.length]).toEqual([39, 31, 13]);
    const wrong = cjt188Vectors.flatMap(({ id, hex, valid, reason, expect: expected }) => {
      const found = readCjt188(bytesOf(hex));
      if (!valid) return "reason" in found && found.reason === reason ? [] : [[id, reason, found]];
      if ("reason" in found) return [[id, found]];
      const told = envelope(found);
      const differing = Object.entries(expected!).filter(
        ([key, value]) => !OF_DATA.includes(key) && value !== told[key],
      );
      return differing.map((one) => [id, ...one]);
    });
    expect(wrong).toEqual([]);
  });

  it("is found behind the text of a modem, and behind a 68 that begins none", () => {
    const frame = "6810210900001700028116901f00000200002c000000002c0000000000000000005b16";
    for (const prefix of [`${Buffer.from("CTRL:&20170700000921").toString("hex")}fefefe`, "68", "6868ff"])
      expect(readCjt188(bytesOf(prefix + frame))).toMatchObject({ address: "02001700000921" });
  });

  it("says which byte is wrong, and what was expected", () => {
    const fault = (hex: string) => readCjt188(bytesOf(hex));
    expect(fault("68307856341200337881161f9005563412002c000012002c3001003107262000005616")).toEqual({
      reason: "checksum",
      at: "byte 33 (CS)",
      detail: "56, expected the sum 57",
    });
    expect(fault("6830")).toMatchObject({ reason: "short", detail: expect.stringContaining("at least 13") });
  });
});

describe("the codec of CJ/T 188", () => {
  it("reads each reading of the examples: totals in m3, clock, valve, battery", () => {
    for (const vector of readings) {
      const { current, settlement, clock, st } = vector.expect as {
        readonly current: Total;
        readonly settlement: Total;
        readonly clock: string | null;
        readonly st: Status;
      };
      const decoded = decodeVector(vector);
      const item = only(decoded);
      const factor = current.unit === "L" ? 1000 : 1;
      if (current.value === null) expect(item.volume, vector.id).toBeUndefined();
      else expect(item.volume, vector.id).toBeCloseTo(current.value / factor, 9);
      expect(item.settlement_volume, vector.id).toBe(settlement.value! / factor);
      expect(item.observedAt, vector.id).toBe(clock ?? new Date(RECEIVED_AT).toISOString());
      expect(item, vector.id).toMatchObject({ valve: st.valve, low_battery: st.batteryLow, status: st.hex });
      expect(item.vendor_status, vector.id).toBe(st.vendorByte);
      expect(item.meter, vector.id).toBe(vector.expect!.address);
      expect(eventTypes(decoded), vector.id).toEqual(st.batteryLow ? ["low_battery"] : []);
    }
  });

  it("has an outcome for each other frame: what a meter says is kept, what a reader asks is refused", () => {
    const rest = valid.filter((vector) => !readings.includes(vector));
    const found = rest.map((vector) => {
      const { faults } = decodeVector(vector);
      return [vector.id, faults[0]?.reason ?? "kept"] as const;
    });
    const count = (what: string) => found.filter(([, one]) => one === what).length;
    expect([count("direction"), count("kept"), count("unknown")]).toEqual([11, 6, 1]);
    expect(found.find(([, what]) => what === "unknown")).toEqual(["cjt188-a-off645", "unknown"]);
    for (const [id, what] of found)
      expect(what === "direction", id).toBe(valid.find((one) => one.id === id)!.expect!.fromMeter === false);
  });

  const decoded = (id: string) => decodeVector(cjt188Vectors.find((vector) => vector.id === id)!);

  it("never makes a number of digits that are none", () => {
    expect(only(decoded("cjt188-a-gas-nonbcd"))).toMatchObject({ total_digits: "0000120a", valve: "open" });
  });

  it("keeps what the meter shows beside litres that it has made m3 of", () => {
    const item = only(decoded("cjt188-a-gas-litre"));
    expect(item).toMatchObject({ volume: 1.23456, total_shown: 1234.56, total_unit: "L" });
  });

  it("tells the valve by the answer to an order, and a month by its number", () => {
    expect(only(decoded("cjt188-a-valve-ack"))).toMatchObject({ valve: "closed", status: "0100" });
    expect(only(decoded("cjt188-a-month3"))).toMatchObject({ month: 3, month_volume: 1200 });
    expect(only(decoded("cjt188-a-month3")).volume).toBeUndefined();
  });

  it("keeps an error, and an answer in a layout that it does not know, as they came", () => {
    expect(only(decoded("cjt188-a-err"))).toMatchObject({ answer: "error", data: "0200" });
    const short = only(decoded("cjt188-pub-22"));
    expect(short).toMatchObject({ data: "7856341200ff" });
    expect(short.volume).toBeUndefined();
  });

  it("reads a maker's own report, whose units stand before the values, of that maker alone", () => {
    expect(only(decoded("cjt188-pub-16"))).toMatchObject({
      volume: 0,
      settlement_volume: 0,
      flow_digits: "00000000",
      flow_unit: "m3/h",
      rest: "40210002",
      meter_clock: "2019-12-16T14:20:41+08:00",
    });
  });

  it("keeps the like of another maker as it came", () => {
    const bytes = bytesOf(cjt188Vectors.find(({ id }) => id === "cjt188-pub-16")!.hex);
    bytes[11]! += 0x78;
    bytes[bytes.length - 2]! += 0x78;
    const item = only(decodeUplink({ model: "cjt188", bytes, receivedAt: RECEIVED_AT }));
    expect(item).toMatchObject({ meter: "78000019121301", data: expect.stringMatching(/^2c0/) });
    expect(item).not.toHaveProperty("volume");
  });

  it("goes by its own clock only where that can be right", () => {
    const { hex } = cjt188Vectors.find(({ id }) => id === "cjt188-a-gas-read")!;
    const at = (received: string) =>
      only(decodeUplink({ model: "cjt188", bytes: bytesOf(hex), receivedAt: Date.parse(received) }));
    expect(at("2026-08-20T00:00:00Z").observedAt).toBe("2026-07-31T00:01:30+08:00");
    for (const far of ["2026-07-28T00:00:00.000Z", "2026-10-31T00:00:00.000Z"])
      expect(at(far)).toMatchObject({ observedAt: far, meter_clock: "2026-07-31T00:01:30+08:00" });
  });

  /** A gas meter's answer around a total, a clock and a status. */
  const frame = (total: string, clock: string, status: string, unit = "2c") => {
    const body = bytesOf(`68307856341200337881161f9005${total}${unit}${total}${unit}${clock}${status}`);
    const sum = body.reduce((all, byte) => (all + byte) & 0xff, 0);
    return Buffer.concat([body, Buffer.of(sum, 0x16)]);
  };
  const by = (model: string, bytes: Uint8Array) =>
    only(decodeUplink({ model, bytes, receivedAt: RECEIVED_AT }));

  it("reads totals and clocks in either order, by its model", () => {
    const low = by("cjt188", frame("56341200", "30010031072620", "0000"));
    const high = by("cjt188-high-first", frame("00123456", "20260731000130", "0000"));
    expect(low).toMatchObject({ volume: 1234.56, observedAt: "2026-07-31T00:01:30+08:00" });
    expect(high).toEqual(low);
  });

  it("makes no volume of what a heat meter counts", () => {
    const energy = frame("56341200", "30010031072620", "0000", "05");
    const item = by("cjt188", energy);
    expect(item).toMatchObject({ total_shown: 1234.56, total_unit: "kWh", settlement_total_shown: 1234.56 });
    expect(item).not.toHaveProperty("volume");
  });

  it("keeps a reading whose clock stands in the other order", () => {
    const item = by("cjt188", frame("56341200", "20260731000130", "0000"));
    expect(item).toMatchObject({ volume: 1234.56, observedAt: new Date(RECEIVED_AT).toISOString() });
  });

  it.each([
    ["0000", { valve: "open", low_battery: false }],
    ["8000", { valve: "closed", low_battery: false }],
    ["c000", { valve: "abnormal", low_battery: false }],
    ["4000", { valve_state: "reserved", low_battery: false }],
    ["2000", { valve: "open", low_battery: true }],
  ])("reads the mirrored status %s, by its model", (status, expected) => {
    expect(by("cjt188-mirrored-status", frame("56341200", "30010031072620", status))).toMatchObject(expected);
  });
});

describe("the splitter", () => {
  const wanted = valid.map(({ hex }) => hex);
  const stream = Buffer.concat(
    wanted.flatMap((hex, at) => [
      bytesOf(hex),
      Buffer.from(["", "\r\n", "CTRL:&1", "\x68\x01"][at % 4]!, "latin1"),
    ]),
  );
  const cut = (pieces: readonly Uint8Array[]) => {
    const splitter = new Cjt188Splitter();
    const frames = [...pieces.flatMap((piece) => splitter.push(piece)), ...splitter.finish()];
    return { frames: frames.map(envelope), dropped: splitter.dropped };
  };

  it("finds every frame, and counts what is none", () => {
    const { frames, dropped } = cut([stream]);
    expect(frames.map(({ address }) => address)).toEqual(valid.map(({ expect }) => expect!.address));
    expect(dropped).toBe(stream.length - wanted.join("").length / 2);
  });

  it("finds the same in any split", () => {
    const whole = cut([stream]);
    const random = createRandom(188);
    for (let round = 0; round < 100; round++) {
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < stream.length; ) {
        const next = at + 1 + Math.floor(random.between(0, round < 5 ? 1 : 40));
        pieces.push(stream.subarray(at, next));
        at = next;
      }
      expect(cut(pieces)).toEqual(whole);
    }
  });
});
