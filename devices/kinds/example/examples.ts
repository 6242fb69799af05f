import type { KindExample } from "../../kind.ts";

// Messages as devices send them, with their expected outcomes. Write down those that must fail, too, and take the
// expected outcome from the datasheet rather than from running the code. Each has its own time, because a device has
// one reading per moment. If a vendor's events look different from ours, give the kind a `decodeEvent` as `camera/`
// does.
export const exampleExamples: readonly KindExample[] = [
  {
    about: "a drizzle",
    message: {
      observedAt: "2025-06-01T08:00:00+08:00",
      rain: 412.6,
      intensity: 0.8,
      temperature: 18.2,
      battery: 12.9,
      heater: "off",
      firmware: "1.0.3",
    },
    accepts: 1,
  },
  {
    about: "metrics may be left out or null, and times may be epoch milliseconds",
    message: [
      { observedAt: 1_748_736_600_000, rain: 412.8 },
      { observedAt: 1_748_737_200_000, rain: 413, battery: null },
    ],
    accepts: 2,
  },
  {
    about: "an unplugged sensor reads 0x7FFF tenths of a degree",
    message: { observedAt: "2025-06-01T08:30:00+08:00", temperature: 3276.7, rain: 413.1 },
    accepts: 1,
    // The reasons why values of it are refused while the others are kept.
    partial: ["sensor_fault"],
  },
  {
    about: "a number in quotes",
    message: { observedAt: "2025-06-01T08:40:00+08:00", rain: "413.2" },
    rejects: "bad_type",
  },
  {
    about: "and one beside other values, which costs only itself",
    message: { observedAt: "2025-06-01T08:50:00+08:00", rain: 413.2, battery: "12.9" },
    accepts: 1,
    partial: ["bad_type"],
  },
  {
    about: "a clock that was never set",
    message: { observedAt: 12_345, rain: 413.2 },
    rejects: "clock_unset",
  },
  {
    about: "leaves, and somebody with a ladder",
    channel: "events",
    message: [
      { eventId: "c-1", observedAt: "2025-06-01T09:00:00+08:00", type: "clogged" },
      { eventId: "c-2", observedAt: "2025-06-01T15:00:00+08:00", type: "cleaned", by: "village office" },
    ],
    accepts: 2,
  },
  {
    about: "an event that is not in the list above",
    channel: "events",
    message: { eventId: "h-1", observedAt: "2025-06-01T16:00:00+08:00", type: "hail" },
    rejects: "unknown_event",
  },
  // A command as the device gets it, which has no time, and the device's reply. The words of `outcome` are the device's
  // own.
  {
    about: "a command before a frosty night",
    channel: "commands",
    message: { commandId: "cmd-h3aTf0rTheN1ght0", name: "heat", parameters: { on: true } },
    accepts: 1,
  },
  {
    about: "and that it was obeyed",
    channel: "replies",
    message: {
      commandId: "cmd-h3aTf0rTheN1ght0",
      outcome: "done",
      observedAt: "2025-06-01T17:00:00+08:00",
      heater: "on",
    },
    accepts: 1,
  },
];
