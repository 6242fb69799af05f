import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grant, Principal } from "../../access/decide.ts";
import { WHOLE_AREA } from "../../access/limits.ts";
import type { Role } from "../../access/roles.ts";
import { CALLERS_STEPS } from "../../access/steps.ts";
import { createDraft } from "../../broadcast/operations/drafts.ts";
import { draft, somebody } from "../broadcast/fixtures.ts";
import * as steps from "../broadcast/step-helpers.ts";
import { areaOf } from "../helpers/limits.ts";
import { type BroadcastWorld, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  for (const caller of CALLERS) world.people.set(caller.id, caller);
});
afterAll(() => world.stop());

const VILLAGE = areaOf({ regions: ["520326001001"] });
const COUNTY = areaOf({ regions: ["520326"] });
const grants = (...given: [role: Role, area: Grant["area"]][]): Grant[] =>
  given.map(([role, area]) => ({ role, area }));
const person = (id: string, more: Grant[], behind?: readonly string[]): Principal => ({
  ...{ type: "person", id, name: id, tenantId: null, grants: more },
  ...(behind ? { behind } : {}),
});
const application = (id: string, ownerId: string | null): Principal => ({
  ...{ type: "application", id, name: id, tenantId: null, ownerId },
  behind: ownerId === null ? [] : [ownerId],
  grants: [
    {
      scopes: ["broadcasts:read", "broadcasts:draft", "broadcasts:submit", "broadcasts:cancel"],
      area: WHOLE_AREA,
    },
  ],
});

/** Everybody who may ask; some see the county and reach less, some are behind others. */
const CALLERS: readonly Principal[] = [
  person("p-dispatcher", grants(["dispatcher", WHOLE_AREA])),
  person("p-officer", grants(["duty-officer", COUNTY])),
  person("p-approver", grants(["approver", COUNTY])),
  person("p-both", grants(["approver", WHOLE_AREA], ["duty-officer", WHOLE_AREA])),
  person("p-puppet", grants(["approver", WHOLE_AREA], ["dispatcher", COUNTY]), ["p-both"]),
  person("p-village", grants(["viewer", COUNTY], ["approver", VILLAGE], ["duty-officer", VILLAGE])),
  person("p-administrator", grants(["administrator", WHOLE_AREA])),
  person("p-viewer", grants(["viewer", WHOLE_AREA])),
  application("a-owned", "p-both"),
  application("a-orphan", null),
];

/** What a broadcast went through before somebody looks at it. */
const lives = fc.record({
  author: fc.constantFrom(...CALLERS.map(({ id }) => id)),
  mode: fc.constantFrom("actual", "drill", "training" as const),
  level: fc.constantFrom(1, 2, 3 as const),
  eventCode: fc.constantFrom("11D01", "11D01", "00000"),
  // All speakers stand in 520326: the city and the province have no others, and 520327 none at all.
  regions: fc.constantFrom(
    ...[["520326"], ["520326"], ["520326001001"], ["520326001002"], ["5203"], ["52"], ["520326", "520327"]],
  ),
  until: fc.constantFrom(
    "draft",
    "submitted",
    "returned",
    "released",
    "approved",
    "failed",
    "cancelled" as const,
  ),
  submitter: fc.constantFrom("p-dispatcher", "p-both", "p-officer", "a-owned"),
  expired: fc.boolean(),
});
type Life = typeof lives extends fc.Arbitrary<infer T> ? T : never;

const because = { reason: "because" };
/** As the API would name them to the service, without any limits. */
const asCaller = (id: string) => {
  const { type, ownerId, behind } = CALLERS.find((each) => each.id === id)!;
  const caller = somebody(id, { type });
  const more = { ...(ownerId === undefined ? {} : { ownerId }), ...(behind ? { behind } : {}) };
  return { ...caller, actor: { ...caller.actor, ...more } };
};

async function live(life: Life): Promise<string> {
  const { deps, db } = world;
  const { mode, level, eventCode, regions } = life;
  const target = { regions, polygons: [], circles: [] };
  const { id, broadcastNo } = await createDraft(
    deps,
    asCaller(life.author),
    draft({ mode, level, eventCode, target }),
  );
  const chief = somebody("chief");
  const go = async () => {
    if (life.until === "draft") return;
    if (life.until === "cancelled") return void (await steps.cancel(deps, chief, id, because));
    if (life.until === "released") return void (await steps.release(deps, asCaller("p-both"), id, {}));
    await steps.submit(deps, asCaller(life.submitter), id, {});
    if (life.until === "submitted") return;
    if (life.until === "returned") return void (await steps.returnDraft(deps, chief, id, because));
    await steps.approve(deps, chief, id, {});
    if (life.until === "approved" || mode === "training") return;
    await db.pool.query(
      "update broadcast_targets set state = 'failed', reason = 'no_sound' where broadcast_no = $1",
      [broadcastNo],
    );
    await db.pool.query(
      "update broadcasts set state = 'failed', review = 'open', ended_at = now() where broadcast_no = $1",
      [broadcastNo],
    );
  };
  // As far as it gets: what cannot be submitted stays a draft.
  await go().catch(() => {});
  if (life.expired) {
    await db.pool.query(
      "update broadcasts set expires_at = now() - interval '1 second' where broadcast_no = $1",
      [broadcastNo],
    );
  }
  return id;
}

