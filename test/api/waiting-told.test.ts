import { describe, expect, it } from "vitest";
import { areaOf } from "../helpers/limits.ts";
import {
  app,
  confirming,
  db,
  draft,
  everywhere,
  FORBIDDEN,
  OK,
  outcome,
  PASSWORD,
  person,
  puppet,
  reset,
  send,
  step,
  useInsiderWorld,
  waitingFor,
} from "./insider-world.ts";

useInsiderWorld();

const MOMENT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;

describe("who waits, and who asks for it, is told until when and who can end it", () => {
  it("in a refused step, in a refused confirmation, and with each change that waits", async () => {
    const id = await puppet("ann", "approver");
    const [newest] = await waitingFor(id);
    const broadcast = await draft("dora");
    await step("dora", broadcast, "submit");
    const refused = await step(id, broadcast, "approve");
    expect(outcome(refused)).toEqual(FORBIDDEN);
    const approve = new RegExp(
      `^'A puppet' may not do 'broadcasts:approve' before ${MOMENT}: .*/v1/access/changes/\\{id\\}/confirm.*npm run access -- change`,
    );
    expect(refused.json.detail).toMatch(approve);
    const path = `/access/changes/${newest!.id}/confirm`;
    const way = new RegExp(
      `Change ${newest!.id} holds by itself from ${MOMENT} on; .*npm run access -- change confirm ${newest!.id}$`,
    );
    for (const who of ["ann", "key"]) expect((await send(who, "POST", path)).json.detail).toMatch(way);
    const listed = await send("ann", "GET", `/access/changes?person=${id}`);
    const { confirm } = listed.json.items[0];
    expect(confirm).toMatchObject({ you: false, machine: `npm run access -- change confirm ${newest!.id}` });
    const ids = confirm.people.map((one: { id: string }) => one.id);
    expect(ids).toContain("carl");
    expect(ids).not.toContain("ann");
    const asked = await send("carl", "GET", `/access/changes?person=${id}`);
    expect(asked.json.items[0].confirm).toMatchObject({ you: true });
    expect((await send("carl", "POST", path)).status).toBe(200);
    const decided = await send("carl", "GET", `/access/changes?person=${id}&state=all`);
    expect(decided.json.items[0]).toMatchObject({ state: "confirmed", confirm: null });
  });

  it("in the answer to each change that makes somebody wait, and to those that do not", async () => {
    const waiting = (change: unknown) => ({
      waiting: {
        change,
        waitsUntil: expect.stringMatching(MOMENT),
        how: expect.stringMatching(/^Change \d+ holds by itself from .*change confirm \d+$/),
      },
    });
    await person("wen", "approver");
    const password = { password: "another way over the old dam" };
    const reset = await send("ann", "PUT", "/people/wen/password", password);
    const [first] = await waitingFor("wen");
    expect(reset).toMatchObject({ status: 200, json: waiting(first!.id) });
    await db.pool.query("update passwords set totp_secret = 'JBSWY3DPEHPK3PXP' where principal_id = 'wen'");
    const totp = await send("ann", "DELETE", "/people/wen/totp");
    const [second] = await waitingFor("wen");
    expect(second!.id).toBeGreaterThan(first!.id);
    expect(totp).toMatchObject({ status: 200, json: waiting(second!.id) });
    await send("ann", "PATCH", "/people/wen", { disabled: true });
    const enabled = await send("ann", "PATCH", "/people/wen", { disabled: false });
    expect(enabled).toMatchObject({ status: 200, json: waiting(expect.any(Number)) });
    expect(enabled.json.waiting.change).toBeGreaterThan(second!.id);
    const grants = [{ role: "duty-officer", area: everywhere }];
    const body = { id: "wu", name: "Old Wu", tenantId: "county", grants };
    expect(await send("ann", "POST", "/people", body)).toMatchObject({
      status: 201,
      json: waiting(expect.any(Number)),
    });
    await person("wei", "dispatcher");
    expect((await send("ann", "PUT", "/people/wei/password", password)).json).toEqual({ waiting: null });
    const viewer = { grants: [{ role: "viewer", area: everywhere }] };
    expect((await send("ann", "PUT", "/people/wei/grants", viewer)).json.waiting).toBeNull();
    expect(await send("ann", "PUT", "/people/wei/grants", { grants })).toMatchObject({
      json: waiting(expect.any(Number)),
    });
  });

  it("for each administrator whose change holds them back, and for none that holds nothing", async () => {
    await person("eve", "administrator");
    await person("liu", "approver");
    await person("luo", "approver");
    const password = (of: string) => ({ password: `a way of ${of} over the old dam` });
    const told = async (who: string, of: string) =>
      (await send(who, "PUT", `/people/${of}/password`, password(who))).json.waiting;
    const first = await told("ann", "liu");
    app.pass(60_000);
    const second = await told("carl", "liu");
    // Somebody else's, which is the newest of all.
    await told("carl", "luo");
    const viewer = { role: "viewer", area: everywhere };
    const grants = [{ role: "approver", area: everywhere }, viewer];
    const third = (await send("eve", "PUT", "/people/liu/grants", { grants })).json.waiting;
    expect(second.change).toBeGreaterThan(first.change);
    // The latest moment, and the newest that holds: eve's does not.
    expect(third).toEqual(second);
    expect(Date.parse(second.waitsUntil) - Date.parse(first.waitsUntil)).toBeGreaterThanOrEqual(60_000);
    const named = [...second.how.matchAll(/Change (\d+) holds by itself from (\S+) on/g)];
    expect(named.map(([, no, until]) => [Number(no), until])).toEqual([
      [second.change, second.waitsUntil],
      [first.change, first.waitsUntil],
    ]);
    // Neither is the second administrator of the other, as each may know how to sign in as liu.
    for (const [who, { change }] of [
      ["ann", second],
      ["carl", first],
    ] as const)
      expect(outcome(await send(who, "POST", `/access/changes/${change}/confirm`))).toEqual([
        403,
        "not_independent",
      ]);
    // Who confirms one's confirms nothing of the other's, though it came before.
    expect(outcome(await send("eve", "POST", `/access/changes/${second.change}/confirm`))).toEqual(OK);
    expect((await waitingFor("liu")).map(({ id }) => id).slice(-1)).toEqual([first.change]);
    expect(app.directory.findPrincipal("liu")?.grants[0]?.heldUntil).toEqual(new Date(first.waitsUntil));
    // Nor what the same administrator does afterwards.
    const fourth = await told("ann", "liu");
    expect(outcome(await send("eve", "POST", `/access/changes/${first.change}/confirm`))).toEqual(OK);
    expect(await told("ann", "liu")).toMatchObject({ waitsUntil: expect.any(String) });
    expect((await waitingFor("liu")).map(({ id }) => id)).toContain(fourth.change);
  });

  it("until the last of what waits holds", async () => {
    await person("lao", "viewer");
    const give = async (...roles: string[]) => {
      const grants = roles.map((role) => ({ role, area: everywhere }));
      return (await send("ann", "PUT", "/people/lao/grants", { grants })).json.waiting;
    };
    const first = await give("approver");
    app.pass(60_000);
    const second = await give("approver", "duty-officer");
    expect(Date.parse(second.waitsUntil) - Date.parse(first.waitsUntil)).toBeGreaterThanOrEqual(60_000);
    expect(await give("duty-officer", "approver")).toEqual(second);
  });

  it("with who could confirm it: of one's own areas by name, of others by number, and nobody who may not", async () => {
    const county = areaOf({ regions: ["520326"] });
    const elsewhere = areaOf({ regions: ["520327"] });
    const administrator = (area: typeof county) => [{ role: "administrator" as const, area }];
    await person("near", "administrator", administrator(county));
    await person("nigh", "administrator", administrator(county));
    await person("far", "administrator", administrator(elsewhere));
    await person("lin", "approver", [{ role: "approver", area: county }]);
    await send("near", "PUT", "/people/lin/password", { password: "a way over the old dam" });
    const confirmOf = async (who: string) =>
      (await send(who, "GET", "/access/changes?person=lin")).json.items[0].confirm;
    const everybody = (await confirmOf("carl")).people.map(({ id }: { id: string }) => id);
    expect(everybody).toEqual(expect.arrayContaining(["ann", "carl", "nigh"]));
    for (const id of ["near", "far", "dora"]) expect(everybody).not.toContain(id);
    const { people, you, others } = await confirmOf("nigh");
    expect({ people, you, others }).toEqual({
      people: [{ id: "nigh", name: "Name of nigh" }],
      you: true,
      others: everybody.length - 1,
    });
    expect(await confirmOf("near")).toMatchObject({ you: false, others: everybody.length - 1 });
  });

  it("in what one is and may do, and among those who could approve", async () => {
    const id = await puppet("ann", "approver");
    const me = await send(id, "GET", "/me");
    expect(me.json.grants).toMatchObject([{ role: "approver", waitsUntil: expect.stringMatching(MOMENT) }]);
    const broadcast = await draft("dora");
    await step("dora", broadcast, "submit");
    const told = async () => (await send("dora", "GET", `/broadcasts/${broadcast}/approvers`)).json;
    const { items, waiting } = await told();
    expect(waiting).toContainEqual({ id, name: "A puppet", until: me.json.grants[0].waitsUntil });
    expect(items.map((one: { id: string }) => one.id)).not.toContain(id);
    const [newest] = await waitingFor(id);
    await send("carl", "POST", `/access/changes/${newest!.id}/confirm`);
    const after = await told();
    expect(after.items.map((one: { id: string }) => one.id)).toContain(id);
    expect(after.waiting.map((one: { id: string }) => one.id)).not.toContain(id);
    expect((await send(id, "GET", "/me")).json.grants[0]).not.toHaveProperty("waitsUntil");
  });

  it("with every fault of somebody new at once", async () => {
    const body = { id: "new", name: "New", tenantId: "nowhere", password: "short", grants: [] };
    const { status, json } = await send("ann", "POST", "/people", body);
    expect(status).toBe(400);
    expect(json.faults.map(({ path }: { path: string }) => path)).toEqual(["/password", "/tenantId"]);
    expect(app.directory.findPrincipal("new")).toBeUndefined();
  });
});

