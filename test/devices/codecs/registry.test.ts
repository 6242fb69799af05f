import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalog, kindByName } from "../../../devices/catalog.ts";
import { type CodecUplink, type Decoded, readCodecSettings } from "../../../devices/codecs/codec.ts";
import { CODECS, codecOf, decodeUplink } from "../../../devices/codecs/registry.ts";
import { createRandom } from "../../../devices/random.ts";
import { ROOT } from "../../project/source-files.ts";
import { judge } from "../judge.ts";
import { allVectors, bytesOf, decodeVector, modelOf, RECEIVED_AT } from "./vectors.ts";

const models = CODECS.map(({ model }) => model);
const events = new Set(catalog.flatMap((kind) => kind.events.map(({ type }) => type)));

describe("the registry", () => {
  it("has each model once, in the form that a device's model has", () => {
    expect(new Set(models).size).toBe(models.length);
    for (const model of models) expect(model).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/);
    expect(codecOf("milesight-em300-th")?.maker).toBe("Milesight");
    expect(codecOf("toString")).toBeUndefined();
  });

  it("is the table of docs/codecs.md, in its order", () => {
    const table = readFileSync(`${ROOT}docs/codecs.md`, "utf8").matchAll(/^\| `([a-z0-9._-]+)` \|/gm);
    expect([...table].map(([, model]) => model)).toEqual(models);
  });

  const bytes = bytesOf("040000010012670012d6870866");
  const decode = (change: Partial<CodecUplink> & { model?: string }) =>
    decodeUplink({ model: "smartico-g1.6", port: 2, bytes, receivedAt: RECEIVED_AT, ...change });

  it("refuses a model without a codec, and says which may be meant", () => {
    expect(decode({ model: "smartico-g16" }).faults).toEqual([
      { reason: "model", at: "model", detail: "'smartico-g16' has no codec: smartico-g1.6 may be meant" },
    ]);
    expect(decode({ model: "x".repeat(100_000) }).faults).toHaveLength(1);
  });

  it("refuses another port than the model's, and looks at none where none is told", () => {
    expect(decode({ port: 3 }).faults).toEqual([{ reason: "port", at: "port", detail: "3, expected 2" }]);
    expect(decode({ port: undefined }).faults).toEqual([]);
  });

  it("refuses nothing at all, and more than any device sends", () => {
    expect(decode({ bytes: new Uint8Array() }).faults).toMatchObject([{ reason: "short" }]);
    const long = decode({ model: "cn-tlv-meter", bytes: new Uint8Array(513) });
    expect(long.faults).toEqual([{ reason: "length", at: "end", detail: "513 bytes, expected at most 512" }]);
  });

  it("needs no Buffer, and changes no bytes", () => {
    for (const vector of allVectors) {
      const plain = Uint8Array.from(bytesOf(vector.hex));
      const model = modelOf(vector) ?? "cjt188";
      const decoded = decodeUplink({ model, port: vector.fPort, bytes: plain, receivedAt: RECEIVED_AT });
      expect(decoded).toEqual(
        decodeUplink({ model, port: vector.fPort, bytes: bytesOf(vector.hex), receivedAt: RECEIVED_AT }),
      );
      expect(Buffer.from(plain).toString("hex")).toBe(vector.hex);
    }
  });
});

/** What holds of every answer, whatever the bytes were. */
function expectSound({ items, faults }: Decoded, about: string, length: number): void {
  expect(items.length > 0, about).toBe(faults.length === 0);
  for (const { at, detail } of faults) expect(`${at}: ${detail}`.length, about).toBeLessThan(300);
  for (const { channel, item } of items) {
    expect(Date.parse(String(item.observedAt)), about).not.toBeNaN();
    if (channel === "events") expect(item.type, about).toBeTypeOf("string");
  }
  const text = JSON.stringify(items);
  // No NaN, and nothing that JSON has no word for.
  expect(JSON.parse(text), about).toEqual(items);
  // What bytes can cost is in proportion to them.
  expect(text.length, about).toBeLessThan(2_000 + 1_000 * length);
}

