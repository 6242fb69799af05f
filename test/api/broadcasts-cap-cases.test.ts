import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BroadcastWorld, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/**
 * Alerts that went wrong in real use. They carry the times of the day on which they were made, so the platform's clock
 * stands there.
 */
const FOLDER = new URL("../broadcast/cap/cases/", import.meta.url);
const NOW = new Date("2026-11-28T18:25:00Z");
const caseFile = (name: string) => readFileSync(new URL(`${name}.xml`, FOLDER), "utf8");

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
});
beforeEach(() => world.deps.setNow(NOW));
afterAll(() => world.stop());

const seen = new Set<string>();
/** Posts a case, and looks at all that the API says of what was made of it. */
async function take(name: string) {
  seen.add(name);
  const answer = await world.cap("dispatcher", caseFile(name));
  const list = await world.get("viewer", "/v1/broadcasts?limit=200");
  expect(list.status).toBe(200);
  const items = answer.json.items ?? [];
  const listed = list.json.items.filter(({ id }: { id: string }) =>
    items.some((one: { id: string }) => one.id === id),
  );
  expect(listed.map(({ id }: { id: string }) => id).sort()).toEqual(
    items.map(({ id }: { id: string }) => id).sort(),
  );
  const details = await Promise.all(items.map(({ id }: { id: string }) => read(id)));
  const rules: string[] = (answer.json.warnings ?? []).map(({ rule }: { rule: string }) => rule);
  return { ...answer, rules, first: details[0] };
}

async function read(id: string) {
  const { status, json } = await world.get("viewer", `/v1/broadcasts/${id}`);
  expect(status).toBe(200);
  return json;
}

/** It can be submitted by whoever has seen the warnings, without being patched. */
async function expectSubmittable(id: string) {
  expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([200, "pending_approval"]);
}

/** Releases an alert. */
async function air(name: string): Promise<string> {
  const { first } = await take(name);
  expect(outcome(await world.step("duty-officer", first.id, "release"))).toEqual([200, "dispatching"]);
  return first.id;
}

