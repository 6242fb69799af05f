import { expect, it } from "vitest";
import { DeviceRates } from "../../../protocols/tcp/device-rates.ts";

it("a device waits for its turn by messages and by items, and nothing is taken from who waits", () => {
  let now = 0;
  const rates = new DeviceRates({ rateLimit: 1, itemLimit: 5 }, () => now);
  for (let n = 0; n < 10; n++) expect(rates.waitOf("a")).toBe(0);
  expect([rates.waitOf("a"), rates.waitOf("a"), rates.waitOf("b")]).toEqual([1000, 1000, 0]);
  now = 1000;
  expect([rates.waitOf("a"), rates.waitOf("a")]).toEqual([0, 1000]);
  rates.spend("b", 60);
  expect(rates.waitOf("b")).toBe(1000);
  const unlimited = new DeviceRates({ rateLimit: 0, itemLimit: 0 }, () => now);
  unlimited.spend("a", 1_000_000);
  expect(unlimited.waitOf("a")).toBe(0);
});
