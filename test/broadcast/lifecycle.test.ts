import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import {
  type Doer,
  decideStep,
  FINAL_STATES,
  LIFECYCLE_ACTIONS,
  type LifecycleAction,
  type LifecycleFacts,
  STATES,
  TRANSITIONS,
} from "../../broadcast/lifecycle.ts";

const NOW = new Date("2026-05-01T08:00:00Z");
const person = (id: string): Doer => ({ type: "person", id });
const application = (id: string): Doer => ({ type: "application", id });
const platform: Doer = { type: "platform", id: null };
const administratorKey: Doer = { type: ADMINISTRATOR.type, id: ADMINISTRATOR.id };

const facts = (change: Partial<LifecycleFacts> = {}): LifecycleFacts => ({
  state: "draft",
  mode: "actual",
  class: "emergency",
  level: 1,
  submittedBy: null,
  approvedBy: null,
  review: "none",
  expiresAt: null,
  supersededBy: null,
  ...change,
});

const codeOf = (given: LifecycleFacts, action: LifecycleAction, doer: Doer, reason?: string) => {
  const step = decideStep(given, action, doer, { now: NOW, reason });
  return step.allowed ? step.to : step.code;
};

describe("approval", () => {
  const pending = facts({ state: "pending_approval", submittedBy: "li" });

  it("is refused to whoever submitted, administrators included", () => {
    expect(codeOf(pending, "approve", person("li"))).toBe("own_submission");
    const byKey = facts({ state: "pending_approval", submittedBy: ADMINISTRATOR.id });
    expect(codeOf(byKey, "approve", administratorKey)).toBe("own_submission");
  });

  it("is somebody else's, also of what an application submitted", () => {
    expect(codeOf(pending, "approve", person("wang"))).toBe("approved");
    expect(codeOf(pending, "approve", administratorKey)).toBe("approved");
    const byApplication = facts({ state: "pending_approval", submittedBy: "weather-service" });
    expect(codeOf(byApplication, "approve", person("li"))).toBe("approved");
  });

  it("is never an application's", () => {
    expect(codeOf(pending, "approve", application("robot"))).toBe("forbidden");
  });

  it("is refused once the message has expired", () => {
    expect(codeOf({ ...pending, expiresAt: NOW }, "approve", person("wang"))).toBe("broadcast_expired");
  });
});

describe("the green channel", () => {
  it("is open to a person for actual emergencies of level 1 and 2", () => {
    for (const state of ["draft", "returned", "pending_approval"] as const) {
      expect(codeOf(facts({ state, level: 2 }), "release", person("li"))).toBe("approved");
    }
    expect(codeOf(facts(), "release", application("robot"))).toBe("forbidden");
  });

  it.each([
    ["level 3", { level: 3 }],
    ["a drill", { mode: "drill" }],
    ["a training", { mode: "training" }],
    ["a daily programme", { class: "daily" }],
  ] as const)("is closed to %s", (_what, change) => {
    expect(codeOf(facts(change), "release", person("li"))).toBe("green_channel_closed");
  });

  it("is reviewed by another person, once", () => {
    const released = facts({ state: "playing", approvedBy: "li", review: "open" });
    expect(codeOf(released, "review", person("li"), "looked")).toBe("own_release");
    expect(codeOf(released, "review", person("wang"), "looked")).toBe("playing");
    expect(codeOf({ ...released, review: "done" }, "review", person("wang"), "again")).toBe(
      "broadcast_state",
    );
  });
});

describe("reasons", () => {
  it.each([
    ["return", "pending_approval"],
    ["reject", "pending_approval"],
    ["cancel", "playing"],
    ["review", "completed"],
  ] as const)("must be given to %s", (action, state) => {
    const given = facts({ state, review: "open" });
    expect(codeOf(given, action, person("wang"), "  ")).toBe("invalid_request");
    expect(decideStep(given, action, person("wang"), { now: NOW, reason: "because" }).allowed).toBe(true);
  });
});

describe("trying again", () => {
  it("opens what is complete or failed, before its expiry and not after", () => {
    const later = new Date(NOW.getTime() + 1000);
    for (const state of ["completed", "failed"] as const) {
      expect(codeOf(facts({ state, expiresAt: later }), "retry", person("li"))).toBe("dispatching");
      expect(codeOf(facts({ state, expiresAt: NOW }), "retry", person("li"))).toBe("broadcast_expired");
    }
  });

  it("never opens a training", () => {
    expect(codeOf(facts({ state: "completed", mode: "training" }), "retry", person("li"))).toBe(
      "broadcast_state",
    );
  });
});

describe("the table", () => {
  it("leads nowhere from what is final", () => {
    for (const state of FINAL_STATES) {
      for (const to of Object.values(TRANSITIONS[state])) expect(to).toBe(state);
    }
  });

  it("reaches every state", () => {
    const reached = new Set<string>(["draft"]);
    for (const row of Object.values(TRANSITIONS)) for (const to of Object.values(row)) reached.add(to);
    expect([...reached].sort()).toEqual([...STATES].sort());
  });
});

describe("any sequence of steps by anybody", () => {
  const doers = [person("li"), person("wang"), application("robot"), administratorKey, platform];
  const steps = fc.array(
    fc.record({
      action: fc.constantFrom(...LIFECYCLE_ACTIONS),
      doer: fc.constantFrom(...doers),
      reason: fc.constantFrom(undefined, "because"),
    }),
    { maxLength: 60 },
  );
  const start = fc.record({
    mode: fc.constantFrom("actual", "drill", "training" as const),
    class: fc.constantFrom("emergency", "daily" as const),
    level: fc.constantFrom(1, 2, 3, 4 as const),
  });

  it("keeps what is promised", () => {
    fc.assert(
      fc.property(start, steps, (kind, sequence) => {
        let now = facts(kind as Partial<LifecycleFacts>);
        const history: { action: LifecycleAction; from: string; to: string; doer: Doer }[] = [];
        for (const { action, doer, reason } of sequence) {
          const step = decideStep(now, action, doer, { now: NOW, reason });
          if (!step.allowed) {
            expect(step.message).not.toBe("");
            continue;
          }
          history.push({ action, from: step.from, to: step.to, doer });
          // As the service records it.
          if (action === "submit") now = { ...now, submittedBy: doer.id };
          if (action === "approve") now = { ...now, approvedBy: doer.id };
          if (action === "release") now = { ...now, approvedBy: doer.id, review: "open" };
          if (action === "review") now = { ...now, review: "done" };
          now = { ...now, state: step.to };
        }
        let before = "draft";
        let submitter: string | null | undefined;
        let mayDispatch = false;
        for (const { action, from, to, doer } of history) {
          expect(from).toBe(before);
          if (FINAL_STATES.includes(from as never)) expect(to).toBe(from);
          if (action === "submit") submitter = doer.id;
          if (action === "approve") {
            expect(doer.id).not.toBe(submitter);
            mayDispatch = true;
          }
          if (action === "release") {
            expect([kind.mode, kind.class]).toEqual(["actual", "emergency"]);
            expect(kind.level).toBeLessThanOrEqual(2);
            expect(doer.type === "person" || doer === administratorKey).toBe(true);
            mayDispatch = true;
          }
          if (to === "dispatching" || to === "playing") {
            expect(mayDispatch).toBe(true);
            expect(kind.mode).not.toBe("training");
          }
          before = to;
        }
        expect(now.state).toBe(before);
      }),
      { numRuns: 1500 },
    );
  });
});
