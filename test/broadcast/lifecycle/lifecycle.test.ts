import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../../access/decide.ts";
import {
  type Doer,
  decideStep,
  EDITABLE_STATES,
  FINAL_STATES,
  LIFECYCLE_ACTIONS,
  type LifecycleAction,
  type LifecycleFacts,
  peopleBehind,
  STATES,
  TRANSITIONS,
} from "../../../broadcast/lifecycle/lifecycle.ts";

const NOW = new Date("2026-05-01T08:00:00Z");
const person = (id: string): Doer => ({ type: "person", id });
const application = (id: string, ownerId: string | null = null, behind: string[] = []): Doer => ({
  type: "application",
  id,
  ownerId,
  behind,
});
const platform: Doer = { type: "platform", id: null };
const administratorKey: Doer = { type: ADMINISTRATOR.type, id: ADMINISTRATOR.id };

const facts = (change: Partial<LifecycleFacts> = {}): LifecycleFacts => ({
  state: "draft",
  mode: "actual",
  class: "emergency",
  level: 1,
  submittedBy: null,
  submittedFor: [],
  submitterWithoutOwner: false,
  authors: [],
  approvedBy: null,
  approvedFor: [],
  review: "none",
  expiresAt: null,
  supersededBy: null,
  ...change,
});

const codeOf = (given: LifecycleFacts, action: LifecycleAction, doer: Doer, reason?: string) => {
  const step = decideStep(given, action, doer, { now: NOW, reason });
  return step.allowed ? step.to : step.code;
};

describe("submission", () => {
  it("is a person's, or that of an application which somebody answers for", () => {
    expect(codeOf(facts(), "submit", person("li"))).toBe("pending_approval");
    expect(codeOf(facts(), "submit", application("robot", "li"))).toBe("pending_approval");
    expect(codeOf(facts(), "submit", application("robot"))).toBe("application_without_owner");
    expect(codeOf(facts(), "submit", { type: "application", id: "robot" })).toBe("application_without_owner");
    expect(codeOf(facts(), "submit", { type: "machine", id: "root" })).toBe("forbidden");
  });
});

describe("a superseded broadcast", () => {
  const supersededBy = { identifier: "u-1", sent: "2026-05-01T07:00:00Z", msgType: "Update", why: "updated" };
  const states = [
    ...(["draft", "returned"] as const).map((state) => [state, "submit"] as const),
    ...(["draft", "returned", "pending_approval"] as const).map((state) => [state, "release"] as const),
    ["pending_approval", "approve"] as const,
    ...(["dispatching", "playing", "completed", "failed"] as const).map((state) => [state, "retry"] as const),
  ];
  it.each(states)("that is %s: to %s it is asked whether one knows", (state, action) => {
    const given = facts({ state, supersededBy });
    expect(codeOf(given, action, person("li"))).toBe("broadcast_superseded");
    const asked = { now: NOW, acknowledgeSuperseded: true };
    expect(decideStep(given, action, person("li"), asked)).toMatchObject({ allowed: true });
    expect(codeOf({ ...given, supersededBy: null }, action, person("li"))).not.toBe("broadcast_superseded");
  });

  it("is returned, rejected and cancelled by whoever likes", () => {
    const given = facts({ state: "pending_approval", supersededBy });
    const codes = (["return", "reject", "cancel"] as const).map((each) =>
      codeOf(given, each, person("li"), "why"),
    );
    expect(codes).toEqual(["returned", "rejected", "cancelled"]);
  });
});

describe("the administrator's key", () => {
  it.each(["submit", "approve", "return", "reject", "release", "retry", "review"] as const)(
    "does not %s, whatever the table of roles says",
    (action) => {
      for (const state of STATES) {
        const given = facts({ state, review: "open", submittedBy: "li", submittedFor: ["li"] });
        for (const doer of [
          administratorKey,
          { ...administratorKey, type: "person", ownerId: "li" } as Doer,
        ]) {
          if (TRANSITIONS[state][action] === undefined) continue;
          expect(codeOf(given, action, doer, "because")).toBe("forbidden");
        }
      }
    },
  );

  it("cancels", () => {
    expect(codeOf(facts({ state: "playing" }), "cancel", administratorKey, "because")).toBe("cancelled");
  });
});

