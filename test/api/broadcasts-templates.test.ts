import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BroadcastWorld, draftBody, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  await world.db.pool.query("update regions set name_en = 'Wuchuan County' where code = '520326'");
});
afterAll(() => world.stop());

const TEXTS = [
  {
    language: "zh-CN",
    headline: "{place}注意滑坡",
    description: "{time}，{place}有滑坡，{colour}，{level}。",
  },
  { language: "en", headline: "A {colour} warning for {place}", description: "Mind the slope since {time}." },
];
const url = "/v1/broadcasts/templates";

describe("templates of one's own", () => {
  let id: string;

  it("go before those that are built in, and a draft says which version it was made of", async () => {
    const before = await world.post("dispatcher", "/v1/broadcasts", draftBody());
    expect(before.json.template).toEqual({ source: "built-in", id: "11D01", version: null });
    const made = await world.post("dispatcher", url, { eventCode: "11D01", texts: TEXTS });
    expect(made.status).toBe(201);
    id = made.json.id;
    expect(made.headers.location).toBe(`${url}/${id}`);
    expect(made.json).toMatchObject({
      source: "own",
      version: 1,
      level: null,
      event: { en: "Landslide" },
      category: "Geo",
      texts: TEXTS,
      changedBy: "dispatcher",
    });
    const { json } = await world.post("dispatcher", "/v1/broadcasts", draftBody());
    expect(json).toMatchObject({
      template: { source: "own", id, version: 1 },
      headline: "务川县注意滑坡",
      message: { responseTypes: ["Evacuate"] },
    });
    expect(json.message.texts[1].headline).toBe("An orange warning for Wuchuan County");
    const drill = await world.post("dispatcher", "/v1/broadcasts", draftBody({ mode: "drill" }));
    expect(drill.json.headline).toBe("【演习】务川县注意滑坡");
    const written = await world.post(
      "dispatcher",
      "/v1/broadcasts",
      draftBody({ texts: [{ language: "en", headline: "x", description: "x" }] }),
    );
    expect(written.json.template).toBeNull();
  });

  it("have authors, who do not approve what was made of them", async () => {
    const authors = async (broadcast: string) =>
      (await world.db.pool.query("select authors from broadcasts where id = $1", [broadcast])).rows[0]
        .authors;
    await world.post("duty-officer", url, { eventCode: "11B17", texts: TEXTS });
    const { json } = await world.post("dispatcher", "/v1/broadcasts", draftBody({ eventCode: "11B17" }));
    expect(await authors(json.id)).toEqual(expect.arrayContaining(["dispatcher", "duty-officer"]));
    // So it is with one that follows a change into the template.
    const other = await world.post("dispatcher", "/v1/broadcasts", draftBody({ eventCode: "11B14" }));
    expect(await authors(other.json.id)).toEqual(["dispatcher"]);
    await world.patch("dispatcher", `/v1/broadcasts/${other.json.id}`, {
      revision: other.json.revision,
      eventCode: "11B17",
    });
    expect(await authors(other.json.id)).toEqual(expect.arrayContaining(["dispatcher", "duty-officer"]));
  });

  it("are listed before the built-in ones of their event, which stay readable", async () => {
    const { json } = await world.get("dispatcher", `${url}?eventCode=11D01&level=2&region=520326`);
    expect(json.items.map((one: Record<string, unknown>) => [one.source, one.id, one.version])).toEqual([
      ["own", id, 1],
      ["built-in", "11D01", null],
    ]);
    expect(json.items[0].texts[0].headline).toBe("务川县注意滑坡");
    const all = await world.get("dispatcher", url);
    const landslides = all.json.items.filter((one: { eventCode: string }) => one.eventCode === "11D01");
    expect(landslides.map((one: { source: string }) => one.source)).toEqual(["own", "built-in"]);
    expect(landslides[0].texts).toEqual(TEXTS);
  });

  it("of a level go before that of all levels, and may be for an event without a built-in one", async () => {
    const texts = [{ language: "zh-CN", headline: "最高级", description: "最高级别。" }];
    const red = await world.post("duty-officer", url, { eventCode: "11D01", level: 1, texts });
    expect(red.status).toBe(201);
    const headlineOf = async (level: number) =>
      (await world.post("dispatcher", "/v1/broadcasts", draftBody({ level }))).json.headline;
    expect([await headlineOf(1), await headlineOf(2)]).toEqual(["最高级", "务川县注意滑坡"]);
    expect(outcome(await world.post("dispatcher", url, { eventCode: "11D01", level: 1, texts }))).toEqual([
      409,
      "template_exists",
    ]);
    expect((await world.post("dispatcher", url, { eventCode: "11Z99", texts })).json).toMatchObject({
      event: null,
      category: "Other",
    });
    const unlisted = await world.post("dispatcher", "/v1/broadcasts", draftBody({ eventCode: "11Z99" }));
    expect(unlisted.json.headline).toBe("最高级");
    const { json } = await world.get("dispatcher", `${url}?eventCode=11Z99`);
    expect(json.items).toHaveLength(1);
  });

  it("have versions, of which none is lost", async () => {
    const texts = [
      { language: "zh-CN", headline: "第二版", description: "第二版。", instruction: "请撤离。" },
    ];
    const changed = await world.patch("dispatcher", `${url}/${id}`, { version: 1, texts });
    expect(changed.json).toMatchObject({ id, version: 2, texts });
    expect(outcome(await world.patch("dispatcher", `${url}/${id}`, { version: 1, texts }))).toEqual([
      409,
      "template_changed",
    ]);
    expect((await world.post("dispatcher", "/v1/broadcasts", draftBody())).json.template).toEqual({
      source: "own",
      id,
      version: 2,
    });
    const removed = await world.api.call({
      method: "DELETE",
      url: `${url}/${id}`,
      headers: { authorization: "Bearer dispatcher" },
    });
    expect(removed.status).toBe(204);
    expect((await world.post("dispatcher", "/v1/broadcasts", draftBody())).json.template.source).toBe(
      "built-in",
    );
    expect((await world.get("dispatcher", `${url}/${id}`)).json.code).toBe("template_not_found");
    const { json } = await world.get("dispatcher", `${url}/${id}/versions`);
    expect(json.items.map((one: Record<string, unknown>) => [one.version, one.texts])).toEqual([
      [2, texts],
      [1, TEXTS],
    ]);
    await expect(world.db.pool.query("update broadcast_template_versions set texts = '[]'")).rejects.toThrow(
      /append-only/,
    );
    const { rows } = await world.db.pool.query(
      "select action, before, after from audit where object_id = $1 order by audit_no",
      [id],
    );
    expect(rows).toMatchObject([
      { action: "broadcast-template.create", before: null, after: { version: 1, texts: TEXTS } },
      { action: "broadcast-template.change", before: { version: 1 }, after: { version: 2, texts } },
      { action: "broadcast-template.delete", before: { version: 2 }, after: null },
    ]);
    // Its place is free again.
    expect((await world.post("dispatcher", url, { eventCode: "11D01", texts })).status).toBe(201);
  });

  it("have a hundred versions at most", async () => {
    const { json: made } = await world.post("dispatcher", url, { eventCode: "11A01", texts: TEXTS });
    await world.db.pool.query(
      `with added as (
         insert into broadcast_template_versions (template_no, version, texts, changed_by)
         select v.template_no, n, v.texts, v.changed_by
         from broadcast_templates t join broadcast_template_versions v using (template_no), generate_series(2, 99) n
         where t.id = $1)
       update broadcast_templates set version = 99 where id = $1`,
      [made.id],
    );
    const change = (version: number) =>
      world.patch("dispatcher", `${url}/${made.id}`, { version, texts: TEXTS });
    expect((await change(99)).json).toMatchObject({ version: 100 });
    const { status, json } = await change(100);
    expect([status, json.detail]).toEqual([400, expect.stringContaining("100 versions")]);
  });

  it("are refused with each thing in braces that nobody would fill in", async () => {
    const { status, json } = await world.post("dispatcher", url, {
      eventCode: "11B17",
      texts: [
        { language: "en", headline: "{palce}", description: "{time} {", instruction: "{Level}" },
        { language: "EN", headline: "x", description: "x" },
      ],
    });
    expect([status, json.faults]).toEqual([
      400,
      [
        { path: "/texts/0/headline", message: expect.stringContaining("'{palce}' is no placeholder") },
        { path: "/texts/0/description", message: expect.stringContaining("'{'") },
        {
          path: "/texts/0/instruction",
          message: expect.stringContaining("{place}, {time}, {level}, {colour}"),
        },
        { path: "/texts/1/language", message: expect.stringContaining("twice") },
      ],
    ]);
  });

  it("are written by those who write broadcasts, and never by an application", async () => {
    for (const who of ["viewer", "approver", "robot"]) {
      expect(outcome(await world.post(who, url, { eventCode: "11B17", texts: TEXTS }))).toEqual([
        403,
        "forbidden",
      ]);
    }
  });
});

