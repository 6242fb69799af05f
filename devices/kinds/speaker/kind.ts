import { outdoorTemperature } from "../../climate.ts";
import {
  type Behaviour,
  defineKind,
  gauge,
  high,
  low,
  onEvent,
  type Scenario,
  silent,
  state,
  text,
} from "../../kind.ts";
import { HOUR_MS, localDay, localHours } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";
import type { Random } from "../../random.ts";

const scenarios: readonly Scenario[] = [
  {
    name: "power_cut",
    about: "The mains are gone and the battery runs low.",
    raises: ["mains_lost", "battery_voltage_low"],
  },
  { name: "amplifier_fault", about: "The amplifier does not come up.", raises: ["fault"] },
  {
    name: "forged_command",
    about: "Somebody sends commands with a wrong signature.",
    raises: ["verification_failed"],
  },
  {
    name: "overheat",
    about: "The cabinet stands in the sun with its vents blocked.",
    raises: ["temperature_high"],
  },
  { name: "weak_link", about: "The link to the speaker is about to break.", raises: ["link_quality_low"] },
];

export const speaker = defineKind({
  kind: "speaker",
  title: { en: "Emergency-broadcast speaker", zh: "应急广播大喇叭" },
  source:
    "What a speaker reports and its faults: implementations of GD/J 080 to 089-2018 (since GY/T 383 to " +
    "394-2023), which this follows without claiming conformance. Ranges, limits, the report interval and the " +
    "daily programme: our assumptions for a 2 x 50 W horn on 220 V with a 12 V lead battery.",
  reportIntervalSeconds: 60,
  metrics: {
    play_state: state({ values: ["idle", "playing", "fault", "off"], about: "What the speaker is doing" }),
    volume: gauge({ unit: "%", min: 0, max: 100, decimals: 0, about: "Volume that is set; 0 is mute" }),
    // Idle amplifiers take some hundredths of an ampere, and a fault may be that they take none.
    amplifier_current: gauge({
      unit: "A",
      min: 0,
      max: 20,
      decimals: 2,
      about: "Current into the amplifier: with sound_level the proof that it sounded",
    }),
    mains_voltage: gauge({ unit: "V", min: 0, max: 300, decimals: 1, about: "Mains at the speaker" }),
    battery_voltage: gauge({ unit: "V", min: 0, max: 30, decimals: 2, about: "Spare battery, 12 V or 24 V" }),
    // UCUM's own bel for sound pressure, re 20 uPa; a bare dB would leave the reference open.
    sound_level: gauge({
      unit: "dB[SPL]",
      min: 0,
      max: 140,
      decimals: 1,
      about: "At the speaker's own microphone",
    }),
    temperature: gauge({ unit: "Cel", min: -40, max: 110, decimals: 1, about: "Inside the cabinet" }),
    link_quality: gauge({
      unit: "%",
      min: 0,
      max: 100,
      decimals: 0,
      about: "Of the line that commands come over",
    }),
    firmware: text({ maxLength: 32, about: "Version of its software" }),
  },
  events: [
    { type: "play_started", about: "Sound has begun; carries what is played" },
    { type: "play_ended", about: "Sound has ended; carries the seconds played" },
    { type: "mains_lost", about: "Running on the battery" },
    { type: "mains_restored", about: "The mains are back" },
    {
      type: "fault",
      about:
        "Carries `fault`: supply_current_low, supply_power_low, amplifier_voltage_low, field_strength_low or no_monitoring_data",
    },
    { type: "fault_cleared", about: "The fault is gone" },
    {
      type: "verification_failed",
      about:
        "A command did not verify and was not obeyed, or a key set did not and was not taken (`reason` bad_key_set)",
    },
    { type: "key_set_taken", about: "It has taken another set of signing keys; carries `version`" },
    { type: "volume_changed", about: "Somebody turned the knob, or a command did" },
    { type: "restarted", about: "The speaker has started" },
  ],
  alarms: [
    onEvent("mains_lost", {
      severity: "major",
      clearedBy: ["mains_restored"],
      about: "Speaker runs on its battery",
      zh: "音柱改用电池供电",
    }),
    onEvent("fault", {
      severity: "major",
      clearedBy: ["fault_cleared"],
      about: "Speaker cannot sound",
      zh: "音柱不能发声",
    }),
    // Only a person may close this one: it can be an attack.
    onEvent("verification_failed", {
      severity: "critical",
      about: "Speaker was sent a command or keys that do not verify",
      zh: "音柱收到验签不通过的指令或密钥",
    }),
    low("battery_voltage", {
      limit: 11.6,
      deadband: 0.6,
      severity: "minor",
      about: "Spare battery nearly empty",
      zh: "备用电池快耗尽",
    }),
    low("link_quality", {
      limit: 20,
      deadband: 10,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Poor line to the speaker",
      zh: "音柱线路质量差",
    }),
    high("temperature", {
      limit: 75,
      deadband: 5,
      onDelayMs: 300_000,
      severity: "minor",
      about: "Cabinet too hot",
      zh: "机箱过热",
    }),
    silent({
      intervals: 5,
      severity: "major",
      about: "Speaker not heard for five minutes",
      zh: "音柱五分钟没有上报",
    }),
  ],
  simulate,
  scenarios,
  examples: [
    {
      about: "idle at noon",
      message: {
        observedAt: "2025-06-01T11:59:00+08:00",
        play_state: "idle",
        volume: 80,
        amplifier_current: 0.05,
        mains_voltage: 224.6,
        battery_voltage: 13.6,
        sound_level: 44.1,
        temperature: 31,
        link_quality: 92,
        firmware: "2.4.1",
      },
      accepts: 1,
    },
    {
      about: "sounding, on its battery",
      message: {
        observedAt: "2025-06-01T12:00:00+08:00",
        play_state: "playing",
        amplifier_current: 3.1,
        sound_level: 98.4,
        mains_voltage: 0,
        battery_voltage: 12.4,
      },
      accepts: 1,
    },
    {
      about: "louder than sound in air can be measured",
      message: { observedAt: "2025-06-01T12:01:00+08:00", sound_level: 255 },
      rejects: "off_scale",
    },
    {
      about: "volume 255, which in a command means unchanged, is not a volume",
      message: { observedAt: "2025-06-01T12:02:00+08:00", volume: 255 },
      rejects: "off_scale",
    },
    {
      about: "its state as a number, as the wire protocol has it",
      message: { observedAt: "2025-06-01T12:03:00+08:00", play_state: 2 },
      rejects: "bad_type",
    },
    {
      about: "nothing but a time",
      message: { observedAt: "2025-06-01T12:04:00+08:00" },
      rejects: "empty",
    },
    {
      about: "the daily programme",
      channel: "events",
      message: [
        {
          eventId: "p-1-start",
          observedAt: "2025-06-01T12:00:00+08:00",
          type: "play_started",
          programme: "daily",
        },
        {
          eventId: "p-1-end",
          observedAt: "2025-06-01T12:30:00+08:00",
          type: "play_ended",
          programme: "daily",
          seconds: 1800,
        },
      ],
      accepts: 2,
    },
    {
      about: "an event that no speaker has",
      channel: "events",
      message: { eventId: "p-2", observedAt: "2025-06-01T12:31:00+08:00", type: "motion" },
      rejects: "unknown_event",
    },
  ],
});

