import { describe, expect, it } from "vitest";
import { commandIdOf, MAX_COMMAND_BYTES, orderSchema } from "../../../broadcast/contract/command.ts";
import { messageSchema } from "../../../broadcast/message/message.ts";
import { anotherAttempt, readStoredOrder, stopOf } from "../../../broadcast/orders/stored-order.ts";
import { createStartOrder, fitAgain, packCommand } from "../../../broadcast/signing/orders.ts";

const message = messageSchema.parse({
  mode: "actual",
  level: 1,
  eventCode: "11D01",
  texts: [{ language: "zh-CN", headline: "山体滑坡", description: "请立即撤离。" }],
  target: { regions: ["520326"] },
  startsAt: new Date("2026-03-01T00:05:00Z"),
  volume: 90,
  repeatCount: 3,
});
const origin = {
  issuer: "sbi-test",
  broadcastId: "b-1",
  issuedAt: new Date("2026-03-01T00:00:00Z"),
  expiresAt: new Date("2026-03-01T01:00:00Z"),
};

describe("an order", () => {
  it("to start says all that a terminal needs, and nothing else of the message", () => {
    const order = createStartOrder({ ...origin, attempt: 2, message });
    expect(orderSchema.parse(JSON.parse(JSON.stringify(order)))).toEqual({
      type: "start",
      issuer: "sbi-test",
      broadcastId: "b-1",
      issuedAt: "2026-03-01T00:00:00.000Z",
      expiresAt: "2026-03-01T01:00:00.000Z",
      area: { regions: ["520326"], polygons: [], circles: [] },
      attempt: 2,
      mode: "actual",
      class: "emergency",
      level: 1,
      eventCode: "11D01",
      texts: message.texts,
      startsAt: "2026-03-01T00:05:00.000Z",
      volume: 90,
      repeatCount: 3,
    });
    expect(commandIdOf(order)).toBe("b-1.2");
  });

  it("to start again names who may play after an end, as many as a command carries", () => {
    const short = Array.from({ length: 1001 }, (_, i) => `sp-${i}`);
    const again = fitAgain(short, "x".repeat(2000));
    expect(again).toEqual(short.slice(0, 1000));
    const order = createStartOrder({ ...origin, attempt: 2, message, again });
    expect(orderSchema.parse(order)).toMatchObject({ again });
    // The longest ids that there are: a thousand of them are more than a command.
    const long = short.map((id) => id.padEnd(64, "x"));
    const jwsOf = (ids: readonly string[]) =>
      Buffer.from(JSON.stringify(createStartOrder({ ...origin, attempt: 2, message, again: ids })))
        .toString("base64url")
        .concat(".".repeat(200));
    const fitting = fitAgain(long, jwsOf([]));
    expect(fitting.length).toBeGreaterThan(600);
    expect(fitting.length).toBeLessThan(1000);
    expect(() => packCommand({ commandId: "b-1.2", jws: jwsOf(fitting) })).not.toThrow();
    expect(fitAgain(long, "x".repeat(MAX_COMMAND_BYTES))).toEqual([]);
  });

  it("to stop names the broadcast and whom it is for", () => {
    const order = stopOf(createStartOrder({ ...origin, attempt: 2, message }), origin.issuedAt);
    expect(orderSchema.parse(order)).toEqual({
      type: "stop",
      issuer: "sbi-test",
      broadcastId: "b-1",
      issuedAt: "2026-03-01T00:00:00.000Z",
      expiresAt: "2026-03-01T01:00:00.000Z",
      area: { regions: ["520326"], polygons: [], circles: [] },
    });
    expect(commandIdOf(order)).toBe("b-1.stop");
  });

  it("that was signed once can be stopped and ordered again, whatever today's rules would say of it", () => {
    const odd = {
      ...createStartOrder({ ...origin, attempt: 1, message, again: ["sp-1"] }),
      area: { regions: [], polygons: [], circles: [{ longitude: 107, latitude: 28, radiusKm: 0 }] },
      whatElse: "of another version",
    };
    const jws = `e30.${Buffer.from(JSON.stringify(odd)).toString("base64url")}.c2ln`;
    const stored = readStoredOrder({ commandId: "b-1.1", jws });
    expect(stored).toEqual(odd);
    const later = new Date("2026-03-01T00:30:00Z");
    const { again: _before, ...same } = odd;
    const second = { ...same, attempt: 2, issuedAt: "2026-03-01T00:30:00.000Z" };
    expect(anotherAttempt(stored, { attempt: 2, issuedAt: later, again: [] })).toEqual(second);
    expect(anotherAttempt(stored, { attempt: 2, issuedAt: later, again: ["sp-2"] })).toEqual({
      ...second,
      again: ["sp-2"],
    });
    expect(stopOf(stored, later)).toMatchObject({ area: odd.area, expiresAt: odd.expiresAt });
  });

  it("to start is never made of a training", () => {
    const training = { ...message, mode: "training" as const };
    expect(() => createStartOrder({ ...origin, attempt: 1, message: training })).toThrow(
      /This is no start order: mode: /,
    );
  });

  it.each([
    [
      "that nobody may hear",
      { target: { regions: [], polygons: [], circles: [] } },
      {},
      "area: nobody is meant",
    ],
    ["that has expired", {}, { expiresAt: origin.issuedAt }, "expiresAt: "],
    [
      "that begins when it expires",
      { startsAt: origin.expiresAt },
      {},
      "startsAt: it is not before expiresAt",
    ],
    ["of attempt 0", {}, { attempt: 0 }, "attempt: "],
  ])("to start is not made of one %s", (_what, changes, facts, why) => {
    const input = { ...origin, attempt: 1, message: { ...message, ...changes }, ...facts };
    expect(() => createStartOrder(input)).toThrow(why);
    expect(() => createStartOrder(input)).toThrow(expect.objectContaining({ code: "invalid_request" }));
  });
});

describe("a command", () => {
  it("may have 64 KiB, envelope and all, and not a byte more", () => {
    const size = (jws: string) => packCommand({ commandId: "b-1.1", jws }).byteLength;
    const room = MAX_COMMAND_BYTES - size("");
    expect(size("x".repeat(room))).toBe(MAX_COMMAND_BYTES);
    expect(() => size("x".repeat(room + 1))).toThrow(
      expect.objectContaining({
        code: "command_too_large",
        message: expect.stringMatching(
          /^The command b-1\.1 has 65537 bytes, expected at most 65536: shorten/,
        ),
      }),
    );
  });
});