interface ShownStep {
  readonly action: (typeof CALLERS_STEPS)[number];
  readonly allowed: boolean;
  readonly code: string | null;
  readonly detail: string | null;
}

describe("the steps that are shown", () => {
  it("are exactly those that then succeed, and the others are refused with the code that was shown", async () => {
    let allowed = 0;
    await fc.assert(
      fc.asyncProperty(
        lives,
        fc.constantFrom(...CALLERS.map(({ id }) => id)),
        fc.constantFrom(...CALLERS_STEPS),
        async (life, who, action) => {
          const id = await live(life);
          const { status, json } = await world.get(who, `/v1/broadcasts/${id}`);
          expect(status).toBe(200);
          expect(json.steps.map((step: ShownStep) => step.action)).toEqual(CALLERS_STEPS);
          const shown = json.steps.find((step: ShownStep) => step.action === action) as ShownStep;
          const answer =
            action === "change"
              ? await world.patch(who, `/v1/broadcasts/${id}`, { revision: json.revision, repeatCount: 2 })
              : await world.step(who, id, action, because);
          expect({ action, allowed: answer.status === 200, code: answer.json.code ?? null }).toEqual({
            action,
            allowed: shown.allowed,
            code: shown.code,
          });
          expect(shown.allowed ? shown.detail : typeof shown.detail).toBe(shown.allowed ? null : "string");
          if (shown.allowed) allowed++;
        },
      ),
      { numRuns: 60 },
    );
    // A test that never sees a step succeed would prove nothing.
    expect(allowed).toBeGreaterThan(0);
  });

  it("say why not, in the order in which a step would", async () => {
    const id = await live({
      author: "p-dispatcher",
      mode: "actual",
      level: 3,
      eventCode: "11D01",
      regions: ["520326"],
      until: "submitted",
      submitter: "p-both",
      expired: false,
    });
    const codesOf = async (who: string) => {
      const { json } = await world.get(who, `/v1/broadcasts/${id}`);
      return Object.fromEntries(
        (json.steps as ShownStep[]).map(({ action, allowed, code }) => [action, allowed ? "yes" : code]),
      );
    };
    expect(await codesOf("p-both")).toEqual({
      change: "broadcast_state",
      submit: "broadcast_state",
      approve: "own_submission",
      return: "yes",
      reject: "yes",
      release: "green_channel_closed",
      cancel: "yes",
      retry: "broadcast_state",
      review: "broadcast_state",
    });
    expect(await codesOf("p-puppet")).toMatchObject({ approve: "own_submission" });
    expect(await codesOf("p-village")).toMatchObject({ approve: "forbidden", cancel: "forbidden" });
    expect(await codesOf("p-approver")).toMatchObject({ approve: "yes", release: "forbidden" });
    const { json } = await world.get("p-village", `/v1/broadcasts/${id}`);
    expect(json.steps.find((step: ShownStep) => step.action === "approve").detail).toContain(
      "reaches beyond",
    );
  });
});

describe("revisions", () => {
  it("are listed and read by whoever sees the broadcast, and differences come with a refusal", async () => {
    const id = await world.write();
    await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, level: 1 });
    await world.step("dispatcher", id, "submit");
    const stale = await world.step("approver", id, "approve", { revision: 1 });
    expect(outcome(stale)).toEqual([409, "broadcast_changed"]);
    expect(stale.json.changes.map(({ path }: { path: string }) => path)).toEqual([
      "/level",
      ...["/texts/0/headline", "/texts/0/description", "/texts/1/headline", "/texts/1/description"],
    ]);
    expect(stale.json.changes[0]).toEqual({ path: "/level", before: 2, after: 1 });
    const { json } = await world.get("approver", `/v1/broadcasts/${id}/revisions`);
    expect(json.items).toMatchObject([
      { revision: 2, actor: { type: "person", id: "dispatcher" } },
      { revision: 1, actor: { id: "dispatcher" } },
    ]);
    const first = await world.get("approver", `/v1/broadcasts/${id}/revisions/1`);
    expect(first.json).toMatchObject({
      revision: 1,
      message: { level: 2, eventCode: "11D01" },
      replaces: [],
    });
    expect(outcome(await world.get("approver", `/v1/broadcasts/${id}/revisions/3`))).toEqual([
      404,
      "revision_not_found",
    ]);
    expect((await world.get("elsewhere", `/v1/broadcasts/${id}/revisions/1`)).json.code).toBe(
      "broadcast_not_found",
    );
  });

  it("have to be named", async () => {
    const id = await world.write();
    for (const name of ["submit", "approve", "return", "reject", "release"]) {
      const who = { submit: "dispatcher", release: "duty-officer" }[name] ?? "approver";
      const answer = await world.post(who, `/v1/broadcasts/${id}/${name}`, because);
      expect([answer.status, answer.json.faults[0].path]).toEqual([400, "/revision"]);
    }
    expect(
      outcome(await world.post("dispatcher", `/v1/broadcasts/${id}/cancel`, { ...because, revision: 7 })),
    ).toEqual([200, "cancelled"]);
  });
});

