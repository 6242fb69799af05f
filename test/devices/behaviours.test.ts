import { describe, expect, it } from "vitest";
import type { Behaviour, Kind, SimulatedMoment } from "../../devices/kind.ts";
import { camera } from "../../devices/kinds/camera/kind.ts";
import { example } from "../../devices/kinds/example/kind.ts";
import { gasMeter } from "../../devices/kinds/gas-meter/kind.ts";
import { loraGateway } from "../../devices/kinds/lora-gateway/kind.ts";
import { speaker } from "../../devices/kinds/speaker/kind.ts";
import { DAY_MS, HOUR_MS, localHours } from "../../devices/local-time.ts";
import { createRandom } from "../../devices/random.ts";

interface Stretch {
  readonly from: string;
  readonly hours: number;
  readonly stepMs?: number;
  readonly scenario?: string;
}

function watch(behave: Behaviour, { from, hours, stepMs = HOUR_MS, scenario }: Stretch) {
  const random = createRandom(7);
  const start = new Date(from).getTime();
  const seen: { at: Date; moment: SimulatedMoment }[] = [];
  for (let time = start; time <= start + hours * HOUR_MS; time += stepMs) {
    const at = new Date(time);
    seen.push({ at, moment: behave({ random, at, elapsedMs: time === start ? 0 : stepMs, scenario }) });
  }
  return seen;
}

const valuesOf = (seen: ReturnType<typeof watch>, metric: string) =>
  seen.map(({ moment }) => moment.metrics[metric] as number);

const rises = (values: readonly number[]) =>
  values.every((value, index) => index === 0 || value >= values[index - 1]!);

const fleetOf = (kind: Kind, count: number) =>
  Array.from({ length: count }, (_, index) => kind.simulate(1000 + index * 7919));

/** The gas used by a fleet in a stretch of time, in m3. */
const gasUsed = (stretch: Stretch) =>
  fleetOf(gasMeter, 60).reduce((sum, behave) => {
    const volumes = valuesOf(watch(behave, stretch), "volume");
    return sum + volumes.at(-1)! - volumes[0]!;
  }, 0);

describe("a simulated gas meter", () => {
  it("never runs backwards in a year", () => {
    for (const behave of fleetOf(gasMeter, 5)) {
      const volumes = valuesOf(watch(behave, { from: "2025-01-01T00:00:00Z", hours: 8760 }), "volume");
      expect(rises(volumes)).toBe(true);
      expect(volumes.at(-1)! - volumes[0]!).toBeGreaterThan(10);
    }
  });

  it("shows the same volume after a restart, whatever it was asked before", () => {
    const [going] = watch(gasMeter.simulate(5), { from: "2025-01-01T00:00:00Z", hours: 24 * 40 }).slice(-1);
    const [restarted] = watch(gasMeter.simulate(5), { from: going!.at.toISOString(), hours: 0 });
    expect(restarted!.moment.metrics.volume).toBe(going!.moment.metrics.volume);
    // Back in time as well: history is sent while the present goes on.
    const behave = gasMeter.simulate(5);
    watch(behave, { from: "2025-06-01T00:00:00Z", hours: 1 });
    const [earlier] = watch(behave, { from: going!.at.toISOString(), hours: 0 });
    expect(earlier!.moment.metrics.volume).toBe(going!.moment.metrics.volume);
  });

  it("does not start below what its register showed", () => {
    const behave = gasMeter.simulate(5);
    const at = new Date("2025-06-01T00:00:00Z");
    const ordinary = gasMeter.simulate(5)({ random: createRandom(1), at, elapsedMs: 0 }).metrics
      .volume as number;
    const atLeast = { volume: ordinary + 12.5 };
    const first = behave({ random: createRandom(1), at, elapsedMs: 0, atLeast }).metrics.volume;
    expect(first).toBeCloseTo(ordinary + 12.5, 3);
    const behind = gasMeter.simulate(5)({
      random: createRandom(1),
      at,
      elapsedMs: 0,
      atLeast: { volume: 1 },
    });
    expect(behind.metrics.volume).toBe(ordinary);
  });

  it("is used at mealtimes rather than at night", () => {
    const evening = gasUsed({ from: "2025-06-10T17:30:00+08:00", hours: 2 });
    const night = gasUsed({ from: "2025-06-10T02:00:00+08:00", hours: 2 });
    expect(evening).toBeGreaterThan(5);
    expect(night).toBeLessThan(evening / 10);
  });

  it("is used more in January than in July", () => {
    const winter = gasUsed({ from: "2025-01-06T00:00:00+08:00", hours: 24 * 14 });
    const summer = gasUsed({ from: "2025-07-07T00:00:00+08:00", hours: 24 * 14 });
    expect(winter).toBeGreaterThan(summer * 1.3);
  });

  it("has a flow that adds up to its volume", () => {
    const seen = watch(gasMeter.simulate(11), {
      from: "2025-06-01T00:00:00+08:00",
      hours: 24 * 20,
      stepMs: HOUR_MS / 4,
    });
    const volumes = valuesOf(seen, "volume");
    const flows = valuesOf(seen, "flow");
    const integrated = flows.slice(0, -1).reduce((sum, flow) => sum + flow / 4, 0);
    expect(integrated / (volumes.at(-1)! - volumes[0]!)).toBeCloseTo(1, 1);
  });

  it("leaks without a pause, tells so once, and counts what is lost", () => {
    const stretch = { from: "2025-06-10T02:00:00+08:00", hours: 3, stepMs: HOUR_MS / 4 };
    const seen = watch(gasMeter.simulate(3), { ...stretch, scenario: "leak" });
    expect(Math.min(...valuesOf(seen, "flow"))).toBeGreaterThanOrEqual(0.35);
    expect(seen.flatMap(({ moment }) => moment.events ?? []).map(({ type }) => type)).toEqual(["leak"]);
    const ordinary = valuesOf(watch(gasMeter.simulate(3), stretch), "volume").at(-1)!;
    expect(valuesOf(seen, "volume").at(-1)! - ordinary).toBeCloseTo(3 * 0.35, 2);
  });
});

