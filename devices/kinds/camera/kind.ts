import { outdoorTemperature } from "../../climate.ts";
import { decodeFrigateEvent } from "../../frigate.ts";
import {
  type Behaviour,
  counter,
  defineKind,
  gauge,
  high,
  low,
  onEvent,
  type Scenario,
  silent,
} from "../../kind.ts";
import { DAY_MS, HOUR_MS, localHours } from "../../local-time.ts";
import { chanceAt, clamp, round } from "../../noise.ts";
import type { Random } from "../../random.ts";

const scenarios: readonly Scenario[] = [
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

export const camera = defineKind({
  kind: "camera",
  title: { en: "Rural camera", zh: "雪亮工程摄像机" },
  source:
    "Detections: the message that Frigate publishes on `frigate/events` " +
    "(https://docs.frigate.video/integrations/mqtt/). Metrics, ranges, limits, the help button and the report " +
    "interval: our assumptions for an H.265 camera on a pole with local storage.",
  reportIntervalSeconds: 60,
  metrics: {
    bitrate: gauge({ unit: "kbit/s", min: 0, max: 100_000, decimals: 0, about: "Of the main stream" }),
    // 29.97 is an ordinary rate.
    fps: gauge({ unit: "{frame}/s", min: 0, max: 120, decimals: 2, about: "Pictures that really arrive" }),
    packet_loss: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 2,
      about: "Of the stream's packets, since the last report",
    }),
    storage_free: gauge({ unit: "%", min: 0, max: 100, decimals: 1, about: "Free space for recordings" }),
    temperature: gauge({ unit: "Cel", min: -40, max: 110, decimals: 1, about: "Inside the housing" }),
    uptime: counter({
      unit: "s",
      min: 0,
      // Thirty years.
      max: 946_080_000,
      decimals: 0,
      resets: "when the camera restarts",
      restarts: true,
      about: "Since the camera started",
    }),
  },
  events: [
    { type: "motion", about: "Something moved that has no type of its own here" },
    { type: "person", about: "A person was seen" },
    { type: "vehicle", about: "A car, truck, bus, motorcycle or bicycle was seen" },
    { type: "sos", about: "The help button was pressed" },
    { type: "signal_loss", about: "No picture" },
    { type: "signal_restored", about: "The picture is back" },
    { type: "tamper", about: "Covered, turned away or opened" },
  ],
  alarms: [
    onEvent("sos", {
      severity: "critical",
      about: "Somebody asks for help at the camera",
      zh: "摄像机处有人求助",
    }),
    onEvent("tamper", { severity: "major", about: "Camera tampered with", zh: "摄像机被动过" }),
    onEvent("signal_loss", {
      severity: "major",
      clearedBy: ["signal_restored"],
      about: "Camera shows no picture",
      zh: "摄像机没有画面",
    }),
    high("packet_loss", {
      limit: 5,
      deadband: 2,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Camera loses packets",
      zh: "摄像机丢包",
    }),
    low("storage_free", {
      limit: 5,
      deadband: 2,
      severity: "minor",
      about: "Camera has no room for recordings",
      zh: "摄像机录像空间不足",
    }),
    high("temperature", {
      limit: 75,
      deadband: 5,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Camera too hot",
      zh: "摄像机过热",
    }),
    silent({
      intervals: 5,
      severity: "major",
      about: "Camera not heard for five minutes",
      zh: "摄像机五分钟没有上报",
    }),
  ],
  decodeEvent: decodeFrigateEvent,
  simulate,
  scenarios,
  examples: [
    {
      about: "an ordinary minute",
      message: {
        observedAt: "2025-06-01T08:00:00+08:00",
        bitrate: 3980,
        fps: 25,
        packet_loss: 0.1,
        storage_free: 37.5,
        temperature: 38.2,
        uptime: 1_209_600,
      },
      accepts: 1,
    },
    {
      about: "just restarted",
      message: { observedAt: 1_748_736_120_000, uptime: 4, fps: 0, bitrate: 0 },
      accepts: 1,
    },
    {
      about: "more than everything lost",
      message: { observedAt: "2025-06-01T08:03:00+08:00", packet_loss: 100.5 },
      rejects: "off_scale",
    },
    {
      about: "a time that is no time",
      message: { observedAt: "yesterday", fps: 25 },
      rejects: "bad_time",
    },
    {
      about: "what Frigate publishes when a person walks by",
      channel: "events",
      message: {
        type: "new",
        before: frigateObject("1748736000.123456-abc123", "person", 1_748_736_000.5, 0.61),
        after: frigateObject("1748736000.123456-abc123", "person", 1_748_736_001.25, 0.79),
      },
      accepts: 1,
    },
    {
      about: "a person, the same again as it ends, and a bus in between",
      channel: "events",
      message: [
        {
          type: "new",
          before: frigateObject("1748736060.5-p1", "person", 1_748_736_060.5, 0.7),
          after: frigateObject("1748736060.5-p1", "person", 1_748_736_061, 0.8),
        },
        {
          type: "new",
          before: frigateObject("1748736062.5-v1", "bus", 1_748_736_062.5, 0.66),
          after: frigateObject("1748736062.5-v1", "bus", 1_748_736_063, 0.9),
        },
        {
          type: "end",
          before: frigateObject("1748736060.5-p1", "person", 1_748_736_064, 0.84),
          after: {
            ...frigateObject("1748736060.5-p1", "person", 1_748_736_064, 0.84),
            end_time: 1_748_736_069.2,
          },
        },
      ],
      accepts: 3,
    },
    {
      about: "the help button, in our own flat shape",
      channel: "events",
      message: { eventId: "sos-7", observedAt: "2025-06-01T08:05:00+08:00", type: "sos", button: 1 },
      accepts: 1,
    },
    {
      about: "a detection without its object",
      channel: "events",
      message: { type: "new", before: null, after: null },
      rejects: "bad_shape",
    },
    {
      about: "an event that no camera has",
      channel: "events",
      message: { eventId: "x-1", observedAt: "2025-06-01T08:06:00+08:00", type: "mains_lost" },
      rejects: "unknown_event",
    },
  ],
});

/** A tracked object as Frigate describes it, with the fields that do not depend on a real picture. */
function frigateObject(id: string, label: string, frameTime: number, score: number) {
  return {
    id,
    camera: "gate",
    frame_time: frameTime,
    label,
    sub_label: null,
    top_score: score,
    false_positive: false,
    start_time: Number(id.split("-")[0]),
    end_time: null as number | null,
    score,
    box: [424, 500, 536, 712],
    area: 23_744,
    ratio: 0.528,
    region: [264, 450, 667, 853],
    current_zones: ["road"],
    entered_zones: ["road"],
    has_clip: true,
    has_snapshot: true,
    stationary: false,
    motionless_count: 0,
    position_changes: 1,
  };
}

const [BOOT, DISK, BUSY, LABEL] = [1, 2, 3, 4];

/** What passes a village camera, per hour of the day: nearly nothing at night, most in the late afternoon. */
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
  // After a pause (history is thinner than life) the last quarter of an hour is told, not all of it.
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

function simulate(seed: number): Behaviour {
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