describe("notes", () => {
  it("are added by whoever works with broadcasts, in any state, and read by whoever sees it", async () => {
    const id = await world.write();
    await world.step("dispatcher", id, "cancel", { reason: "a mistake" });
    const at = `/v1/broadcasts/${id}/notes`;
    const first = await world.post("dispatcher", at, { text: " Called the village head. " });
    expect([first.status, first.json]).toMatchObject([
      201,
      { text: "Called the village head.", actor: { type: "person", id: "dispatcher" } },
    ]);
    await world.post("approver", at, { text: "Heard from the road." });
    const { json } = await world.get("village-viewer", at);
    expect(json.items.map(({ text }: { text: string }) => text)).toEqual([
      "Heard from the road.",
      "Called the village head.",
    ]);
    const page = await world.get("viewer", `${at}?limit=1`);
    const next = await world.get("viewer", `${at}?limit=1&cursor=${page.json.nextCursor}`);
    expect([next.json.items[0].note, next.json.nextCursor]).toEqual([first.json.note, null]);
    expect((await world.get("viewer", `/v1/broadcasts/${id}`)).json.notes).toEqual(json.items);
    expect((await world.get("viewer", `/v1/broadcasts/${id}/report`)).json.broadcast.notes).toEqual(
      json.items,
    );
    const { rows } = await world.db.pool.query(
      "select actor_id, after from audit where action = 'broadcast.note' and object_id = $1 order by audit_no",
      [id],
    );
    expect(rows).toMatchObject([
      { actor_id: "dispatcher", after: { text: "Called the village head." } },
      { actor_id: "approver", after: { text: "Heard from the road." } },
    ]);
    for (const sql of ["update broadcast_notes set content = 'x'", "delete from broadcast_notes"]) {
      await expect(world.db.pool.query(sql)).rejects.toThrow(/append-only/);
    }
  });

  it("are a thousand at most", async () => {
    const id = await world.write();
    const at = `/v1/broadcasts/${id}/notes`;
    await world.db.pool.query(
      `insert into broadcast_notes (broadcast_no, actor_type, actor_id, actor_name, content)
       select broadcast_no, 'person', 'dispatcher', 'dispatcher', n from broadcasts, generate_series(1, 999) n
       where id = $1`,
      [id],
    );
    expect((await world.post("approver", at, { text: "The last one." })).status).toBe(201);
    const { status, json } = await world.post("dispatcher", at, { text: "One more." });
    expect([status, json.code, json.detail]).toEqual([
      409,
      "broadcast_state",
      expect.stringContaining("1000 notes"),
    ]);
  });

  it("are refused to those who only look, and of what one does not see", async () => {
    const id = await world.write();
    const at = `/v1/broadcasts/${id}/notes`;
    for (const who of ["viewer", "robot"]) {
      expect(outcome(await world.post(who, at, { text: "x" }))).toEqual([403, "forbidden"]);
    }
    expect(outcome(await world.post("elsewhere", at, { text: "x" }))).toEqual([404, "broadcast_not_found"]);
    expect(outcome(await world.post("dispatcher", at, { text: " " }))).toEqual([400, "invalid_request"]);
  });
});
