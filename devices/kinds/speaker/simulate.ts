import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { HOUR_MS, localDay, localHours } from "../../local-time.ts";
import { chanceAt, clamp, drift, round } from "../../noise.ts";
import type { Random } from "../../random.ts";

export const speakerScenarios: readonly Scenario[] = [
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

const [TASTE, OUTAGE, LINK, VERSION] = [1, 2, 3, 4];

/** When a village's daily programme plays, in hours of local time. Our assumption. */
const PROGRAMMES = [
  { from: 6.5, to: 7 },
  { from: 12, to: 12.5 },
  { from: 18, to: 18.5 },
];

/** True when the mains are away: on about one day in forty, for half an hour to three hours. */
function mainsAway(seed: number, at: Date): boolean {
  const day = localDay(at);
  if (chanceAt(seed, OUTAGE, day) >= 0.025) return false;
  const from = 21 * chanceAt(seed, OUTAGE, day, 1);
  const hours = 0.5 + 2.5 * chanceAt(seed, OUTAGE, day, 2);
  const now = localHours(at);
  return now >= from && now < from + hours;
}

/** The volume set at a speaker, in percent. */
export const volumeOf = (seed: number): number => 60 + 5 * Math.floor(chanceAt(seed, TASTE) * 8);

/**
 * The readings of amplifier and microphone while a horn sounds at a volume, or, at 0, while it does not: the idle
 * amplifier and the village. The limits that prove a broadcast lie between the two.
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

export function simulateSpeaker(seed: number): Behaviour {
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
