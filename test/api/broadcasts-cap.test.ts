import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAlert } from "../../broadcast/cap/parse.ts";
import { alertText, referenceOf } from "../broadcast/cap-text.ts";
import { insertSpeaker } from "../broadcast/fixtures.ts";
import { type BroadcastWorld, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
});
afterAll(() => world.stop());

describe("CAP", () => {
  const CAP = "application/cap+xml";

  it("makes drafts, and the same alert again makes none", async () => {
    const xml = alertText({ identifier: "api-1" });
    const first = await world.cap("robot", xml);
    expect([first.status, first.json.disposition, first.json.items[0].state]).toEqual([
      201,
      "broadcast",
      "draft",
    ]);
    const second = await world.cap("robot", xml);
    expect([second.status, second.json.duplicate]).toEqual([200, true]);
    expect(second.json.items[0].id).toBe(first.json.items[0].id);
    const cancel = (identifier: string) =>
      alertText({ identifier, msgType: "Cancel", references: [referenceOf({ identifier: "api-1" })] });
    // Nobody vouches for it, and a key that only drafts may not cancel.
    const proposed = await world.cap("robot", cancel("api-1c"));
    expect([proposed.status, proposed.json.disposition, proposed.json.items[0].state]).toEqual([
      200,
      "cancel",
      "draft",
    ]);
    expect(proposed.json.warnings.map(({ rule }: { rule: string }) => rule)).toContain("cancel_proposed");
    const cancelled = await world.cap("dispatcher", cancel("api-1d"));
    expect(cancelled.json.items[0].state).toBe("cancelled");
  });

  it("that is wrong is refused with line, rule and what was expected", async () => {
    const answer = await world.cap("robot", alertText({ identifier: "api-2", status: "Real" }));
    expect([answer.status, answer.json.code]).toEqual([400, "cap_invalid"]);
    expect(answer.json.faults[0]).toMatchObject({ path: "/alert/status", line: 6, rule: expect.any(String) });
    expect(outcome(await world.cap("robot", alertText({ identifier: "api-3", status: "System" })))).toEqual([
      422,
      "cap_not_for_broadcast",
    ]);
    expect(
      outcome(await world.cap("robot", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>")),
    ).toEqual([400, "cap_invalid"]);
    expect((await world.cap("robot", `<x>${"y".repeat(1_100_000)}</x>`)).status).toBe(413);
    expect((await world.cap("viewer", alertText())).status).toBe(403);
  });

  it("is kept as it came, with what its import could not take, where author and approver look", async () => {
    const xml = `<?xml version="1.0"?>\n<!-- as it came -->\n${alertText({ identifier: "api-doc" }).slice(39)}`;
    const { json } = await world.cap("dispatcher", xml);
    const [{ id }] = json.items;
    const rules = json.warnings.map(({ rule }: { rule: string }) => rule);
    expect(rules).toContain("signature_absent");
    const detail = (await world.get("approver", `/v1/broadcasts/${id}`)).json;
    expect(detail.source.warnings).toEqual(json.warnings);
    const listed = (await world.get("approver", "/v1/broadcasts?limit=5")).json.items;
    expect(listed.find((each: { id: string }) => each.id === id).source.warnings).toEqual(json.warnings);
    const history = (await world.get("approver", `/v1/broadcasts/${id}/history`)).json.items;
    expect(history[0]).toMatchObject({ action: "import", details: { warnings: json.warnings } });

    const document = await world.get("approver", `/v1/broadcasts/${id}/alert`);
    expect([document.status, document.headers["content-type"], document.text]).toEqual([200, CAP, xml]);
    expect(document.headers["content-disposition"]).toBe(`attachment; filename="${id}.cap.xml"`);
    expect(outcome(await world.get("elsewhere", `/v1/broadcasts/${id}/alert`))).toEqual([
      404,
      "broadcast_not_found",
    ]);
    const written = await world.write();
    expect(outcome(await world.get("viewer", `/v1/broadcasts/${written}/alert`))).toEqual([
      404,
      "alert_not_found",
    ]);
  });

  it("keeps what it says beside the message, until somebody writes another thing", async () => {
    const xml = alertText({ identifier: "api-extras", note: "a note" }).replace(
      "    <area>",
      "    <web>https://example.org/1</web><contact>119</contact><area>",
    );
    const [{ id, message }] = (await world.cap("dispatcher", xml)).json.items;
    expect(message).not.toHaveProperty("cap");
    const detail = (await world.get("approver", `/v1/broadcasts/${id}`)).json;
    expect(detail.alert).toMatchObject({ note: "a note", infos: [{ contact: "119", areas: ["somewhere"] }] });
    await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision: 1, contact: "110" });
    const out = await world.get("approver", `/v1/broadcasts/${id}`, CAP);
    expect([out.status, out.text.includes("119"), out.text.includes("<contact>110")]).toEqual([
      200,
      false,
      true,
    ]);
    expect(out.text).toContain("<note>a note</note>");
  });

  it("that is larger than one's own area is cut to it, says what went, and stays under its author's hand", async () => {
    await insertSpeaker(world.db.pool, "sp-far", "520327001001", { at: [107.7, 27.9] });
    await insertSpeaker(world.db.pool, "sp-near", "520326001002", { at: [107.8, 28.5] });
    // Of one city all that is known stands far away; of the other nothing is known.
    await world.db.pool.query(
      `insert into regions (code, parent_code, name, level) values
       ('5201', '52', '贵阳市', 2), ('5202', '52', '六盘水市', 2)`,
    );
    await insertSpeaker(world.db.pool, "sp-elsewhere", "5201", { at: [104, 25] });
    const identifier = "api-large";
    const xml = alertText({ identifier, events: [{ code: "11D01", region: "5203" }] }).replace(
      "<geocode>",
      "<circle>28.2,107.8 100</circle><geocode>",
    );
    const [{ id }] = (await world.cap("dispatcher", xml)).json.items;
    expect(outcome(await world.post("dispatcher", `/v1/broadcasts/${id}/cut`))).toEqual([
      400,
      "invalid_request",
    ]);
    const cut = await world.post("county-dispatcher", `/v1/broadcasts/${id}/cut`);
    expect(cut.status).toBe(201);
    const { target } = cut.json.message;
    expect(target).toMatchObject({ regions: ["520327"], circles: [{ radiusKm: 100 }] });
    expect(target.exclude).toEqual(["5202", "520326"]);
    // What was stored can be sent back as it is, by whoever may change it, also once a region has gone from the tree.
    const back = (revision: number) =>
      world.patch("county-dispatcher", `/v1/broadcasts/${cut.json.id}`, { revision, target });
    expect((await back(1)).json).toMatchObject({ revision: 2, message: { target } });
    await world.db.pool.query("delete from regions where code = '5202'");
    expect((await back(2)).json).toMatchObject({ revision: 3, message: { target } });
    expect(cut.json.source.warnings[0]).toMatchObject({
      rule: "cut_to_own_area",
      message: expect.stringMatching(
        /^cut by [^ ]+ from [^ ]+ to 520327; [^;]*: 5203; its polygons and circles count only inside that$/,
      ),
    });
    expect(cut.json).toMatchObject({ regions: ["520327"], missing: [] });
    expect(outcome(await world.step("county-dispatcher", cut.json.id, "submit"))).toEqual([
      200,
      "pending_approval",
    ]);
    expect(outcome(await world.step("county-dispatcher", id, "submit"))).toEqual([403, "forbidden"]);
    await world.cap(
      "dispatcher",
      alertText({ identifier: "api-large-c", msgType: "Cancel", references: [referenceOf({ identifier })] }),
    );
    for (const each of [id, cut.json.id]) {
      expect((await world.get("viewer", `/v1/broadcasts/${each}`)).json.state).toBe("cancelled");
    }
    const written = await world.write();
    expect(outcome(await world.post("dispatcher", `/v1/broadcasts/${written}/cut`))[0]).toBe(400);
  });

  it("is what a broadcast can be had as: Alert, Update, and Cancel once it is cancelled", async () => {
    const id = await world.write({ level: 1 });
    await world.step("duty-officer", id, "release");
    const alert = await world.get("viewer", `/v1/broadcasts/${id}`, CAP);
    expect(alert.headers["content-type"]).toBe(`${CAP}; charset=utf-8`);
    const parsed = parseAlert(Buffer.from(alert.text));
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
    expect(parsed.alert).toMatchObject({
      identifier: id,
      sender: "test-platform",
      msgType: "Alert",
      status: "Actual",
    });
    await world.step("duty-officer", id, "cancel", { reason: "over" });
    const cancel = parseAlert(Buffer.from((await world.get("viewer", `/v1/broadcasts/${id}`, CAP)).text));
    if (!cancel.ok) throw new Error(JSON.stringify(cancel.faults));
    expect(cancel.alert).toMatchObject({
      msgType: "Cancel",
      references: [{ identifier: id, sent: parsed.alert.sent }],
    });
  });

  it("is in the feed while it is in force: released, actual, not expired", async () => {
    const on = await world.write({ level: 1 });
    await world.step("duty-officer", on, "release");
    const draft = await world.write({ level: 1 });
    const drill = await world.write({ mode: "drill" });
    await world.step("dispatcher", drill, "submit");
    await world.step("approver", drill, "approve");
    const feed = await world.get("viewer", "/v1/broadcasts/feed.atom");
    expect(feed.headers["content-type"]).toContain("application/atom+xml");
    expect(feed.text).toContain(`/v1/broadcasts/${on}`);
    expect(feed.text).toContain('type="application/cap+xml"');
    expect(feed.text).not.toContain(draft);
    expect(feed.text).not.toContain(drill);
    expect((await world.get("elsewhere", "/v1/broadcasts/feed.atom")).text).not.toContain(on);
    expect(
      (await world.api.call({ url: "/v1/broadcasts/feed.atom", headers: { authorization: "" } })).status,
    ).toBe(401);
  });
});

describe("the keys of commands", () => {
  it("are public, and hold no secret", async () => {
    const answer = await world.api.call({ url: "/v1/broadcasts/keys", headers: { authorization: "" } });
    expect(answer.status).toBe(200);
    expect(answer.json.keys[0]).toMatchObject({ kty: "OKP", crv: "Ed25519", use: "sig" });
    expect(answer.json.keys[0]).not.toHaveProperty("d");
    // Without a root nobody has signed them.
    expect(answer.json).toMatchObject({ signed: null, rootChanges: [] });
  });
});
