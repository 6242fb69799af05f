import { describe, expect, it } from "vitest";
import { type Channel, MAX_PAYLOAD_BYTES } from "../../base/channels.ts";
import { deviceOf, startPipeline } from "./pipeline-bench.ts";

/**
 * What a device may send to hold the process up: each as long as a message may be. Work that grows with the square of
 * that takes a minute or more; here all of them together have the time of any test.
 */
const fill = (begin: string, part: string, end: string) =>
  begin +
  part.repeat(Math.floor((MAX_PAYLOAD_BYTES - begin.length - end.length) / Buffer.byteLength(part))) +
  end;
const numbers: [string, string][] = [
  ["of zeros and a one", fill("1", "0", "1")],
  ["of a fraction of zeros and a one", fill("0.", "0", "1")],
  ["of a fraction with zeros behind a one", fill("0.1", "0", "")],
  ["with an exponent of digits", fill("1e", "1", "")],
  ["negative, of nines", fill("-", "9", "")],
];
const texts: [string, string][] = [
  ["of backslashes", `"${"\\\\".repeat(60_000)}"`],
  ["of quotes", `"${'\\"'.repeat(60_000)}"`],
  ["of spaces", `"${" ".repeat(120_000)}x"`],
  ["of digits", `"${"1".repeat(120_000)}"`],
  ["of points", `"${".".repeat(120_000)}"`],
  ["of points and digits", `"${"..1".repeat(40_000)}"`],
  ["of colons behind quotes", `"${'\\":'.repeat(40_000)}"`],
];
const inside = [...numbers, ...texts].map(([what, value]): [string, string] => [
  what,
  value.length > MAX_PAYLOAD_BYTES - 100 ? value.slice(0, 1) + value.slice(100) : value,
]);

const values = inside.flatMap(([what, value]): [string, string][] => [
  [`a quantity ${what}`, `{"volume":${value}}`],
  [`an unknown key ${what}`, `{"volume":1,"x":${value}}`],
  [`a time ${what}`, `{"volume":1,"observedAt":${value}}`],
  [`another time ${what}`, `{"volume":1,"ts":${value}}`],
]);
const ids = inside.flatMap(([what, value]): [string, string][] => [
  [`an id ${what}`, `{"eventId":${value},"type":"leak"}`],
  [`an event's data ${what}`, `{"eventId":"e","type":"leak","x":${value}}`],
]);
const shapes: [string, string][] = [
  ["an array of long numbers", fill("[", "1234567890123456789,", "1]")],
  ["spaces", fill("{", " ", "}")],
  ["brackets", fill("", "[", "")],
  ["brackets of both sides", `${"[".repeat(130_000)}${"]".repeat(130_000)}`],
  ["braces", `${'{"a":'.repeat(43_000)}1${"}".repeat(43_000)}`],
  ["NaN", fill("[", "NaN,", "NaN]")],
  ["NaN that is no value", fill("", "NaN", "")],
  ["items of nothing", fill("[", "{},", "{}]")],
  ["items of a misspelt quantity", fill("[", '{"Volum":1},', "{}]")],
  [
    "misspelt quantities in one item",
    `{${Array.from({ length: 16_000 }, (_, i) => `"volum${i}":1`).join(",")}}`,
  ],
  ["one key again and again", fill("{", '"volume":1,"volume":2,', '"volume":3}')],
  ["one key of objects again and again", fill('{"volume":1,', '"a":{"a":1,"a":2},', '"a":1}')],
  [
    "keys that are numbers",
    `{${Array.from({ length: 16_000 }, (_, i) => `"${4_294_967_290 - i}":1`).join(",")}}`,
  ],
  ["items of a time under other keys", fill("[", '{"ts":1795500000000,"volume":1},', "{}]")],
  ["items with one key of many", fill("[", '{"volume":1,"__proto__":{"a":1}},', "{}]")],
];

describe("a message that is as long as it may be, and made to hold the process up", () => {
  const gateway = deviceOf("gw", "lora-gateway");
  const known = [deviceOf("m"), deviceOf("c", "gas-meter", gateway.deviceNo)];

  it.each([
    ["telemetry", [...values, ...shapes]],
    ["events", [...ids, ...shapes]],
    ["replies", shapes],
  ] as const)("is soon done with as %s", (channel, messages) => {
    for (const [what, body] of messages) {
      expect(Buffer.byteLength(body), what).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES);
      take(channel, what, body);
    }
  });

  it("is soon done with as a gateway's", () => {
    for (const [what, body] of shapes) {
      take("gateway-telemetry", what, `{"c":${body.slice(0, MAX_PAYLOAD_BYTES - 100)}}`);
    }
    take("gateway-telemetry", "spaces", fill("{", " ", "}"));
    take("gateway-telemetry", "a name again and again", fill("{", '"c":{"volume":1},', '"c":{}}'));
    take(
      "gateway-telemetry",
      "names of nobody",
      `{${Array.from({ length: 20_000 }, (_, i) => `"${i}":1`).join(",")}}`,
    );
  });

  /** Every item is kept or on record, and the payloads are not many times as long as the message. */
  function take(channel: Channel, what: string, body: string): void {
    const bench = startPipeline(known);
    const items = bench.accept(channel === "gateway-telemetry" ? gateway : known[0]!, channel, body);
    const rejected = bench.batch.rejections
      .filter(({ partial }) => !partial)
      .reduce((sum, rejection) => sum + rejection.items, 0);
    const { events, replies } = bench.batch;
    expect(bench.kept().length + events.length + replies.length + rejected, what).toBe(items);
    const recorded = bench.batch.rejections.reduce((sum, { payload }) => sum + payload.length, 0);
    expect(recorded, what).toBeLessThan(3 * MAX_PAYLOAD_BYTES);
  }
}, 20_000);
