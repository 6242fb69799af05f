import type { KindExample } from "../../kind.ts";
import { meansOf } from "../../monitoring-station.ts";

const RIVER = {
  ph: 7.12,
  temperature: 18.4,
  dissolved_oxygen: 8.7,
  conductivity: 412.5,
  turbidity: 6.3,
  cod: 23.5,
  permanganate_index: 2.8,
  ammonia_nitrogen: 1.803,
  total_phosphorus: 0.31,
  total_nitrogen: 2.214,
  flow: 36.91,
  quality: "normal",
};

export const waterStationExamples: readonly KindExample[] = [
  {
    about: "values of the moment",
    message: { observedAt: "2025-06-01T08:58:57+08:00", ...RIVER },
    accepts: 1,
  },
  {
    about: "means of ten minutes, of an hour and of a day stand at their beginnings",
    message: [
      { observedAt: "2025-06-01T08:40:00+08:00", ...meansOf(RIVER, "minute") },
      { observedAt: "2025-06-01T07:00:00+08:00", ...meansOf(RIVER, "hour") },
      { observedAt: "2025-05-31T00:00:00+08:00", ...meansOf(RIVER, "day") },
    ],
    accepts: 3,
  },
  {
    about: "the mean of an hour beside the value of the moment at which the hour begins",
    message: { observedAt: "2025-06-01T08:00:00+08:00", cod: 22.9, cod_hour: 23.4 },
    accepts: 1,
  },
  {
    about: "a factor that we have no quantity for is kept under its code",
    message: { observedAt: "2025-06-01T09:10:00+08:00", ph: 7.2, "2011.w20117-Rtd": "0.004" },
    accepts: 1,
  },
  {
    about: "an analyser in maintenance: its flag, and no measurement",
    message: { observedAt: "2025-06-01T09:20:00+08:00", quality: "maintenance", "2011.w01018-Rtd": "23.5" },
    accepts: 1,
  },
  {
    about: "an electrode out of the water reads beyond its scale, and costs only itself",
    message: { observedAt: "2025-06-01T09:30:00+08:00", ph: 14.8, cod: 23.1 },
    accepts: 1,
    partial: ["off_scale"],
  },
  {
    about: "a flag that is none of the words",
    message: { observedAt: "2025-06-01T09:40:00+08:00", quality: "N" },
    rejects: "bad_type",
  },
  {
    about: "the logger has started",
    channel: "events",
    message: {
      eventId: "2081-20250601085857223",
      observedAt: "2025-06-01T08:58:57+08:00",
      type: "station_started",
    },
    accepts: 1,
  },
  {
    about: "a log entry",
    channel: "events",
    message: {
      eventId: "3020-20250601085857223",
      observedAt: "2025-06-01T08:58:57+08:00",
      type: "station_report",
      command: "3020",
      told: { PolId: "w01018", "i11001-Info": "//清洗管路//" },
    },
    accepts: 1,
  },
  {
    about: "an event that no station has",
    channel: "events",
    message: { eventId: "x-1", observedAt: "2025-06-01T08:58:57+08:00", type: "flooded" },
    rejects: "unknown_event",
  },
  {
    about: "a command to send the means of a night again",
    channel: "commands",
    message: {
      commandId: "cmd-N1ghtMeans0Aga1n",
      name: "send-data",
      parameters: {
        interval: "hour",
        from: "2025-06-01T00:00:00+08:00",
        to: "2025-06-01T06:00:00+08:00",
      },
    },
    accepts: 1,
  },
  {
    about: "and that the station has done so",
    channel: "replies",
    message: {
      commandId: "cmd-N1ghtMeans0Aga1n",
      outcome: "done",
      observedAt: "2025-06-01T09:50:00+08:00",
      code: "1",
    },
    accepts: 1,
  },
];
