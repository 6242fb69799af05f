import { defineKind } from "../../../devices/define-kind.ts";
import { counter, gauge, high, low, onEvent, silent } from "../../../devices/kind.ts";
import { DAY_MS } from "../../../devices/local-time.ts";
import { drift, round } from "../../../devices/noise.ts";

/** A logger in a well that reports once a day, and stands in the hills: its silence is noticed only after a season. */
export const well = defineKind({
  kind: "well",
  title: { en: "Groundwater logger", zh: "地下水位记录仪" },
  source: "Made for tests of rare reports: no logger stands behind it.",
  reportIntervalSeconds: 86_400,
  metrics: {
    water_level: gauge({ unit: "m", min: -50, max: 50, decimals: 3, about: "Above the rim of the well" }),
    battery: gauge({ unit: "V", min: 0, max: 8, decimals: 2, about: "Of the lithium pack" }),
    uploads: counter({
      unit: "{upload}",
      min: 0,
      max: 1e9,
      decimals: 0,
      resets: "when the logger is exchanged",
      about: "Reports since installation",
    }),
  },
  events: [{ type: "lid_open", about: "The lid was lifted" }],
  alarms: [
    high("water_level", {
      limit: 5,
      deadband: 1,
      // Three reports in a row, and not one that a passing lorry has shaken.
      onDelayMs: 2 * DAY_MS,
      severity: "major",
      about: "The well is about to run over",
    }),
    low("battery", { limit: 5, deadband: 0.5, severity: "minor", about: "Battery to be replaced" }),
    onEvent("lid_open", { severity: "major", about: "Somebody has lifted the lid" }),
    silent({ intervals: 72, severity: "minor", about: "Nothing heard for a season" }),
  ],
  simulate(seed) {
    let playing: string | undefined;
    return ({ at, scenario }) => {
      const events = scenario === "neglected" && playing !== scenario ? [{ type: "lid_open" }] : [];
      playing = scenario;
      return {
        metrics: {
          water_level: scenario === "flood" ? 7.5 : round(3 * drift(seed, at, 30 * DAY_MS), 3),
          battery: scenario === "neglected" ? 4.2 : 7.2,
          uploads: Math.floor(at.getTime() / DAY_MS) - 18_000,
        },
        ...(events.length > 0 ? { events } : {}),
      };
    };
  },
  scenarios: [
    { name: "flood", about: "It has rained for a week.", raises: ["water_level_high"] },
    {
      name: "neglected",
      about: "The lid is off and the battery old.",
      raises: ["lid_open", "battery_low"],
    },
  ],
  examples: [
    {
      about: "a day",
      message: { observedAt: "2025-06-01T06:00:00+08:00", water_level: -3.412, battery: 7.18, uploads: 412 },
      accepts: 1,
    },
    {
      about: "a week after a week without coverage",
      message: [2, 3, 4, 5, 6, 7, 8].map((day) => ({
        observedAt: `2025-06-0${day}T06:00:00+08:00`,
        water_level: -3.4,
        uploads: 411 + day,
      })),
      accepts: 7,
    },
    {
      about: "a cable that is torn",
      message: { observedAt: "2025-06-09T06:00:00+08:00", water_level: -999 },
      rejects: "off_scale",
    },
    {
      about: "a lid",
      channel: "events",
      message: { eventId: "lid-1", observedAt: "2025-06-10T11:00:00+08:00", type: "lid_open" },
      accepts: 1,
    },
  ],
});
