import { describe, expect, it } from "vitest";
import type { BroadcastItemJson } from "../../../src/api/broadcasts.ts";
import { doneSteps, proposalAmong, stepHref, TOUR_STEPS } from "../../../src/pages/tour/steps.ts";

const NOTHING = {
  id: "bc-1",
  proposedByAlarm: 7,
  submittedBy: null,
  approvedBy: null,
  releasedAt: null,
  endedAt: null,
  counts: null,
};
const proposal = (more: object = {}) => ({ ...NOTHING, ...more }) as unknown as BroadcastItemJson;
const SUBMITTED = { submittedBy: "zhang.min" };
const RELEASED = { ...SUBMITTED, approvedBy: "wang.fang", releasedAt: "2026-06-20T18:16:00Z" };

describe("the steps of the tour", () => {
  it.each([
    ["nothing yet", { hasLeak: false, proposal: undefined }, 0],
    ["a leak", { hasLeak: true, proposal: undefined }, 1],
    ["a draft, whose alarm may be gone", { hasLeak: false, proposal: proposal() }, 2],
    ["a submission", { hasLeak: true, proposal: proposal(SUBMITTED) }, 3],
    ["a release", { hasLeak: true, proposal: proposal(RELEASED) }, 4],
    [
      "speakers that play and have proven nothing",
      { hasLeak: true, proposal: proposal({ ...RELEASED, counts: { sounded: 0 } }) },
      4,
    ],
    ["proof", { hasLeak: true, proposal: proposal({ ...RELEASED, counts: { sounded: 1 } }) }, 5],
    [
      "the end",
      {
        hasLeak: true,
        proposal: proposal({ ...RELEASED, counts: { sounded: 1 }, endedAt: "2026-06-20T18:20:00Z" }),
      },
      6,
    ],
    [
      "an end at which nothing had sounded",
      {
        hasLeak: true,
        proposal: proposal({ ...RELEASED, counts: { sounded: 0 }, endedAt: "2026-06-20T18:20:00Z" }),
      },
      4,
    ],
  ])("after %s", (_, state, many) => {
    expect([...doneSteps(state)]).toEqual(TOUR_STEPS.slice(0, many));
  });

  it("follow the newest broadcast that an alarm proposed", () => {
    const newest = proposal({ id: "bc-2" });
    expect(proposalAmong([proposal({ id: "bc-3", proposedByAlarm: null }), newest, proposal()])).toBe(newest);
    expect(stepHref("approve", newest)).toBe("/broadcasts/bc-2");
    expect(stepHref("draft", undefined)).toMatch(/^\/alarms\?/);
  });
});
