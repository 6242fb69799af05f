import { outdoorTemperature } from "../../climate.ts";
import type { Behaviour, Scenario } from "../../kind.ts";
import { HOUR_MS } from "../../local-time.ts";
import { chanceAt, createRunningSum, drift, round } from "../../noise.ts";

// Stories for `npm run simulate -- --scenario <name>`. Each alarm rule needs an example or a scenario that raises it; a
// rule that no test can raise may not work at all. `silence` is there for every kind.
export const exampleScenarios: readonly Scenario[] = [
  { name: "downpour", about: "A thunderstorm stands still above the gauge.", raises: ["intensity_high"] },
  {
    name: "neglected",
    about: "Leaves in the funnel, snow on the panel, a broken heater.",
    raises: ["clogged", "battery_low", "heater_broken"],
  },
];

/**
 * The behaviour of a simulated device: called with moments in rising order, it returns its report. Counters must come
 * from the moment and the seed alone (`chanceAt`, `drift`, `createRunningSum`), so that a simulator that starts again
 * goes on where it was; `random` is for the noise on top.
 */
export function simulateExample(seed: number): Behaviour {
  /** Rain in one hour since 1970, in mm: none, unless the slow wander of the weather says so. */
  const rainIn = (hour: number) => Math.max(0, drift(seed, new Date(hour * HOUR_MS), 9 * HOUR_MS) - 0.4) * 12;
  let year = Number.NaN;
  let rainBefore = (_hour: number): number => 0;
  let playing: string | undefined;

  return ({ random, at, scenario }) => {
    if (at.getUTCFullYear() !== year) {
      year = at.getUTCFullYear();
      rainBefore = createRunningSum(Date.UTC(year, 0) / HOUR_MS, rainIn);
    }
    const hours = at.getTime() / HOUR_MS;
    const hour = Math.floor(hours);
    const neglected = scenario === "neglected";
    const begins = scenario !== playing;
    const ends = begins && playing === "neglected";
    playing = scenario;
    return {
      metrics: {
        rain: round(rainBefore(hour) + rainIn(hour) * (hours - hour), 1),
        intensity: scenario === "downpour" ? 48 : round(rainIn(hour), 1),
        temperature: round(outdoorTemperature(at) + random.normal(0, 0.3), 1),
        battery: neglected ? 11.1 : round(12.8 + 0.3 * drift(seed + 1, at, 6 * HOUR_MS), 2),
        heater: neglected ? "broken" : outdoorTemperature(at) < 2 ? "on" : "off",
        firmware: chanceAt(seed, 1) < 0.5 ? "1.0.3" : "1.1.0",
      },
      ...(neglected && begins ? { events: [{ type: "clogged" }] } : {}),
      ...(ends ? { events: [{ type: "cleaned" }] } : {}),
    };
  };
}
