import type { KindExample } from "../../kind.ts";

const PARKED = {
  longitude: 106.6302,
  latitude: 26.6477,
  altitude: 1071,
  speed: 0,
  direction: 90,
  mileage: 12_034.5,
  ignition: "off",
  fix: "located",
  power: "ok",
  gnss: "ok",
  alarms: "none",
};

export const vehicleExamples: readonly KindExample[] = [
  {
    about: "parked",
    message: { observedAt: "2025-06-01T08:00:00+08:00", ...PARKED, satellites: 11, signal: 24, fuel: 31.5 },
    accepts: 1,
  },
  {
    about: "under a roof, where it does not know where it is",
    message: {
      observedAt: "2025-06-01T08:00:30+08:00",
      ignition: "off",
      fix: "none",
      power: "ok",
      gnss: "ok",
    },
    accepts: 1,
  },
  {
    about: "two of the time without a line, with an extra of its maker",
    message: [
      { observedAt: "2025-06-01T08:01:00+08:00", ...PARKED, speed: 21.3, ignition: "on" },
      { observedAt: "2025-06-01T08:01:30+08:00", ...PARKED, mileage: 12_034.7, extras: { E5: "00ff" } },
    ],
    accepts: 2,
  },
  {
    about: "a speed that no vehicle has, which costs only itself",
    message: { observedAt: "2025-06-01T08:02:00+08:00", ...PARKED, speed: 1000.1 },
    accepts: 1,
    partial: ["off_scale"],
  },
  {
    about: "degrees in quotes",
    message: { observedAt: "2025-06-01T08:03:00+08:00", longitude: "106.63" },
    rejects: "bad_type",
  },
  {
    about: "somebody has pressed the alarm button",
    channel: "events",
    message: {
      eventId: "sos-250601080200",
      observedAt: "2025-06-01T08:02:00+08:00",
      type: "sos",
      longitude: 106.630153,
      latitude: 26.647661,
    },
    accepts: 1,
  },
  {
    about: "too fast, and not any more",
    channel: "events",
    message: [
      { eventId: "overspeed-250601080300", observedAt: "2025-06-01T08:03:00+08:00", type: "overspeed" },
      {
        eventId: "overspeed_over-250601080400",
        observedAt: "2025-06-01T08:04:00+08:00",
        type: "overspeed_over",
      },
    ],
    accepts: 2,
  },
  {
    about: "an event that no vehicle has",
    channel: "events",
    message: { eventId: "x-1", observedAt: "2025-06-01T08:05:00+08:00", type: "teleported" },
    rejects: "unknown_event",
  },
  {
    about: "a text for the driver",
    channel: "commands",
    message: { commandId: "cmd-Aw4yFr0mTheF1re0", name: "show-text", parameters: { text: "前方道路封闭" } },
    accepts: 1,
  },
  {
    about: "which the terminal has shown",
    channel: "replies",
    message: {
      commandId: "cmd-Aw4yFr0mTheF1re0",
      outcome: "done",
      observedAt: "2025-06-01T08:06:00+08:00",
      code: 0,
    },
    accepts: 1,
  },
];
