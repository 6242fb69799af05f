import { defineKind } from "../../../devices/define-kind.ts";
import { gauge, high, inState, low, onEvent, silent, state } from "../../../devices/kind.ts";

/** A pump with an alarm rule of every type. */
export const pump = defineKind({
  kind: "pump",
  title: { en: "Pump", zh: "泵" },
  source: "made for this test",
  reportIntervalSeconds: 60,
  metrics: {
    flow: gauge({ unit: "L/min", min: 0, max: 100, about: "Flow" }),
    level: gauge({ unit: "m", min: 0, max: 10, about: "Level" }),
    mode: state({ values: ["run", "stop", "fault", "stuck"], about: "Mode" }),
  },
  events: [
    { type: "mains_lost", about: "No mains" },
    { type: "mains_restored", about: "Mains again" },
    { type: "opened", about: "Opened" },
  ],
  alarms: [
    high("flow", { limit: 35, deadband: 5, onDelayMs: 30_000, severity: "major", about: "Too much flow" }),
    low("level", { limit: 1, deadband: 0.5, severity: "minor", about: "Level low" }),
    inState("mode", { values: ["fault"], rule: "mode_fault", severity: "major", about: "Pump faulty" }),
    high("level", { limit: 8.5, deadband: 1, offDelayMs: 60_000, severity: "minor", about: "Level high" }),
    inState("mode", {
      values: ["stuck"],
      rule: "mode_stuck",
      offDelayMs: 60_000,
      severity: "minor",
      about: "Pump stuck",
    }),
    onEvent("mains_lost", { severity: "minor", clearedBy: ["mains_restored"], about: "No mains" }),
    onEvent("opened", { severity: "major", about: "Opened" }),
    silent({ intervals: 3, severity: "minor", about: "Silent" }),
  ],
  simulate: () => () => ({ metrics: {} }),
  examples: [
    { about: "a minute", message: { observedAt: "2026-06-01T00:00:00Z", flow: 20 }, accepts: 1 },
    {
      about: "a door",
      channel: "events",
      message: { observedAt: "2026-06-01T00:00:00Z", type: "opened" },
      accepts: 1,
    },
  ],
});