describe("who could approve", () => {
  it("is told to who may submit or decide on all of it: those who could, and who is signed in", async () => {
    const id = await live({
      author: "p-officer",
      mode: "actual",
      level: 2,
      eventCode: "11D01",
      regions: ["520326"],
      until: "submitted",
      submitter: "a-owned",
      expired: false,
    });
    const namesFor = async (who: string) => {
      const { status, json } = await world.get(who, `/v1/broadcasts/${id}/approvers`);
      return status === 200 ? json.items.map((one: { id: string }) => one.id) : json.code;
    };
    // Not p-both, who answers for the application, nor p-puppet behind whom p-both may be, nor the village's.
    expect(await namesFor("p-approver")).toEqual(["approver", "p-approver"]);
    expect(await namesFor("p-dispatcher")).toEqual(["approver", "p-approver"]);
    for (const who of ["p-viewer", "p-village", "p-administrator"])
      expect(await namesFor(who)).toBe("forbidden");
    const { json } = await world.get("p-approver", `/v1/broadcasts/${id}/approvers`);
    expect(json.items[0]).toEqual({ id: "approver", name: "approver", tenantId: null, signedIn: false });
    await world.step("approver", id, "approve");
    expect(await namesFor("p-approver")).toEqual([]);
  });

  it("of a draft is told as if whoever asks had submitted it", async () => {
    const id = await world.write();
    const { json } = await world.get("p-both", `/v1/broadcasts/${id}/approvers`);
    const names = json.items.map((one: { id: string }) => one.id);
    expect(names).toEqual(["approver", "p-approver"]);
  });

  it("is told before there is a draft too, by the preview with mode and level, to who may submit it", async () => {
    const approversFor = async (who: string, change: object = { mode: "actual", level: 2 }) => {
      const body = { target: { regions: ["520326"] }, ...change };
      const { json } = await world.post(who, "/v1/broadcasts/preview", body);
      return json.approvers?.items.map((one: { id: string }) => one.id) ?? null;
    };
    expect(await approversFor("p-dispatcher")).toEqual(["approver", "p-approver", "p-both", "p-puppet"]);
    // Nobody approves what they have written themselves.
    expect(await approversFor("p-both")).toEqual(["approver", "p-approver"]);
    expect(await approversFor("p-administrator")).toBe(null);
    expect(await approversFor("p-dispatcher", { mode: "actual" })).toBe(null);
  });
});

describe("a revision that no column holds", () => {
  it("is refused as no revision can be, and never asked of the database", async () => {
    const id = await world.write();
    const template = await world.post("dispatcher", "/v1/broadcasts/templates", {
      eventCode: "11A51",
      texts: [{ language: "zh-CN", headline: "大雨", description: "请留在家中。" }],
    });
    const texts = [{ language: "zh-CN", headline: "大雨", description: "请留在高处。" }];
    const last = 2_147_483_647;
    for (const no of [last, last + 1, 99_999_999_999, Number.MAX_SAFE_INTEGER, 1e300]) {
      const steps: Record<string, Promise<{ status: number }>> = {
        change: world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: no, level: 3 }),
        template: world.patch("dispatcher", `/v1/broadcasts/templates/${template.json.id}`, {
          version: no,
          texts,
        }),
        read: world.get("dispatcher", `/v1/broadcasts/${id}/revisions/${no}`),
      };
      const who = {
        submit: "dispatcher",
        release: "duty-officer",
        approve: "approver",
        return: "approver",
        reject: "approver",
      };
      for (const [name, by] of Object.entries(who))
        steps[name] = world.step(by, id, name, { revision: no, reason: "why" });
      for (const [name, answer] of Object.entries(steps)) {
        const expected = no > last ? 400 : name === "read" ? 404 : 409;
        expect([name, no, (await answer).status]).toEqual([name, no, expected]);
      }
    }
    // This step is never too late, whatever was read.
    expect((await world.step("dispatcher", id, "cancel", { revision: last + 1, reason: "why" })).status).toBe(
      200,
    );
  });
});