describe("a simulated speaker", () => {
  it("plays the daily programme, with current and sound while it plays, and says how long", () => {
    const seen = watch(speaker.simulate(2), { from: "2025-06-10T11:50:00+08:00", hours: 1, stepMs: 60_000 });
    const playing = seen.filter(({ moment }) => moment.metrics.play_state === "playing");
    expect(playing).toHaveLength(30);
    expect(Math.min(...valuesOf(playing, "amplifier_current"))).toBeGreaterThan(0.5);
    const idle = seen.filter(({ moment }) => moment.metrics.play_state === "idle");
    expect(Math.max(...valuesOf(idle, "sound_level"))).toBeLessThan(
      Math.min(...valuesOf(playing, "sound_level")),
    );
    const events = seen.flatMap(({ moment }) => moment.events ?? []);
    expect(events.map(({ type }) => type)).toEqual(["play_started", "play_ended"]);
    expect(events[1]).toMatchObject({ seconds: 1800 });
  });

  it("does not claim to know how long it played when it was started in the middle", () => {
    const seen = watch(speaker.simulate(2), {
      from: "2025-06-10T12:15:00+08:00",
      hours: 0.5,
      stepMs: 60_000,
    });
    const [ended] = seen.flatMap(({ moment }) => moment.events ?? []);
    expect(ended).toEqual({ type: "play_ended", programme: "daily" });
  });

  it("tells of every loss of the mains and of their return, in turns", () => {
    const types = fleetOf(speaker, 8).map((behave) =>
      watch(behave, { from: "2025-01-01T00:00:00Z", hours: 24 * 60, stepMs: 600_000 })
        .flatMap(({ moment }) => moment.events ?? [])
        .map(({ type }) => type)
        .filter((type) => type.startsWith("mains")),
    );
    expect(types.flat().length).toBeGreaterThan(4);
    for (const ofOne of types) {
      expect(ofOne).toEqual(ofOne.map((_, index) => (index % 2 ? "mains_restored" : "mains_lost")));
    }
  });
});

describe("a simulated camera", () => {
  it("sees more by day than by night", () => {
    const counts = { day: 0, night: 0 };
    for (const behave of fleetOf(camera, 10)) {
      for (const { at, moment } of watch(behave, {
        from: "2025-06-10T00:00:00+08:00",
        hours: 48,
        stepMs: 60_000,
      })) {
        const hour = localHours(at);
        counts[hour >= 8 && hour < 20 ? "day" : "night"] += moment.events?.length ?? 0;
      }
    }
    expect(counts.day).toBeGreaterThan(3 * counts.night);
    expect(counts.night).toBeGreaterThan(0);
  });

  it("tells each detection as Frigate does, new and end under one id", () => {
    const events = watch(camera.simulate(8), { from: "2025-06-10T09:00:00+08:00", hours: 12, stepMs: 60_000 })
      .flatMap(({ moment }) => moment.events ?? [])
      .map((event) => camera.decodeEvent!(event));
    expect(events.length).toBeGreaterThan(4);
    for (let index = 0; index < events.length; index += 2) {
      expect(events[index]).toMatchObject({ phase: "new", eventId: events[index + 1]!.eventId });
      expect(events[index + 1]).toMatchObject({ phase: "end", type: events[index]!.type });
      expect(events[index + 1]!.observedAt).toBeGreaterThan(events[index]!.observedAt as number);
    }
  });

  it("counts its uptime from its last restart, which comes now and then", () => {
    const uptimes = valuesOf(
      watch(camera.simulate(4), { from: "2025-01-01T00:00:00Z", hours: 24 * 120 }),
      "uptime",
    );
    const restarts = uptimes.filter((uptime, index) => index > 0 && uptime < uptimes[index - 1]!).length;
    expect(restarts).toBeGreaterThanOrEqual(2);
    expect(restarts).toBeLessThanOrEqual(6);
    expect(Math.max(...uptimes)).toBeLessThan((60 * DAY_MS) / 1000);
  });
});

describe("a simulated gateway", () => {
  it("counts up in every counter, and forwards what it received without the broken frames", () => {
    const seen = watch(loraGateway.simulate(6), { from: "2025-06-01T00:00:00Z", hours: 72, stepMs: 60_000 });
    for (const counter of ["uplinks_received", "uplinks_forwarded", "uplinks_bad_crc", "downlinks_sent"]) {
      expect(rises(valuesOf(seen, counter)), counter).toBe(true);
    }
    for (const { moment } of seen) {
      const { uplinks_received, uplinks_forwarded, uplinks_bad_crc } = moment.metrics as Record<
        string,
        number
      >;
      expect(uplinks_forwarded).toBe(uplinks_received! - uplinks_bad_crc!);
    }
  });
});

describe("a simulated rain gauge", () => {
  it("adds up rain through the year and begins again at New Year", () => {
    const before = watch(example.simulate(9), { from: "2025-03-01T00:00:00Z", hours: 24 * 30 });
    expect(rises(valuesOf(before, "rain"))).toBe(true);
    expect(valuesOf(before, "rain").at(-1)).toBeGreaterThan(0);
    const turn = valuesOf(watch(example.simulate(9), { from: "2025-12-31T22:00:00Z", hours: 4 }), "rain");
    expect(turn[0]).toBeGreaterThan(100);
    expect(turn.at(-1)).toBeLessThan(50);
  });
});
