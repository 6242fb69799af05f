import { describe, expect, it } from "vitest";
import { decodeFrigateEvent } from "../../devices/frigate.ts";

/** The example of https://docs.frigate.video/integrations/mqtt/, with what does not matter here left out. */
const documented = {
  type: "update",
  before: {
    id: "1607123955.475377-mxklsc",
    camera: "front_door",
    frame_time: 1607123961.837752,
    label: "person",
  },
  after: {
    id: "1607123955.475377-mxklsc",
    camera: "front_door",
    frame_time: 1607123962.082975,
    snapshot: { frame_time: 1607123965.975463, score: 0.77546 },
    label: "person",
    sub_label: ["John Smith", 0.79],
    top_score: 0.958984375,
    false_positive: false,
    start_time: 1607123955.475377,
    end_time: null,
    score: 0.87890625,
    box: [432, 496, 544, 854],
    current_zones: ["yard", "driveway"],
    entered_zones: ["yard", "driveway"],
    has_snapshot: false,
    has_clip: false,
    stationary: false,
    path_data: [[[0.5, 0.5], 1607123955.475377]],
  },
};

describe("decodeFrigateEvent", () => {
  it("turns the documented example into our event", () => {
    expect(decodeFrigateEvent(documented)).toEqual({
      eventId: "1607123955.475377-mxklsc",
      observedAt: 1607123962083,
      type: "person",
      phase: "update",
      camera: "front_door",
      label: "person",
      subLabel: ["John Smith", 0.79],
      score: 0.87890625,
      topScore: 0.958984375,
      currentZones: ["yard", "driveway"],
      enteredZones: ["yard", "driveway"],
      box: [432, 496, 544, 854],
      stationary: false,
      hasClip: false,
      hasSnapshot: false,
      startedAt: "2020-12-04T23:19:15.475Z",
    });
  });

  it.each([
    ["person", "person"],
    ["car", "vehicle"],
    ["truck", "vehicle"],
    ["bus", "vehicle"],
    ["motorcycle", "vehicle"],
    ["bicycle", "vehicle"],
    ["dog", "motion"],
    ["constructor", "motion"],
  ])("takes a %s for %s and keeps the label", (label, type) => {
    const decoded = decodeFrigateEvent({ ...documented, after: { ...documented.after, label } });
    expect(decoded).toMatchObject({ type, label });
  });

  it("says when the object was gone", () => {
    const ended = { ...documented, type: "end", after: { ...documented.after, end_time: 1607123970.25 } };
    expect(decodeFrigateEvent(ended)).toMatchObject({ phase: "end", endedAt: "2020-12-04T23:19:30.250Z" });
  });

  it("passes events in our own shape on untouched", () => {
    const own = { eventId: "1", observedAt: "2025-06-01T00:00:00Z", type: "sos" };
    expect(decodeFrigateEvent(own)).toBe(own);
  });

  it.each([
    ["no object", { type: "new", before: null, after: null }],
    ["a text for the object", { type: "new", before: {}, after: "person" }],
  ])("refuses a message with %s", (_what, message) => {
    expect(() => decodeFrigateEvent(message)).toThrow("after: expected the object that was seen");
  });

  it("leaves the id out where the object has none, so that it gets one of ours", () => {
    const message = { type: "new", before: {}, after: { label: "person", frame_time: 1 } };
    expect(decodeFrigateEvent(message)).toEqual({
      type: "person",
      phase: "new",
      label: "person",
      observedAt: 1000,
    });
  });

  it("passes a call for help on untouched that has a before and an after of its own", () => {
    const own = { type: "sos", before: null, after: { button: 2 } };
    expect(decodeFrigateEvent(own)).toBe(own);
  });

  it("leaves a time that is no number as it is, and does not throw on an absurd one", () => {
    const withTime = (time: unknown) =>
      decodeFrigateEvent({
        ...documented,
        after: { ...documented.after, frame_time: time, start_time: 1e300 },
      });
    expect(withTime("now")).toMatchObject({ observedAt: "now" });
    expect(withTime(1e300)).not.toHaveProperty("startedAt");
  });
});