describe("a password that was refused", () => {
  it("opens nothing when the person is let in again, and neither do the sessions of it", async () => {
    await person("refuse-one", "approver");
    const refused = "seven cranes beside the lake";
    const signingIn = async (id: string, password: string) =>
      (
        await app.send({
          method: "POST",
          url: "/v1/sessions",
          payload: { username: id, password, type: "bearer" },
        })
      ).status;
    await reset("ann", "refuse-one", refused);
    expect((await send("refuse-one", "GET", "/me")).status).toBe(200);
    const [change] = await waitingFor("refuse-one");
    const body = { reason: "she has not asked for it" };
    expect(outcome(await send("carl", "POST", `/access/changes/${change!.id}/refuse`, body))).toEqual(OK);
    expect(outcome(await send("ann", "PATCH", "/people/refuse-one", { disabled: false }))).toEqual(OK);
    expect(await confirming("carl", "refuse-one")).toEqual(OK);
    expect(await signingIn("refuse-one", refused)).toBe(401);
    expect((await send("refuse-one", "GET", "/me")).status).toBe(401);
    // Somebody else's word gives the rightful person another one.
    await reset("carl", "refuse-one", "eight swans above the town");
    expect(await signingIn("refuse-one", "eight swans above the town")).toBe(201);
    // What was refused of others than passwords leaves theirs.
    await person("refuse-two", "approver");
    expect((await send("ann", "PATCH", "/people/refuse-two", { disabled: true })).status).toBe(200);
    expect((await send("ann", "PATCH", "/people/refuse-two", { disabled: false })).status).toBe(200);
    const [letIn] = await waitingFor("refuse-two");
    expect(outcome(await send("carl", "POST", `/access/changes/${letIn!.id}/refuse`, body))).toEqual(OK);
    expect((await send("carl", "PATCH", "/people/refuse-two", { disabled: false })).status).toBe(200);
    expect(await signingIn("refuse-two", PASSWORD)).toBe(201);
  });
});