describe("what is beyond our limits", () => {
  it.each([
    ["poison-circle0", "circle_left_out"],
    ["poly60", "area_beyond_limit"],
    ["iss-lang-english", "language_replaced"],
    ["iss-headline-400", "headline_shortened"],
    ["iss-relative-web", "web_left_out"],
  ])("is taken with a warning, can be read and be submitted: %s", async (name, rule) => {
    const { status, rules, first } = await take(name);
    expect([status, first.missing]).toEqual([201, []]);
    expect(rules).toContain(rule);
    expect(first.source.warnings.map((warning: { rule: string }) => warning.rule)).toContain(rule);
    if (name !== "poly60") await expectSubmittable(first.id);
  });

  it("keeps fifty of sixty polygons and says how many people are not warned, and reads English as en", async () => {
    const { first } = await take("poly60");
    expect(first.message.target.polygons).toHaveLength(50);
    expect(JSON.stringify(first.source.warnings)).toContain("the last 10 are left out");
    expect((await take("iss-lang-english")).first.message.texts[0].language).toBe("en");
    const { headline } = (await take("iss-headline-400")).first.message.texts[0];
    expect([headline.length <= 160, headline.startsWith("A word. A word."), headline.endsWith("…")]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe("what real services send", () => {
  it("a style sheet is passed over", async () => {
    const { status, first } = await take("xml-stylesheet");
    expect([status, first.missing]).toEqual([201, []]);
  });

  it("a crossing ring is left out beside a good region code", async () => {
    const { rules, first } = await take("iss-bad-polygon+good-geocode");
    expect(first.message.target).toMatchObject({ regions: ["520326"], polygons: [] });
    expect(rules).toContain("polygon_self_intersects");
    await expectSubmittable(first.id);
  });

  it("region codes are read from a list with commas", async () => {
    const { first } = await take("iss-geocode-comma-list");
    expect(first.message.target.regions).toEqual(["520326001", "520326002"]);
    await expectSubmittable(first.id);
  });

  it("24:00:00 is the end of the day", async () => {
    const { first } = await take("iss-midnight-24");
    expect(first.expiresAt).toBe("2026-11-29T16:00:00.000Z");
    await expectSubmittable(first.id);
  });

  it("tags and links are not spoken", async () => {
    const { rules, first } = await take("iss-html-in-description");
    expect(first.message.texts[0].description).toBe("Strong winds & rain\nFLASH FLOOD WARNING. WHAT.");
    expect(rules).toEqual(expect.arrayContaining(["markup_left_out", "link_left_out"]));
    await expectSubmittable(first.id);
  });

  it("what an import could not take stands before the approver", async () => {
    const { first, rules, json } = await take("warnings-lost");
    expect(rules).toEqual(
      expect.arrayContaining([
        "severity_unknown",
        "event_code_guessed",
        "area_unusable",
        "geocode_unknown",
        "resource_ignored",
        "signature_absent",
      ]),
    );
    await expectSubmittable(first.id);
    const detail = (await world.get("approver", `/v1/broadcasts/${first.id}`)).json;
    expect(detail.source.warnings).toEqual(json.warnings);
  });

  it.each(["text/xml", "application/xml", "text/xml; charset=utf-8"])(
    "an alert may come as %s",
    async (type) => {
      const answer = await world.api.call({
        method: "POST",
        url: "/v1/broadcasts",
        headers: { authorization: "Bearer dispatcher", "content-type": type },
        payload: caseFile("xml-stylesheet").replace("pi1", `as-${type.length}`),
      });
      expect([answer.status, answer.json.disposition]).toEqual([201, "broadcast"]);
    },
  );

  it("the same identifier sent anew is a correction of the first", async () => {
    const { first } = await take("iss-same-id-1");
    const second = await take("iss-same-id-2-new-sent");
    expect((await read(first.id)).state).toBe("cancelled");
    expect(second.first).toMatchObject({ state: "draft", replaces: [first.id] });
    expect(second.rules).toContain("identifier_reused");
  });
});

describe("what is not actual", () => {
  it("leaves on the air what is actual, when it is approved", async () => {
    const id = await air("air-Exercise-1-alert");
    const { first: drill, rules } = await take("air-Exercise-2-update");
    expect(rules).toContain("reference_other_status");
    // Its text does not say that it is an exercise: people would run.
    const { missing, message, revision } = await read(drill.id);
    expect(missing).toMatchObject([{ path: "/texts/0/description" }]);
    const [said] = message.texts;
    const texts = [{ ...said, description: `${said.description} 以上是演习。 This is a drill.` }];
    await world.patch("dispatcher", `/v1/broadcasts/${drill.id}`, { revision, texts });
    await expectSubmittable(drill.id);
    expect(outcome(await world.step("approver", drill.id, "approve"))).toEqual([200, "dispatching"]);
    expect((await read(id)).state).toBe("dispatching");
  });

  it("leaves an actual draft alone", async () => {
    const { first } = await take("modes-Test-1-alert");
    await take("modes-Test-2-update");
    expect(await read(first.id)).toMatchObject({ state: "draft", supersededBy: null });
  });

  it("leaves an actual alert alone that comes after it", async () => {
    await take("successor-Exercise-Update-1");
    const { first } = await take("successor-Exercise-Update-2-alert");
    expect(first).toMatchObject({ state: "draft", message: { mode: "actual" }, supersededBy: null });
  });
});

it("a warning whose Update has expired is released by nobody who was not told", async () => {
  const { first } = await take("superseded-expired-1");
  expect(outcome(await take("superseded-expired-2-update"))).toEqual([422, "cap_expired"]);
  expect((await read(first.id)).supersededBy).toMatchObject({ identifier: "M1U-expired-r2" });
  expect(outcome(await world.step("dispatcher", first.id, "submit"))).toEqual([409, "broadcast_superseded"]);
  const knowing = { acknowledgeSuperseded: true };
  expect(outcome(await world.step("dispatcher", first.id, "submit", knowing))).toEqual([
    200,
    "pending_approval",
  ]);
  expect(outcome(await world.step("approver", first.id, "approve"))).toEqual([409, "broadcast_superseded"]);
  expect(outcome(await world.step("approver", first.id, "approve", knowing))).toEqual([200, "dispatching"]);
  const again = (payload: object) => world.step("approver", first.id, "retry", payload);
  expect(outcome(await again({}))).toEqual([409, "broadcast_superseded"]);
  expect(outcome(await again(knowing))).toEqual([409, "broadcast_state"]);
});

it("no case is without its test", () => {
  const names = readdirSync(FOLDER).map((name) => name.replace(/\.xml$/, ""));
  expect([...seen].sort()).toEqual(names.sort());
});