const [TASTE, OUTAGE, LINK, VERSION] = [1, 2, 3, 4];

/** When a village's daily programme plays, in hours of local time. Our assumption. */
const PROGRAMMES = [
  { from: 6.5, to: 7 },
  { from: 12, to: 12.5 },
  { from: 18, to: 18.5 },
];

/** Whether the mains are away: on about one day in forty, for half an hour to three hours. */
function mainsAway(seed: number, at: Date): boolean {
  const day = localDay(at);
  if (chanceAt(seed, OUTAGE, day) >= 0.025) return false;
  const from = 21 * chanceAt(seed, OUTAGE, day, 1);
  const hours = 0.5 + 2.5 * chanceAt(seed, OUTAGE, day, 2);
  const now = localHours(at);
  return now >= from && now < from + hours;
}

/** The volume that somebody has set at a speaker, in percent. */
export const volumeOf = (seed: number): number => 60 + 5 * Math.floor(chanceAt(seed, TASTE) * 8);

/**
 * What amplifier and microphone show while a horn sounds at a volume, or, at 0, while it does not: the idle amplifier
 * and the village. Between the two lies what proves that a broadcast was heard.
 */
export function measureSound(random: Random, volume: number) {
  const isAloud = volume > 0;
  return {
    amplifier_current: round(
      isAloud ? clamp(random.normal(volume * 0.035, 0.25), 0.8, 8) : random.between(0.04, 0.07),
      2,
    ),
    sound_level: round(
      isAloud ? clamp(random.normal(70 + volume * 0.35, 2), 78, 115) : clamp(random.normal(44, 4), 30, 65),
      1,
    ),
  };
}

