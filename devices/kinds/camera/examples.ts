import type { KindExample } from "../../kind.ts";

export const cameraExamples: readonly KindExample[] = [
  {
    about: "an ordinary minute",
    message: {
      observedAt: "2025-06-01T08:00:00+08:00",
      bitrate: 3980,
      fps: 25,
      packet_loss: 0.1,
      storage_free: 37.5,
      temperature: 38.2,
      uptime: 1_209_600,
    },
    accepts: 1,
  },
  {
    about: "just restarted",
    message: { observedAt: 1_748_736_120_000, uptime: 4, fps: 0, bitrate: 0 },
    accepts: 1,
  },
  {
    about: "more than everything lost",
    message: { observedAt: "2025-06-01T08:03:00+08:00", packet_loss: 100.5 },
    rejects: "off_scale",
  },
  {
    about: "a time that is no time",
    message: { observedAt: "yesterday", fps: 25 },
    rejects: "bad_time",
  },
  {
    about: "what Frigate publishes when a person walks by",
    channel: "events",
    message: {
      type: "new",
      before: frigateObject("1748736000.123456-abc123", "person", 1_748_736_000.5, 0.61),
      after: frigateObject("1748736000.123456-abc123", "person", 1_748_736_001.25, 0.79),
    },
    accepts: 1,
  },
  {
    about: "a person, the same again as it ends, and a bus in between",
    channel: "events",
    message: [
      {
        type: "new",
        before: frigateObject("1748736060.5-p1", "person", 1_748_736_060.5, 0.7),
        after: frigateObject("1748736060.5-p1", "person", 1_748_736_061, 0.8),
      },
      {
        type: "new",
        before: frigateObject("1748736062.5-v1", "bus", 1_748_736_062.5, 0.66),
        after: frigateObject("1748736062.5-v1", "bus", 1_748_736_063, 0.9),
      },
      {
        type: "end",
        before: frigateObject("1748736060.5-p1", "person", 1_748_736_064, 0.84),
        after: {
          ...frigateObject("1748736060.5-p1", "person", 1_748_736_064, 0.84),
          end_time: 1_748_736_069.2,
        },
      },
    ],
    accepts: 3,
  },
  {
    about: "the help button, in our own flat shape",
    channel: "events",
    message: { eventId: "sos-7", observedAt: "2025-06-01T08:05:00+08:00", type: "sos", button: 1 },
    accepts: 1,
  },
  {
    about: "a detection without its object",
    channel: "events",
    message: { type: "new", before: null, after: null },
    rejects: "bad_shape",
  },
  {
    about: "an event that no camera has",
    channel: "events",
    message: { eventId: "x-1", observedAt: "2025-06-01T08:06:00+08:00", type: "mains_lost" },
    rejects: "unknown_event",
  },
];

/** A tracked object as Frigate describes it, with the fields that do not depend on a real picture. */
export function frigateObject(id: string, label: string, frameTime: number, score: number) {
  return {
    id,
    camera: "gate",
    frame_time: frameTime,
    label,
    sub_label: null,
    top_score: score,
    false_positive: false,
    start_time: Number(id.split("-")[0]),
    end_time: null as number | null,
    score,
    box: [424, 500, 536, 712],
    area: 23_744,
    ratio: 0.528,
    region: [264, 450, 667, 853],
    current_zones: ["road"],
    entered_zones: ["road"],
    has_clip: true,
    has_snapshot: true,
    stationary: false,
    motionless_count: 0,
    position_changes: 1,
  };
}
