import type { KindExample } from "../../kind.ts";

export const loraGatewayExamples: readonly KindExample[] = [
  {
    about: "an ordinary minute",
    message: {
      observedAt: "2025-06-01T08:00:00+08:00",
      uplinks_received: 184_220,
      uplinks_forwarded: 181_102,
      uplinks_bad_crc: 3118,
      downlinks_sent: 2204,
      temperature: 41.5,
      supply_voltage: 48.1,
      backhaul: "ethernet",
      backhaul_delay: 12,
      firmware: "5.2.0",
    },
    accepts: 1,
  },
  {
    about: "counters begin again after a restart",
    message: {
      observedAt: "2025-06-01T08:05:00+08:00",
      uplinks_received: 3,
      uplinks_forwarded: 3,
      backhaul: "ethernet",
    },
    accepts: 1,
  },
  {
    about: "a counter that ran over a signed word",
    message: { observedAt: "2025-06-01T08:06:00+08:00", uplinks_received: -2_147_483_648 },
    rejects: "off_scale",
  },
  {
    about: "its line is given as a boolean",
    message: { observedAt: "2025-06-01T08:07:00+08:00", backhaul: true },
    rejects: "bad_type",
  },
  {
    about: "a version longer than any version",
    message: { observedAt: "2025-06-01T08:08:00+08:00", firmware: "5".repeat(33) },
    rejects: "bad_type",
  },
  {
    about: "a version read past the end of its buffer",
    message: { observedAt: "2025-06-01T08:09:00+08:00", firmware: "5.2.0\0\0" },
    rejects: "bad_text",
  },
  {
    about: "its radio board has failed and come back",
    channel: "events",
    message: [
      { eventId: "c-1", observedAt: "2025-06-01T08:10:00+08:00", type: "concentrator_fault", code: 17 },
      { eventId: "c-2", observedAt: "2025-06-01T08:14:00+08:00", type: "concentrator_recovered" },
    ],
    accepts: 2,
  },
  {
    about: "an event without an id gets one of ours, the same when it is sent again",
    channel: "events",
    message: { observedAt: "2025-06-01T08:15:00+08:00", type: "restarted" },
    accepts: 1,
  },
];