function simulate(seed: number): Behaviour {
  const volume = volumeOf(seed);
  const meanLink = 70 + 28 * chanceAt(seed, LINK);
  let before: { playing: boolean; mains: boolean } | undefined;
  let startedAt: number | undefined;
  let playingScenario: string | undefined;

  return ({ random, at, scenario }) => {
    const faulty = scenario === "amplifier_fault";
    const hour = localHours(at);
    const playing = !faulty && PROGRAMMES.some((programme) => hour >= programme.from && hour < programme.to);
    const mains = scenario !== "power_cut" && !mainsAway(seed, at);

    const events: { type: string; [key: string]: unknown }[] = [];
    if (before && playing && !before.playing) {
      events.push({ type: "play_started", programme: "daily" });
      startedAt = at.getTime();
    }
    if (before && !playing && before.playing) {
      // Unknown when this run began in the middle of a programme.
      const seconds =
        startedAt === undefined ? {} : { seconds: Math.round((at.getTime() - startedAt) / 1000) };
      events.push({ type: "play_ended", programme: "daily", ...seconds });
      startedAt = undefined;
    }
    if (!mains && (before?.mains ?? scenario === "power_cut")) events.push({ type: "mains_lost" });
    if (before && mains && !before.mains) events.push({ type: "mains_restored" });
    if (scenario !== playingScenario) {
      if (faulty) events.push({ type: "fault", fault: "amplifier_voltage_low" });
      if (scenario === "forged_command") events.push({ type: "verification_failed", reason: "signature" });
    }
    before = { playing, mains };
    playingScenario = scenario;

    const battery = scenario === "power_cut" ? 11.3 : mains ? 13.6 : 12.5;
    const temperature = outdoorTemperature(at) + 6 + (playing ? 8 : 0) + random.normal(0, 0.5);
    return {
      metrics: {
        play_state: faulty ? "fault" : playing ? "playing" : "idle",
        volume,
        ...measureSound(random, playing ? volume : 0),
        mains_voltage: mains ? round(clamp(random.normal(223, 3), 190, 250), 1) : 0,
        battery_voltage: round(battery + 0.05 * drift(seed, at, HOUR_MS), 2),
        temperature: scenario === "overheat" ? 81 : round(clamp(temperature, -30, 70), 1),
        link_quality:
          scenario === "weak_link" ? 9 : Math.round(clamp(meanLink + random.normal(0, 3), 40, 100)),
        firmware: chanceAt(seed, VERSION) < 0.8 ? "2.4.1" : "2.3.7",
      },
      ...(events.length > 0 ? { events } : {}),
    };
  };
}
