import { describe, expect, it } from "vitest";
import { MAX_MESSAGE_BYTES, packArray, packByDevice } from "../../simulators/pack.ts";

const item = (deviceId: string, value: unknown) => ({ deviceId, json: JSON.stringify(value) });
const bytes = (text: string) => Buffer.byteLength(text);

describe("packArray", () => {
  it("sends a single item without brackets and none not at all", () => {
    expect(packArray("t", [item("a", { v: 1 })])).toEqual([
      { topic: "t", payload: '{"v":1}', shares: [{ deviceId: "a", count: 1 }] },
    ]);
    expect(packArray("t", [])).toEqual([]);
  });

  it("fills messages up to the limit, in order, and counts what is in each", () => {
    // Three bytes a character in UTF-8: the limit is in bytes, not characters.
    const items = Array.from({ length: 2000 }, (_, index) => item("a", { index, name: "务川仡佬族" }));
    const messages = packArray("t", items);
    expect(messages.length).toBeGreaterThan(1);
    for (const { payload } of messages) expect(bytes(payload)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    for (const { payload } of messages.slice(0, -1))
      expect(bytes(payload)).toBeGreaterThan(MAX_MESSAGE_BYTES - 100);
    expect(messages.flatMap(({ payload }) => JSON.parse(payload))).toEqual(
      items.map(({ json }) => JSON.parse(json)),
    );
    expect(messages.map(({ payload }) => JSON.parse(payload).length)).toEqual(
      messages.map(({ shares }) => shares[0]!.count),
    );
  });

  it("uses the last byte of a message, and says which device's item is beyond it", () => {
    const largest = item("a", "x".repeat(MAX_MESSAGE_BYTES - 5));
    expect(packArray("t", [largest])).toHaveLength(1);
    expect(() => packArray("t", [item("meter-7", "x".repeat(MAX_MESSAGE_BYTES))])).toThrow(
      /meter-7.*at most 65536/,
    );
  });
});

describe("packByDevice", () => {
  it("groups by device in one object", () => {
    const [message] = packByDevice("t", [item("a", 1), item("b", 2), item("a", 3)]);
    expect(JSON.parse(message!.payload)).toEqual({ a: [1, 3], b: [2] });
    expect(message!.shares).toEqual([
      { deviceId: "a", count: 2 },
      { deviceId: "b", count: 1 },
    ]);
  });

  it("fills messages up to the limit without losing or doubling anything", () => {
    const items = Array.from({ length: 3000 }, (_, index) =>
      item(`meter-${index % 700}`, { index, pad: "x".repeat(index % 50) }),
    );
    const messages = packByDevice("t", items);
    expect(messages.length).toBeGreaterThan(1);
    for (const { payload } of messages) expect(bytes(payload)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
    const seen = messages.flatMap(({ payload }) =>
      Object.entries(JSON.parse(payload) as Record<string, { index: number }[]>).flatMap(([id, list]) =>
        list.map(({ index }) => `${id} ${index}`),
      ),
    );
    expect(seen.sort()).toEqual(
      items.map(({ deviceId, json }) => `${deviceId} ${JSON.parse(json).index}`).sort(),
    );
    const counted = messages.flatMap(({ shares }) => shares).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(items.length);
  });
});
