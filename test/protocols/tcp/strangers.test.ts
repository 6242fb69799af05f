import { expect, it } from "vitest";
import { Strangers } from "../../../protocols/tcp/strangers.ts";

it("strangers of one network use up their own, and leave some to others", () => {
  let now = 0;
  const strangers = new Strangers(() => now);
  const come = (address: string, count: number) =>
    Array.from({ length: count }, () => strangers.mayCome(address)).filter((may) => may).length;
  expect(come("10.0.0.1", 1000)).toBe(500);
  expect(come("10.0.0.2", 10)).toBe(10);
  // One IPv6 /64 is one network.
  expect(come("2001:db8::1", 400) + come("2001:db8::2", 400)).toBe(500);
  now += 1000;
  expect(come("10.0.0.1", 100)).toBe(20);
  expect(
    Array.from({ length: 50 }, () => strangers.mayRecordNameless("10.0.0.1")).filter((may) => may).length,
  ).toBe(20);
  expect(strangers.mayHold(16 * 1024 * 1024)).toBe(true);
  expect(strangers.mayHold(1)).toBe(false);
  strangers.letGo(16 * 1024 * 1024);
  expect(strangers.mayHold(1)).toBe(true);
});
