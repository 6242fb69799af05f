import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { alertText } from "../broadcast/cap-text.ts";
import { insertSpeaker } from "../broadcast/fixtures.ts";
import { type BroadcastWorld, outcome, startBroadcastWorld } from "./broadcasts-world.ts";

/** Somebody changes what a draft is about: what was derived follows, and what a person wrote is held against it. */

let world: BroadcastWorld;
beforeAll(async () => {
  world = await startBroadcastWorld();
  await insertSpeaker(world.db.pool, "sp-5", "520326001002");
});
afterAll(() => world.stop());

const drill = { mode: "drill", level: 4, eventCode: "11A51", target: { regions: ["520326002"] } };
const earthquake = {
  mode: "actual",
  level: 1,
  eventCode: "11C02",
  target: { regions: ["520326001001"] },
};

const get = async (id: string) => (await world.get("viewer", `/v1/broadcasts/${id}`)).json;
const change = async (id: string, what: object) => {
  const { revision } = await get(id);
  const answer = await world.patch("dispatcher", `/v1/broadcasts/${id}`, { revision, ...what });
  expect(answer.status).toBe(200);
  return answer.json;
};
/** Without the moment that the template was filled in at, which may be another minute. */
const timeless = (message: unknown) =>
  JSON.stringify(message).replace(/\d+月\d+日\d+时\d+分|\d\d:\d\d on \d+ \w+/g, "TIME");
const rules = ({ warnings }: { warnings: { rule: string; path: string }[] }) =>
  warnings.map(({ rule, path }) => `${rule} ${path}`);

