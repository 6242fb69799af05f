import type { KindExample } from "../../kind.ts";

export const gasMeterExamples: readonly KindExample[] = [
  {
    about: "an ordinary hour",
    message: {
      observedAt: "2025-06-01T08:00:00+08:00",
      volume: 1423.518,
      flow: 0.412,
      pressure: 2.03,
      temperature: 23.4,
      battery: 3.58,
      valve: "open",
      rssi: -104,
      snr: 4.5,
    },
    accepts: 1,
  },
  {
    about: "three hours at once after a night without coverage, one without radio figures",
    message: [
      {
        observedAt: "2025-06-01T09:00:00+08:00",
        volume: 1423.6,
        flow: 0,
        pressure: 2.04,
        battery: 3.58,
        rssi: -110,
      },
      {
        observedAt: "2025-06-01T10:00:00+08:00",
        volume: 1423.6,
        flow: 0,
        pressure: 2.05,
        battery: 3.58,
        snr: null,
      },
      {
        observedAt: "2025-06-01T11:00:00+08:00",
        volume: 1423.742,
        flow: 0.284,
        pressure: 2.01,
        battery: 3.57,
      },
    ],
    accepts: 3,
  },
  {
    about: "a key that this kind does not know is kept, not refused",
    message: { observedAt: "2025-06-01T12:00:00+08:00", volume: 1423.9, spreading_factor: 10 },
    accepts: 1,
  },
  {
    about: "an unconnected pressure sensor reads 0x7FFF",
    message: { observedAt: "2025-06-01T13:00:00+08:00", volume: 1424, pressure: 3276.7 },
    accepts: 1,
    partial: ["sensor_fault"],
  },
  {
    about: "a regulator that has failed: the sensor ends at 10 kPa, the register counts on",
    message: { observedAt: "2025-06-01T13:10:00+08:00", volume: 1424.01, pressure: 12 },
    accepts: 1,
    partial: ["off_scale"],
  },
  {
    about: "nothing but a thermometer that has just been switched on and one value off the scale",
    message: { observedAt: "2025-06-01T13:20:00+08:00", temperature: 85, flow: 16 },
    rejects: "off_scale",
  },
  {
    about: "a register that ran below zero",
    message: { observedAt: "2025-06-01T14:00:00+08:00", volume: -0.001 },
    rejects: "off_scale",
  },
  {
    about: "a number sent as text",
    message: { observedAt: "2025-06-01T15:00:00+08:00", volume: "1424.1" },
    rejects: "bad_type",
  },
  {
    about: "a word that is not one of the valve's",
    message: { observedAt: "2025-06-01T16:00:00+08:00", valve: "ajar" },
    rejects: "bad_type",
  },
  {
    about: "a word in other letters and a number in quotes beside a register that counts on",
    message: { observedAt: "2025-06-01T17:00:00+08:00", volume: 1424.1, valve: "OPEN", pressure: "2.0" },
    accepts: 1,
    partial: ["bad_type"],
  },
  {
    about: "a clock that has never been set",
    message: { observedAt: "2000-01-01T00:00:12Z", volume: 1424.1 },
    rejects: "clock_unset",
  },
  {
    about: "a clock that is decades ahead",
    message: { observedAt: "2099-12-31T23:59:59Z", volume: 1424.1 },
    rejects: "clock_ahead",
  },
  {
    about: "a leak",
    channel: "events",
    message: { eventId: "leak-1", observedAt: "2025-06-01T08:00:05+08:00", type: "leak", flow: 0.35 },
    accepts: 1,
  },
  {
    about: "an event that no gas meter has",
    channel: "events",
    message: { eventId: "boil-1", observedAt: "2025-06-01T08:00:06+08:00", type: "boiling_over" },
    rejects: "unknown_event",
  },
  {
    about: "a command to shut the gas off",
    channel: "commands",
    message: { commandId: "cmd-Zk3v9QpLx0aT7_Rb", name: "close-valve", parameters: { reason: "leak" } },
    accepts: 1,
  },
  {
    about: "what the meter says of it: heard, and done",
    channel: "replies",
    message: [
      {
        commandId: "cmd-Zk3v9QpLx0aT7_Rb",
        outcome: "accepted",
        observedAt: "2025-06-01T08:00:20+08:00",
      },
      {
        commandId: "cmd-Zk3v9QpLx0aT7_Rb",
        outcome: "done",
        observedAt: "2025-06-01T08:00:26+08:00",
        valve: "closed",
      },
    ],
    accepts: 2,
  },
  {
    about: "a reply that does not say to what",
    channel: "replies",
    message: { outcome: "done", observedAt: "2025-06-01T08:00:27+08:00" },
    rejects: "bad_shape",
  },
];
