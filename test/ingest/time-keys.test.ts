import { describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { catalog } from "../../devices/catalog.ts";
import { createRandom } from "../../devices/random.ts";
import { KindRuntime } from "../../ingest/kind-runtime.ts";
import { checkTimeless } from "../../ingest/time-keys.ts";

const NOW = Date.parse("2026-11-29T00:00:00Z");

describe("an item without observedAt", () => {
  it.each([
    ["ts", 1_795_500_000_000],
    ["timestamp", "2026-11-20T00:00:00Z"],
    ["Timestamp", 1_795_500_000],
    ["observed_at", "2026-11-20T00:00:00Z"],
    ["ObservedAt", "2026-11-20T00:00:00Z"],
    ["observedat", 0],
    ["created_at", "yesterday"],
    ["eventTime", 12],
    ["dateTime", "20261120000000"],
    ["DataTime", "20261120000000"],
    ["采集时间", "2026年11月20日 8时"],
    ["time", "2026-11-20 08:00:00"],
    ["time", 1_795_500_000],
    ["time", "08:00"],
    ["at", "1795500000000"],
    ["t", 1_795_500_000_000],
    ["t", 1_795_500_000_000_000],
    ["date", "20/11/2026"],
    ["sampleTs", 1_763_600_000],
    ["obs_at", "2026-11-20T10:00:00Z"],
    ["measurement-time", 1_763_600_000_000],
    ["gps.fix.datetime", 1_763_600_000_000_000],
    ["lastUTCTimeStamp", "1763600000"],
    ["meter_clock", "2026-11-20 10:00"],
    ["sampleDate", "2026-11-20"],
    ["wakeTimeMs", 1_763_600_000_000],
    ["end_time", "2026-11-20T00:00:00Z"],
    ["up_time", "2026-11-20T00:00:00Z"],
    ["a_key_that_is_longer_than_any_of_the_known_ones_at", 1_763_600_000],
  ])("whose time stands under '%s' (%j) is refused with that key in the hint", (key, value) => {
    expect(checkTimeless({ volume: 1, [key]: value }, false, NOW)).toMatchObject({
      reason: "time_missing",
      detail: expect.stringContaining(`'${key}' says ${JSON.stringify(value)}; send the time as observedAt`),
    });
  });

  it.each([
    ["t", 21.5],
    ["time", 12_345],
    ["time", "summer"],
    ["at", "the gate"],
    ["date", null],
    ["timestamp", null],
    ["timestamp", ""],
    ["ts", true],
    ["uptime", 1_795_500_000],
    ["runtime", 5],
    ["serial", 1_795_500_000],
    ["up_time", 1_795_500_000],
    ["operatingTime", 1_795_500_000],
    ["valve_on_time_ms", 1_795_500_000],
    ["wake_time", 12],
    ["obs_at", "the gate"],
    ["obs_at", "2009-11-20T10:00:00Z"],
    ["obs_at", "2037-11-20T10:00:00Z"],
    ["obs_at", "2026-13-20T10:00:00Z"],
    ["sampleTs", 1_300_000_000],
    ["sampleTs", 2_200_000_000],
    ["installDate", "2024-05-01"],
    ["next_calibration_at", "2026-12-20T10:00:00Z"],
    ["lat", 1_763_600_000],
    ["counts", 1_763_600_000],
    ["update", "2026-11-20T10:00:00Z"],
    ["points", [{ ts: 1_763_600_000 }]],
    ["meta", { uptime: 1_763_600_000, ts: 12, at: "noon" }],
    ["meta", { deep: { ts: 1_763_600_000 } }],
  ])("may have the time of its arrival with '%s' (%j)", (key, value) => {
    expect(checkTimeless({ volume: 1, [key]: value }, false, NOW)).toBeUndefined();
  });

  it.each([
    ["meta", "ts", 1_763_600_000],
    ["meta", "sampleTs", "2026-11-20T10:00:00Z"],
    ["header", "time", "2026-11-20T10:00:00Z"],
  ])("whose time lies below '%s' is refused with the way there", (key, inner, value) => {
    expect(checkTimeless({ volume: 1, [key]: { id: 7, [inner]: value } }, false, NOW)).toMatchObject({
      reason: "time_missing",
      detail: expect.stringContaining(`'${key}.${inner}' says ${JSON.stringify(value)}`),
    });
  });

  it("is taken with what its kind measures, and with what devices of the kind send", () => {
    for (const kind of catalog) {
      const runtime = new KindRuntime(kind, tablesOf([kind])[0]!);
      const behave = kind.simulate(7);
      const random = createRandom(7);
      const simulated = Array.from({ length: 50 }, (_, i) => {
        const at = new Date(NOW - (50 - i) * 3_600_000);
        return behave({ random, at, elapsedMs: i === 0 ? 0 : 3_600_000 }).metrics;
      });
      const examples = kind.examples
        .filter(({ channel = "telemetry" }) => channel === "telemetry")
        .flatMap(({ message }) => message);
      // Each quantity as large as an epoch, too.
      const large = Object.keys(kind.metrics).map((key) => ({ [key]: 1_763_600_000 }));
      for (const sent of [...simulated, ...examples, ...large]) {
        const { observedAt: _, ...item } = sent as Record<string, unknown>;
        const answer = runtime.check(item, NOW);
        if ("reason" in answer) expect([kind.kind, item, answer.reason]).not.toContain("time_missing");
      }
    }
  });

  it("does not cost a reply what it says of other moments, unless by a name for its own", () => {
    const reply = {
      commandId: "c",
      outcome: "ended",
      startedAt: "2026-11-20T10:00:00Z",
      played: { ts: 1_763_600_000 },
    };
    expect(checkTimeless(reply, false, undefined)).toBeUndefined();
    expect(checkTimeless({ ...reply, ts: 1_763_600_000 }, false, undefined)).toMatchObject({
      reason: "time_missing",
    });
  });

  it("may have a quantity of its kind that is named like a time", () => {
    const item = { ts: 1_795_500_000_000 };
    expect(checkTimeless(item, false, NOW, (key) => key === "ts")).toBeUndefined();
    expect(checkTimeless(item, true, NOW, (key) => key === "ts")).toMatchObject({ reason: "time_missing" });
  });

  it("is refused as one of several", () => {
    expect(checkTimeless({ volume: 1 }, true, NOW)).toMatchObject({ reason: "time_missing" });
  });
});
