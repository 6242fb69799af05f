import type { KindExample } from "../../kind.ts";
import { meansOf } from "../../monitoring-station.ts";

const TOWN = {
  pm2_5: 14,
  pm10: 31,
  tsp: 52,
  so2: 6,
  no2: 4,
  o3: 63,
  co: 0.427,
  temperature: 17,
  humidity: 85,
  pressure: 95,
  wind_speed: 1,
  wind_direction: 11,
  sound_level: 47.5,
  quality: "normal",
};

export const airStationExamples: readonly KindExample[] = [
  {
    about: "values of the moment, with the weather",
    message: { observedAt: "2025-05-13T16:26:00+08:00", ...TOWN },
    accepts: 1,
  },
  {
    about: "means of ten minutes, of an hour and of a day stand at their beginnings",
    message: [
      { observedAt: "2025-05-13T16:10:00+08:00", ...meansOf(TOWN, "minute") },
      { observedAt: "2025-05-13T15:00:00+08:00", ...meansOf(TOWN, "hour") },
      { observedAt: "2025-05-12T00:00:00+08:00", ...meansOf(TOWN, "day") },
    ],
    accepts: 3,
  },
  {
    about: "a factor that we have no quantity for is kept under its code",
    message: { observedAt: "2025-05-13T16:30:00+08:00", pm10: 33, "2011.a21001-Rtd": "25.40" },
    accepts: 1,
  },
  {
    about: "a monitor beyond its range: its flag, and no measurement",
    message: { observedAt: "2025-05-13T16:40:00+08:00", quality: "over_range", "2011.a34004-Rtd": "999" },
    accepts: 1,
  },
  {
    about: "pressure in hPa is off the scale, and costs only itself",
    message: { observedAt: "2025-05-13T16:50:00+08:00", pressure: 950, pm10: 33 },
    accepts: 1,
    partial: ["off_scale"],
  },
  {
    about: "a number in quotes",
    message: { observedAt: "2025-05-13T17:00:00+08:00", pm10: "33" },
    rejects: "bad_type",
  },
  {
    about: "the logger has started",
    channel: "events",
    message: {
      eventId: "2081-20250513085857223",
      observedAt: "2025-05-13T08:58:57+08:00",
      type: "station_started",
    },
    accepts: 1,
  },
  {
    about: "states of its equipment",
    channel: "events",
    message: {
      eventId: "2021-20250513085857223",
      observedAt: "2025-05-13T08:58:57+08:00",
      type: "station_report",
      command: "2021",
      told: { "SB1-RS": "1", "SB2-RS": "0" },
    },
    accepts: 1,
  },
  {
    about: "an event that no station has",
    channel: "events",
    message: { eventId: "x-1", observedAt: "2025-05-13T08:58:57+08:00", type: "storm" },
    rejects: "unknown_event",
  },
  {
    about: "a command to report every half minute",
    channel: "commands",
    message: {
      commandId: "cmd-Ha1fAm1nuteEach0",
      name: "set-report-interval",
      parameters: { seconds: 30 },
    },
    accepts: 1,
  },
  {
    about: "which the station refuses",
    channel: "replies",
    message: {
      commandId: "cmd-Ha1fAm1nuteEach0",
      outcome: "refused",
      observedAt: "2025-05-13T17:10:00+08:00",
      code: "3",
      reason: "password",
    },
    accepts: 1,
  },
];