describe("every codec", () => {
  it("answers each example with items or faults, and with the same again", () => {
    for (const vector of allVectors) {
      const decoded = decodeVector(vector);
      expectSound(decoded, vector.id, vector.hex.length / 2);
      expect(decodeVector(vector), vector.id).toEqual(decoded);
    }
  });

  it.each([
    ["gas-meter", { volume: 99_999.999, pressure: 10 }],
    ["water-meter", { volume: 999_999.999, pressure: 2_500 }],
  ])("tells quantities of a %s in its types and units, and events that kinds have", (name, largest) => {
    const kind = kindByName(name)!;
    const quantities = Object.keys(kind.metrics);
    let [readings, told] = [0, 0];
    for (const vector of allVectors) {
      for (const { channel, item } of decodeVector(vector).items) {
        if (channel === "events") {
          told++;
          if (!("event" in item)) expect(events, vector.id).toContain(item.type);
          continue;
        }
        // The archive of one example lies in the future.
        if (!quantities.some((key) => key in item) || String(item.observedAt) > "2026-08") continue;
        readings++;
        const judged = judge(kind, "telemetry", item, RECEIVED_AT);
        // Examples of the largest registers, and of another pipe's pressure.
        const isLarge = Object.entries(largest).some(([key, most]) => Number(item[key]) > most);
        expect(judged, `${vector.id} ${JSON.stringify(item)}`).toMatchObject(isLarge ? {} : { accepts: 1 });
      }
    }
    expect([readings, told]).toEqual([44, 30]);
  });

  const random = createRandom(20260731);
  const below = (limit: number) => Math.floor(random.between(0, limit));

  it("never throws, whatever the bytes are", () => {
    for (const model of models) {
      for (let round = 0; round < 400; round++) {
        const bytes = Uint8Array.from({ length: 1 + below(round % 10 === 0 ? 512 : 60) }, () => below(256));
        const about = `${model} ${Buffer.from(bytes).toString("hex")}`;
        expectSound(decodeUplink({ model, bytes, receivedAt: RECEIVED_AT }), about, bytes.length);
      }
    }
  });

  /** An example with bits, bytes and pieces changed; its check is mended half of the time, so that the rest is read. */
  function mutate(hex: string): Buffer {
    let bytes = bytesOf(hex);
    for (let times = 1 + below(3); times > 0; times--) {
      const at = below(bytes.length + 1);
      const length = below(6);
      const other = bytesOf(allVectors[below(allVectors.length)]!.hex);
      const part = [
        Buffer.of(below(256)),
        bytes.subarray(at, at + length),
        other.subarray(below(other.length)),
        Buffer.alloc(length, 0xff),
      ][below(4)]!;
      bytes = Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at + below(length + 1))]).subarray(
        0,
        400,
      );
    }
    return Buffer.from(bytes);
  }

  const MENDED: Readonly<Record<string, (bytes: Buffer) => void>> = {
    "cn-tlv-meter"(bytes) {
      bytes[bytes.length - 1] = bytes.subarray(0, -1).reduce((sum, byte) => (sum + byte) & 0xff, 0);
    },
    "jooby-analog"(bytes) {
      bytes[bytes.length - 1] = bytes.subarray(0, -1).reduce((all, byte) => all ^ byte, 0x55);
    },
    cjt188(bytes) {
      const start = bytes.indexOf(0x68);
      if (start < 0 || bytes.length < start + 13) return;
      bytes[start + 10] = bytes.length - start - 13;
      const sum = bytes.subarray(start, -2).reduce((all, byte) => (all + byte) & 0xff, 0);
      bytes.set([sum, 0x16], bytes.length - 2);
    },
  };

  it("never throws on examples that are changed, nor on those of other makers", () => {
    let decoded = 0;
    for (const vector of allVectors) {
      const own = modelOf(vector) ?? "cjt188";
      for (let round = 0; round < 60; round++) {
        const bytes = mutate(vector.hex);
        if (bytes.length > 0 && round % 2 === 0) MENDED[own]?.(bytes);
        for (const model of [own, models[below(models.length)]!]) {
          const answer = decodeUplink({ model, bytes, receivedAt: RECEIVED_AT });
          expectSound(answer, `${model} ${bytes.toString("hex")}`, bytes.length);
          if (answer.items.length > 0) decoded++;
        }
      }
    }
    // Else nothing but checks would have been tried.
    expect(decoded).toBeGreaterThan(1_000);
  });
});

describe("the settings of a codec in the attributes of a device", () => {
  it.each([
    [
      { litresPerPulse: 10, channel: 2, other: 1 },
      { litresPerPulse: 10, channel: 2 },
    ],
    [{ litresPerPulse: 0.1 }, { litresPerPulse: 0.1 }],
    [{ litresPerPulse: 0, channel: 0 }, undefined],
    [{ litresPerPulse: "10", channel: 1.5 }, undefined],
    [[10], undefined],
    ["10", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("are read as far as they are some: %j", (given, settings) => {
    expect(readCodecSettings(given)).toEqual(settings);
  });
});
