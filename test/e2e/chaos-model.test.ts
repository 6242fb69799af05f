import { describe, expect, it } from "vitest";
import { alarmsOf } from "./chaos-model.ts";
import type { ChaosKind, Item, Script } from "./chaos-script.ts";
import { writeScript } from "./chaos-script.ts";

const MINUTE = 60_000;

function script(kind: ChaosKind, bodies: readonly Item["body"][]): Script {
  const item = (n: number): Item => ({
    channel: "type" in bodies[n]! ? "events" : "telemetry",
    observedAt: n * MINUTE,
    body: bodies[n]!,
    isBad: false,
  });
  return { id: "one", kind, count: bodies.length, fallsSilent: false, item };
}

const alarm = (rule: string, raised: number, cleared?: number, times = 1, last?: number) => ({
  rule,
  raisedAt: raised * MINUTE,
  clearedAt: cleared === undefined ? undefined : cleared * MINUTE,
  times,
  lastRaisedAt: last === undefined ? undefined : last * MINUTE,
});

describe("the plain model of alarms", () => {
  it("raises at the first value beyond the limit, and clears at the first that is well within", () => {
    const bodies = [3.6, 2.9, 2.8, 3.15, 3.3, 3.3].map((battery) => ({ battery }));
    expect(alarmsOf(script("gas-meter", bodies))).toEqual([alarm("battery_low", 1, 4)]);
  });

  it("goes on with an alarm that is raised again soon", () => {
    const bodies = ["open", "abnormal", "open", "abnormal"].map((valve) => ({ valve }));
    expect(alarmsOf(script("gas-meter", bodies))).toEqual([alarm("valve_abnormal", 1, undefined, 2, 3)]);
  });

  it("waits for as long as a condition has to last, and begins anew when it is interrupted", () => {
    const bodies = [8, 8, 8, 0, 8, 8, 8, 8, 8, 8, 0].map((packet_loss) => ({ packet_loss }));
    expect(alarmsOf(script("camera", bodies))).toEqual([alarm("packet_loss_high", 9, 10)]);
  });

  it("raises by events, of which one clears and a leak does not", () => {
    const lost = [{ type: "signal_loss" }, { type: "signal_loss" }, { type: "signal_restored" }];
    expect(alarmsOf(script("camera", lost))).toEqual([alarm("signal_loss", 0, 2)]);
    expect(alarmsOf(script("gas-meter", [{ type: "leak" }, { battery: 3.6 }]))).toEqual([alarm("leak", 0)]);
  });
});

describe("what devices send", () => {
  it("is the same at each look, has every trouble, and some that is to be refused", () => {
    const one = (index: number) =>
      writeScript({ seed: 3, index, count: 60, from: 0, intervalMs: 10_000, fallsSilent: false });
    const rules = new Set<string>();
    let bad = 0;
    for (let index = 0; index < 600; index++) {
      const { count, item } = one(index);
      for (const { rule } of alarmsOf(one(index))) rules.add(rule);
      for (let n = 0; n < count; n++) if (item(n).isBad) bad++;
    }
    expect(one(7).item(30)).toEqual(one(7).item(30));
    expect([...rules].sort()).toEqual([
      "battery_low",
      "flow_high",
      "leak",
      "packet_loss_high",
      "signal_loss",
      "storage_free_low",
      "valve_abnormal",
    ]);
    expect(bad).toBeGreaterThan(100);
  });
});
