import type { KindExample } from "../../kind.ts";

export const speakerExamples: readonly KindExample[] = [
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
  {
    about: "what it says of a broadcast that it has played",
    channel: "replies",
    message: [
      {
        commandId: "bc-20250601-1.1",
        broadcastId: "bc-20250601-1",
        attempt: 1,
        outcome: "accepted",
        observedAt: "2025-06-01T13:00:02+08:00",
      },
      {
        commandId: "bc-20250601-1.1",
        broadcastId: "bc-20250601-1",
        attempt: 1,
        outcome: "started",
        observedAt: "2025-06-01T13:00:03+08:00",
      },
      {
        commandId: "bc-20250601-1.1",
        broadcastId: "bc-20250601-1",
        attempt: 1,
        outcome: "ended",
        observedAt: "2025-06-01T13:01:10+08:00",
        secondsPlayed: 67,
      },
    ],
    accepts: 3,
  },
  {
    about: "what it says of an order that somebody has signed with a key of their own",
    channel: "replies",
    message: {
      commandId: "bc-20250601-2.1",
      broadcastId: "bc-20250601-2",
      attempt: 1,
      outcome: "refused",
      reason: "unknown_key",
      observedAt: "2025-06-01T13:05:00+08:00",
    },
    accepts: 1,
  },
];