describe("the template's texts", () => {
  it("follow mode, level, event and place, as if the draft had been written so, and category and response too", async () => {
    const id = await world.write(drill);
    const changed = await change(id, earthquake);
    const fresh = await get(await world.write(earthquake));
    expect(timeless(changed.message)).toBe(timeless(fresh.message));
    expect(JSON.stringify(changed.message)).not.toMatch(/演习|drill|山洪|flood|蓝色|blue|丹砂/i);
    expect(changed).toMatchObject({
      headline: "杨村社区地震红色预警",
      template: { source: "built-in", id: "11C02", version: null },
      missing: [],
      warnings: [],
    });
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/history`);
    expect(json.items.at(-1).details).toMatchObject({
      changed: ["mode", "level", "eventCode", "target"],
      followed: ["category", "responseTypes", "texts"],
    });
    // And again: they are still the template's.
    expect((await change(id, { level: 2 })).headline).toBe("杨村社区地震橙色预警");
  });

  it("follow a training that one duty officer releases as actual by the green channel", async () => {
    const id = await world.write({ ...drill, mode: "training", level: 2 });
    const { revision } = await get(id);
    const changed = await world.patch("duty-officer", `/v1/broadcasts/${id}`, { revision, mode: "actual" });
    expect(JSON.stringify(changed.json.message)).not.toMatch(/培训|TRAINING/i);
    expect(outcome(await world.step("duty-officer", id, "release"))).toEqual([200, "dispatching"]);
  });

  it("follow a level that was returned as wrong, so that the approver sees what people will hear", async () => {
    const id = await world.write();
    await world.step("dispatcher", id, "submit");
    await world.step("approver", id, "return", { reason: "level 3" });
    const { revision } = await get(id);
    await change(id, { level: 3 });
    await world.step("dispatcher", id, "submit");
    const refused = await world.step("approver", id, "approve", { revision });
    expect(refused.json.code).toBe("broadcast_changed");
    expect(refused.json.changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: "/level", after: 3 }),
        expect.objectContaining({ path: "/texts/0/headline", after: "务川县滑坡黄色预警" }),
      ]),
    );
  });

  it("are an own one's where the new level has one", async () => {
    const texts = [{ language: "zh-CN", headline: "{place}自编", description: "{place}，{colour}。" }];
    await world.post("dispatcher", "/v1/broadcasts/templates", { eventCode: "11G00", level: 1, texts });
    const id = await world.write({ eventCode: "11G00", level: 2 });
    expect(await change(id, { level: 1 })).toMatchObject({
      headline: "务川县自编",
      template: { source: "own", version: 1 },
    });
  });

  it("of a follow-up keep naming what they follow, and bear the frame of their mode", async () => {
    const first = await world.write({ level: 1 });
    await world.step("duty-officer", first, "release");
    const { json } = await world.post("dispatcher", `/v1/broadcasts/${first}/follow-up`, {
      type: "all_clear",
    });
    const changed = await change(json.id, { mode: "drill", replaces: [] });
    expect(changed.headline).toBe("【演习】解除：务川县滑坡红色预警");
    const back = await change(json.id, { mode: "actual", level: 2 });
    expect(back.message.texts).toEqual(json.message.texts);
    expect(rules(back)).toEqual(["level_contradicts /texts/0", "level_contradicts /texts/1"]);
  });

  it("stay when nothing that they depend on changes, and when they are given in the same change", async () => {
    const id = await world.write();
    const { message } = await get(id);
    expect((await change(id, { volume: 70, responseTypes: ["Shelter"] })).message.texts).toEqual(
      message.texts,
    );
    const given = await change(id, { level: 1, texts: message.texts });
    expect(given.message.texts).toEqual(message.texts);
    expect(rules(given)).toEqual(["level_contradicts /texts/0", "level_contradicts /texts/1"]);
    // A response that a person chose is theirs, whatever the event.
    expect((await change(id, { eventCode: "11A01" })).message.responseTypes).toEqual(["Shelter"]);
  });

  it("have a category that follows the event, unless it is given in the same change or is an alert's", async () => {
    const id = await world.write({ eventCode: "11D01" });
    const given = { eventCode: "11A01", category: "Geo", responseTypes: ["Evacuate"] };
    const { message } = await change(id, given);
    expect(message).toMatchObject(given);
    // What was chosen is not the event's, and stays.
    expect((await change(id, { eventCode: "12P09" })).message.category).toBe("Geo");

    const alert = alertText({ identifier: "followed-1", events: [{ code: "11D01" }] });
    const imported = await world.cap("dispatcher", alert.replace(/<category>\w+</, "<category>Geo<"));
    const [own] = imported.json.items;
    expect(own.message.category).toBe("Geo");
    expect((await change(own.id, { eventCode: "12P09" })).message).toMatchObject({
      category: "Geo",
      responseTypes: own.message.responseTypes,
    });
  });
});

describe("texts that a person has edited", () => {
  it("stay, and do not go out as actual while they say that it is a drill", async () => {
    const id = await world.write(drill);
    const { message } = await get(id);
    const [zh, en] = message.texts;
    await change(id, { texts: [{ ...zh, instruction: `快跑。${zh.instruction}` }, en] });
    const changed = await change(id, earthquake);
    expect(changed.message.texts[0].instruction).toMatch(/^快跑。/);
    expect(changed.missing.map(({ path }: { path: string }) => path)).toEqual([
      "/texts/0/headline",
      "/texts/0/description",
      "/texts/0/instruction",
    ]);
    expect(rules(changed)).toEqual(
      ["drill_words", "level_contradicts", "place_contradicts", "event_contradicts"].map(
        (rule) => `${rule} /texts/0`,
      ),
    );
    // The other language was not edited, and follows.
    const fresh = await get(await world.write(earthquake));
    expect(timeless(changed.message.texts[1])).toBe(timeless(fresh.message.texts[1]));
    const again = await change(id, { level: 3, target: drill.target });
    expect(again.message.texts[0]).toEqual(changed.message.texts[0]);
    expect(again.message.texts[1].headline).toBe("Yellow earthquake warning for 丹砂街道");
    const { json: history } = await world.get("viewer", `/v1/broadcasts/${id}/history`);
    expect(history.items.at(-1).details.followed).toEqual(["texts"]);
    await change(id, { level: 1, target: earthquake.target });
    expect(outcome(await world.step("dispatcher", id, "submit"))).toEqual([409, "broadcast_incomplete"]);
    expect(outcome(await world.step("duty-officer", id, "release"))).toEqual([409, "broadcast_incomplete"]);
  });

  it("are in front of the approver with what they contradict, and that stays in the history", async () => {
    const id = await world.write();
    const { message } = await get(id);
    await change(id, { texts: message.texts.map((text: object) => ({ ...text, instruction: "Run." })) });
    await change(id, { level: 3, target: { regions: ["520326001"] } });
    await world.step("dispatcher", id, "submit");
    const shown = await world.get("approver", `/v1/broadcasts/${id}`);
    const expected = [
      "level_contradicts /texts/0",
      "place_contradicts /texts/0",
      "level_contradicts /texts/1",
      "place_contradicts /texts/1",
    ];
    expect(rules(shown.json)).toEqual(expected);
    expect(shown.json.warnings[1].message).toBe("it names 务川县, and the message is for 都濡街道");
    await world.step("approver", id, "approve");
    const { json } = await world.get("viewer", `/v1/broadcasts/${id}/history`);
    const approval = json.items.find(({ action }: { action: string }) => action === "approve");
    expect(rules(approval.details)).toEqual(expected);
  });

  it("of an imported exercise are not taken for actual ones by a change of the mode", async () => {
    const imported = await world.cap("dispatcher", alertText({ identifier: "exercise", status: "Exercise" }));
    const [{ id }] = imported.json.items;
    expect((await get(id)).missing).toEqual([]);
    const changed = await change(id, { mode: "actual" });
    expect(changed.missing).toMatchObject([{ path: "/texts/0/description" }]);
  });
});
