import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { DAY_MS, HOUR_MS, localHours } from "../../local-time.ts";
import { chanceAt, clamp, round } from "../../noise.ts";
import type { Random } from "../../random.ts";
import { frigateObject } from "./examples.ts";

export const cameraScenarios: readonly Scenario[] = [
  { name: "sos", about: "Somebody presses the help button on the pole.", raises: ["sos"] },
  { name: "tampering", about: "The camera is covered or turned away.", raises: ["tamper"] },
  {
    name: "signal_loss",
    about: "The picture is gone while the device still answers.",
    raises: ["signal_loss"],
  },
  { name: "congestion", about: "The line to the camera is overloaded.", raises: ["packet_loss_high"] },
  { name: "disk_full", about: "The recordings have filled the storage.", raises: ["storage_free_low"] },
  { name: "overheat", about: "The housing stands in the sun.", raises: ["temperature_high"] },
];

const [BOOT, DISK, BUSY, LABEL] = [1, 2, 3, 4];

/** Passers-by at a village camera, per hour of the day: nearly none at night, most in the late afternoon. */
const passersPerHour = (hour: number) => 0.3 + 6 * Math.max(0, Math.sin((Math.PI * (hour - 5)) / 17)) ** 1.5;

const LABELS = ["person", "person", "person", "motorcycle", "car", "bicycle", "truck", "dog"];

/** The moment of the last start before `at`: once in a block of thirty days, on a day that differs by camera. */
function lastStart(seed: number, at: Date): number {
  const block = 30 * DAY_MS;
  const startIn = (index: number) => index * block + Math.floor(chanceAt(seed, BOOT, index) * block);
  const index = Math.floor(at.getTime() / block);
  const start = startIn(index);
  return start <= at.getTime() ? start : startIn(index - 1);
}

/** Detections in the time since the last moment, as Frigate tells them: new, then end. */
function detections(seed: number, at: Date, elapsedMs: number, random: Random) {
  // After a pause (history is thinner than life) it tells the last quarter of an hour, not all of it.
  const span = Math.min(elapsedMs, HOUR_MS / 4);
  const busy = 0.5 + chanceAt(seed, BUSY);
  if (!random.chance(Math.min(0.9, (busy * passersPerHour(localHours(at)) * span) / HOUR_MS))) return [];
  const label = LABELS[Math.floor(random.between(0, LABELS.length))]!;
  const seconds = Math.min(random.between(3, 12), span / 1000);
  const endTime = round(at.getTime() / 1000, 3);
  const startTime = round(endTime - seconds, 3);
  const id = `${startTime.toFixed(6)}-${Math.floor(
    chanceAt(seed, LABEL, Math.floor(at.getTime() / 1000)) * 36 ** 6,
  )
    .toString(36)
    .padStart(6, "0")}`;
  const score = round(random.between(0.65, 0.95), 3);
  const first = frigateObject(id, label, startTime, round(score - 0.1, 3));
  const last = { ...frigateObject(id, label, endTime, score), start_time: startTime };
  return [
    { type: "new", before: first, after: first },
    { type: "end", before: last, after: { ...last, end_time: endTime } },
  ];
}

const SCENARIO_EVENTS: Record<string, { type: string; [key: string]: unknown }> = {
  sos: { type: "sos", button: 1 },
  tampering: { type: "tamper", method: "covered" },
  signal_loss: { type: "signal_loss" },
};

export function simulateCamera(seed: number): Behaviour {
  const meanBitrate = 2500 + 2500 * chanceAt(seed, DISK, 1);
  let playing: string | undefined;

  return ({ random, at, elapsedMs, scenario }) => {
    const blind = scenario === "signal_loss";
    const told = scenario && scenario !== playing ? SCENARIO_EVENTS[scenario] : undefined;
    const restored = !blind && playing === "signal_loss" ? { type: "signal_restored" } : undefined;
    playing = scenario;
    const events = [
      ...(told ? [told] : []),
      ...(restored ? [restored] : []),
      ...(blind ? [] : detections(seed, at, elapsedMs, random)),
    ];
    const hour = localHours(at);
    const night = hour < 6 || hour > 19;
    // Recordings fill the disk until the oldest week is deleted.
    const week = (at.getTime() / DAY_MS + 7 * chanceAt(seed, DISK)) % 7;
    return {
      metrics: {
        bitrate: blind
          ? 0
          : Math.round(clamp(meanBitrate * (night ? 0.6 : 1) + random.normal(0, 120), 200, 9000)),
        fps: blind ? 0 : round(clamp(25 - Math.abs(random.normal(0, 0.3)), 15, 25), 1),
        packet_loss:
          scenario === "congestion"
            ? round(random.between(9, 14), 2)
            : round(Math.abs(random.normal(0, 0.15)), 2),
        storage_free: scenario === "disk_full" ? 1.5 : round(40 - 4 * week, 1),
        temperature:
          scenario === "overheat"
            ? 82
            : round(clamp(outdoorTemperature(at) + 14 + random.normal(0, 0.6), -30, 68), 1),
        uptime: Math.floor((at.getTime() - lastStart(seed, at)) / 1000),
      },
      ...(events.length > 0 ? { events } : {}),
    };
  };
}