describe("approval", () => {
  const submitted = (by: Doer, authors: string[] = []) =>
    facts({ state: "pending_approval", submittedBy: by.id, submittedFor: peopleBehind(by), authors });
  const pending = submitted(person("li"), ["li"]);

  it("is refused to whoever submitted", () => {
    expect(codeOf(pending, "approve", person("li"))).toBe("own_submission");
  });

  it("is somebody else's", () => {
    expect(codeOf(pending, "approve", person("wang"))).toBe("approved");
  });

  it("of what an application submitted is neither its owner's nor that of whoever made its keys", () => {
    const byApplication = submitted(application("weather-service", "li", ["li", "zhao"]));
    expect(codeOf(byApplication, "approve", person("li"))).toBe("own_submission");
    expect(codeOf(byApplication, "approve", person("zhao"))).toBe("own_submission");
    expect(codeOf(byApplication, "approve", person("wang"))).toBe("approved");
  });

  it("is refused to somebody behind whom the submitter may be, and the other way round", () => {
    expect(codeOf(pending, "approve", { ...person("puppet"), behind: ["li"] })).toBe("own_submission");
    const byPuppet = submitted({ ...person("puppet"), behind: ["li"] });
    expect(codeOf(byPuppet, "approve", person("li"))).toBe("own_submission");
    expect(codeOf(byPuppet, "approve", { ...person("other"), behind: ["li"] })).toBe("own_submission");
  });

  it("is refused to whoever wrote some of it, in whatever revision", () => {
    const rewritten = submitted(person("li"), ["li", "wang"]);
    expect(codeOf(rewritten, "approve", person("wang"))).toBe("own_content");
    expect(codeOf(rewritten, "approve", person("zhao"))).toBe("approved");
  });

  it("of what an application submitted before it had to have an owner waits until it has one", () => {
    const early = { ...submitted(application("robot")), submitterWithoutOwner: true };
    expect(codeOf(early, "approve", person("wang"))).toBe("application_without_owner");
    for (const action of ["return", "reject"] as const) {
      expect(codeOf(early, action, person("wang"), "because")).toBe(TRANSITIONS.pending_approval[action]);
    }
  });

  it("is never an application's", () => {
    expect(codeOf(pending, "approve", application("robot", "wang"))).toBe("forbidden");
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
    const released = facts({ state: "playing", approvedBy: "li", approvedFor: ["li"], review: "open" });
    expect(codeOf(released, "review", person("li"), "looked")).toBe("own_release");
    expect(codeOf(released, "review", { ...person("puppet"), behind: ["li"] }, "looked")).toBe("own_release");
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

it("names as possible only what this broadcast itself allows", () => {
  const why = (change: Partial<LifecycleFacts>, action: LifecycleAction) => {
    const step = decideStep(facts(change), action, person("p"), { now: NOW });
    return step.allowed ? "allowed" : step.message.split(": possible is ")[1];
  };
  expect(why({ state: "cancelled" }, "cancel")).toBeUndefined();
  expect(why({ state: "cancelled", review: "open" }, "cancel")).toBe("review");
  expect(why({ state: "draft", level: 3 }, "approve")).toBe("submit, cancel");
  expect(why({ state: "draft" }, "approve")).toBe("submit, release, cancel");
});

describe("trying again", () => {
  it("opens what is complete or failed, before its expiry and not after", () => {
    const later = new Date(NOW.getTime() + 1000);
    for (const state of ["completed", "failed"] as const) {
      expect(codeOf(facts({ state, expiresAt: later }), "retry", person("li"))).toBe("dispatching");
      expect(codeOf(facts({ state, expiresAt: NOW }), "retry", person("li"))).toBe("broadcast_expired");
    }
  });

  it("is a person's", () => {
    expect(codeOf(facts({ state: "failed" }), "retry", application("robot", "li"))).toBe("forbidden");
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

describe("any sequence of steps and changes by anybody", () => {
  const doers: readonly Doer[] = [
    person("li"),
    person("wang"),
    { ...person("puppet"), behind: ["li"] },
    application("robot"),
    application("feed", "wang", ["wang", "li"]),
    application("own", "li"),
    administratorKey,
    platform,
  ];
  const steps = fc.array(
    fc.record({
      action: fc.constantFrom(...LIFECYCLE_ACTIONS, "change" as const),
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
  const disjoint = (one: readonly string[], other: readonly string[]) =>
    one.every((each) => !other.includes(each));

  it("keeps what is promised", () => {
    fc.assert(
      fc.property(start, steps, (kind, sequence) => {
        let now = facts(kind as Partial<LifecycleFacts>);
        const history: { action: LifecycleAction; from: string; to: string; doer: Doer }[] = [];
        let wrote: string[] = [];
        for (const { action, doer, reason } of sequence) {
          if (action === "change") {
            // As the service records it, here and below.
            if (!EDITABLE_STATES.includes(now.state)) continue;
            wrote = [...wrote, ...peopleBehind(doer)];
            now = { ...now, authors: wrote };
            continue;
          }
          const step = decideStep(now, action, doer, { now: NOW, reason });
          if (!step.allowed) {
            expect(step.message).not.toBe("");
            continue;
          }
          history.push({ action, from: step.from, to: step.to, doer });
          const who = peopleBehind(doer);
          if (action === "submit") now = { ...now, submittedBy: doer.id, submittedFor: who };
          if (action === "approve") {
            expect(disjoint(who, wrote)).toBe(true);
            now = { ...now, approvedBy: doer.id, approvedFor: who };
          }
          if (action === "release") now = { ...now, approvedBy: doer.id, approvedFor: who, review: "open" };
          if (action === "review") now = { ...now, review: "done" };
          now = { ...now, state: step.to };
        }
        let before = "draft";
        let submitters: string[] = [];
        let releasers: string[] = [];
        let mayDispatch = false;
        for (const { action, from, to, doer } of history) {
          expect(from).toBe(before);
          if (FINAL_STATES.includes(from as never)) expect(to).toBe(from);
          if (action === "submit") {
            expect(doer.type === "person" || typeof doer.ownerId === "string").toBe(true);
            submitters = peopleBehind(doer);
          }
          if (action === "approve") {
            expect(doer.type).toBe("person");
            expect(submitters).not.toEqual([]);
            expect(disjoint(peopleBehind(doer), submitters)).toBe(true);
            mayDispatch = true;
          }
          if (action === "release") {
            expect([kind.mode, kind.class]).toEqual(["actual", "emergency"]);
            expect(kind.level).toBeLessThanOrEqual(2);
            expect(doer.type).toBe("person");
            releasers = peopleBehind(doer);
            mayDispatch = true;
          }
          if (action === "retry") expect(doer.type).toBe("person");
          if (action === "review") expect(disjoint(peopleBehind(doer), releasers)).toBe(true);
          if (action !== "cancel") expect(doer).not.toBe(administratorKey);
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

it("names what is possible, and a review only where one is open", () => {
  const messageOf = (review: LifecycleFacts["review"]) => {
    const step = decideStep(facts({ state: "cancelled", review }), "cancel", person("li"), { now: NOW });
    return step.allowed ? "" : step.message;
  };
  expect(messageOf("open")).toMatch(/: possible is review$/);
  for (const review of ["none", "done"] as const) expect(messageOf(review)).toMatch(/'cancelled'$/);
});
