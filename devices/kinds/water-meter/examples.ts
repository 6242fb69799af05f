import type { KindExample } from "../../kind.ts";

export const waterMeterExamples: readonly KindExample[] = [
  {
    about: "an ordinary day",
    message: {
      observedAt: "2025-06-01T00:30:00+08:00",
      volume: 312.418,
      flow: 0.012,
      pressure: 281.5,
      temperature: 16.4,
      battery: 3.6,
      valve: "open",
      rssi: -104,
      snr: 4.5,
    },
    accepts: 1,
  },
  {
    about: "what a frame of CJ/T 188 brings, with what it tells besides",
    message: {
      observedAt: "2025-06-02T00:30:00+08:00",
      volume: 312.86,
      valve: "open",
      settlement_volume: 300,
      meter: "78330012345678",
      status: "0000",
    },
    accepts: 1,
  },
  {
    about: "an unconnected pressure sensor reads 0x7FFF",
    message: { observedAt: "2025-06-03T00:30:00+08:00", volume: 313.1, pressure: 3276.7 },
    accepts: 1,
    partial: ["sensor_fault"],
  },
  {
    about: "a register that ran below zero",
    message: { observedAt: "2025-06-04T00:30:00+08:00", volume: -0.001 },
    rejects: "off_scale",
  },
  {
    about: "a word that is not one of the valve's beside a register that counts on",
    message: { observedAt: "2025-06-05T00:30:00+08:00", volume: 313.9, valve: "half" },
    accepts: 1,
    partial: ["bad_type"],
  },
  {
    about: "a clock that has never been set",
    message: { observedAt: "2000-01-01T00:00:12Z", volume: 314.1 },
    rejects: "clock_unset",
  },
  {
    about: "a leak",
    channel: "events",
    message: { eventId: "leak-1", observedAt: "2025-06-01T03:00:05+08:00", type: "leak", flow: 0.03 },
    accepts: 1,
  },
  {
    about: "an event that no water meter has",
    channel: "events",
    message: { eventId: "frost-1", observedAt: "2025-06-01T03:00:06+08:00", type: "frozen" },
    rejects: "unknown_event",
  },
  {
    about: "a command to shut the water off",
    channel: "commands",
    message: { commandId: "cmd-W3k9vQpLx0aT7_Rb", name: "close-valve", parameters: { reason: "leak" } },
    accepts: 1,
  },
  {
    about: "what the meter says of it",
    channel: "replies",
    message: {
      commandId: "cmd-W3k9vQpLx0aT7_Rb",
      outcome: "done",
      observedAt: "2025-06-01T03:10:26+08:00",
      valve: "closed",
    },
    accepts: 1,
  },
];
