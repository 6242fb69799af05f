import { describe, expect, it } from "vitest";
import { recordExternalPerson } from "../../accounts/external-people.ts";
import { machineCaller } from "../../app/cli/access/database.ts";
import { accountsOf } from "../../app/cli/access/people.ts";
import { insertSpeaker } from "../broadcast/fixtures.ts";
import { areaOf } from "../helpers/limits.ts";
import { HOUR, signInForToken, startPeople } from "../helpers/people.ts";
import {
  actionsOf,
  app,
  approving,
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
  signIn,
  step,
  useInsiderWorld,
  waitingFor,
} from "./insider-world.ts";

/** Insiders who try to sound a speaker alone, each by another way. */
useInsiderWorld();

describe("an administrator", () => {
  it("submits, approves, releases, retries and reviews nothing, by person or by key", async () => {
    for (const who of ["ann", "key"]) {
      const id = await draft(who);
      for (const name of ["submit", "approve", "release", "retry", "review"]) {
        expect(outcome(await step(who, id, name)), `${who} ${name}`).toEqual(FORBIDDEN);
      }
      expect(outcome(await step(who, id, "cancel"))).toEqual(OK);
    }
  });

  it("leaves a row of the audit for each step that is refused, in bounded number", async () => {
    await app.addPerson("tries", { password: PASSWORD, grants: [{ role: "viewer", area: everywhere }] });
    await signIn("tries");
    const id = await draft("dora");
    const answers = [await step("tries", id, "approve"), await step("tries", id, "return")];
    answers.push(await send("tries", "PUT", "/people/tries/grants", { grants: [] }));
    expect(answers.map(outcome)).toEqual([FORBIDDEN, FORBIDDEN, FORBIDDEN]);
    const rowsOf = async () =>
      (
        await db.pool.query(
          `select action, object_type, object_id, after, request_id from audit
           where actor_id = 'tries' and action like '%.refused' order by audit_no`,
        )
      ).rows;
    const of = (action: string, object_type: string, object_id: string) => ({
      ...{ action, object_type, object_id, after: { code: "forbidden" } },
      request_id: expect.any(String),
    });
    expect(await rowsOf()).toEqual([
      of("broadcast.approve.refused", "broadcast", id),
      of("broadcast.return.refused", "broadcast", id),
      of("access.write.refused", "person", "tries"),
    ]);
    expect((await rowsOf())[0].request_id).toBe(answers[0]!.headers["x-request-id"]);
    // Looking is no attempt, and a flood leaves no flood.
    await send("tries", "GET", "/audit");
    for (let i = 0; i < 40; i++) await step("tries", id, "review");
    expect((await rowsOf()).length).toBeLessThan(25);
  });

  it("does not approve through an approver of its own making, until a second one confirms", async () => {
    const id = await puppet("ann", "approver");
    expect(await approving(id)).toEqual(FORBIDDEN);
    expect((await waitingFor(id)).map(({ kind }) => kind)).toEqual(["password", "create"]);
    // Who asked, the person, the key, and an administrator whom the first has made, are no second one.
    expect(await confirming("ann", id)).toEqual([403, "not_independent"]);
    expect(await confirming("key", id)).toEqual(FORBIDDEN);
    const own = await puppet("ann", "administrator");
    expect(await confirming(own, id)).toEqual([403, "not_independent"]);
    expect(await approving(id)).toEqual(FORBIDDEN);
    expect(app.lines.join("\n")).toContain(`"principalId":"${id}","kind":"create","askedBy":"ann"`);
    expect((await send("carl", "GET", "/me")).json.toDecide).toBeGreaterThan(0);
    expect(await confirming("carl", id)).toEqual(OK);
    expect(await waitingFor(id)).toEqual([]);
    expect(await approving(id)).toEqual(OK);
  });

  it("does not confirm through an administrator whose password it has set", async () => {
    await person("cleo", "administrator");
    const id = await puppet("ann", "approver");
    await reset("ann", "cleo");
    expect(await confirming("cleo", id)).toEqual([403, "not_independent"]);
    // Another password from the machine makes her herself again.
    await accountsOf(db.pool).resetPassword(machineCaller({}), "cleo", PASSWORD);
    await signIn("cleo");
    expect(await confirming("cleo", id)).toEqual(OK);
  });

  it("does not confirm what another asked whom the same administrator, or the key, has made", async () => {
    const [one, two] = [await puppet("key", "administrator"), await puppet("key", "administrator")];
    const id = await puppet(one, "approver");
    expect(await confirming(two, id)).toEqual([403, "not_independent"]);
    expect(await confirming("carl", id)).toEqual(OK);
  });

  it("does not approve through a reset approver at another process either, before that has heard of it", async () => {
    await person("xiang", "approver");
    const elsewhere = await startPeople(db);
    try {
      await reset("ann", "xiang", "nine herons in the reeds");
      const token = await signInForToken(elsewhere, "xiang", "nine herons in the reeds");
      const id = await draft("dora");
      expect(outcome(await step("dora", id, "submit"))).toEqual(OK);
      const headers = { authorization: `Bearer ${token}` };
      const url = `/v1/broadcasts/${id}/approve`;
      const approved = await elsewhere.send({ method: "POST", url, headers, payload: { revision: 1 } });
      expect(outcome(approved)).toEqual(FORBIDDEN);
    } finally {
      await elsewhere.stop();
    }
  });

  it("does not release through a duty officer of its own making", async () => {
    const id = await puppet("ann", "duty-officer");
    const warning = await draft(id);
    expect(outcome(await step(id, warning, "release"))).toEqual(FORBIDDEN);
    expect(outcome(await step(id, warning, "submit"))).toEqual(FORBIDDEN);
    expect(outcome(await step(id, warning, "cancel"))).toEqual(OK);
  });

  it("does not approve as somebody whose password it has set, though it may look and cancel", async () => {
    await person("xin", "approver");
    expect(await approving("xin")).toEqual(OK);
    await reset("ann", "xin");
    expect(await approving("xin")).toEqual(FORBIDDEN);
    expect(await actionsOf("xin")).toContain("broadcasts:cancel");
    expect((await send("xin", "GET", "/me")).json).toMatchObject({
      waiting: [{ kind: "password", askedBy: { id: "ann" }, state: "waiting" }],
    });
    expect((await send("carl", "GET", "/people/xin")).json.grants).toEqual([
      { role: "approver", area: everywhere, waitsUntil: expect.any(String) },
    ]);
    // The machine waits for nobody.
    await accountsOf(db.pool).resetPassword(machineCaller({}), "xin", PASSWORD);
    await signIn("xin");
    await app.directory.lookForChanges();
    expect(await approving("xin")).toEqual(OK);
  });

  it("does not approve as somebody whose second factor it has removed, in the sessions that are open too", async () => {
    await person("xia", "approver");
    await db.pool.query("update passwords set totp_secret = 'JBSWY3DPEHPK3PXP' where principal_id = 'xia'");
    expect((await send("ann", "DELETE", "/people/xia/totp")).status).toBe(200);
    expect(await approving("xia")).toEqual(FORBIDDEN);
  });

  it("does not approve as somebody whom it lets in again, one by one or with the tenant", async () => {
    await person("xue", "approver");
    for (const disabled of [true, false]) await send("ann", "PATCH", "/people/xue", { disabled });
    await signIn("xue");
    expect(await approving("xue")).toEqual(FORBIDDEN);
    await app.addPerson("xiong", {
      password: PASSWORD,
      tenantId: "closed",
      grants: [{ role: "approver", area: everywhere }],
    });
    for (const disabled of [true, false]) {
      expect((await send("ann", "PATCH", "/tenants/closed", { disabled })).status).toBe(200);
    }
    await signIn("xiong");
    expect(await approving("xiong")).toEqual(FORBIDDEN);
  });

  it("does not widen what an approver may approve at once, nor move anybody to another tenant", async () => {
    const village = areaOf({ regions: ["520326001001"] });
    await insertSpeaker(db.pool, "sp-2", "520326002001");
    await person("xie", "approver", [{ role: "approver", area: village }]);
    const grants = [
      { role: "approver", area: village },
      { role: "approver", area: everywhere },
    ];
    const answer = await send("ann", "PUT", "/people/xie/grants", { grants });
    expect(answer.json.grants).toEqual([grants[0], { ...grants[1], waitsUntil: expect.any(String) }]);
    expect(await approving("xie", "520326001001")).toEqual(OK);
    expect((await approving("xie", "520326002"))[0]).not.toBe(200);
    // A narrower one is held already, and the same list again changes nothing.
    const narrow = { role: "approver", area: areaOf({ regions: ["520326001001"], kinds: ["speaker"] }) };
    const again = await send("ann", "PUT", "/people/xie/grants", { grants: [...grants, narrow] });
    expect(
      again.json.grants.map(({ waitsUntil }: { waitsUntil?: string }) => waitsUntil !== undefined),
    ).toEqual([false, true, false]);
    expect(again.json.grants[1].waitsUntil).toBe(answer.json.grants[1].waitsUntil);
    expect(outcome(await send("ann", "PATCH", "/people/xie", { tenantId: "closed" }))).toEqual([
      400,
      "invalid_request",
    ]);
  });

  it("who is a dispatcher as well does not give itself the other half", async () => {
    await person("both", "administrator", [
      { role: "administrator", area: everywhere },
      { role: "dispatcher", area: everywhere },
    ]);
    const grants = ["administrator", "dispatcher", "approver"].map((role) => ({ role, area: everywhere }));
    expect((await send("both", "PUT", "/people/both/grants", { grants })).status).toBe(200);
    expect(await approving("both")).toEqual(FORBIDDEN);
    expect(await confirming("both", "both")).toEqual([403, "not_independent"]);
  });

  it("who is an approver as well does not approve what a dispatcher of its own making submits", async () => {
    await person("amy", "administrator", [
      { role: "administrator", area: everywhere },
      { role: "approver", area: everywhere },
    ]);
    for (const hand of [await puppet("amy", "dispatcher"), "dora"]) {
      if (hand === "dora") await reset("amy", "dora");
      const id = await draft(hand);
      expect(outcome(await step(hand, id, "submit"))).toEqual(OK);
      expect((await step("amy", id, "approve")).status).toBe(403);
      // Somebody else may.
      expect(outcome(await step("xu", id, "approve"))).toEqual(OK);
    }
    // However long ago that was: nobody else has looked at it since.
    await db.pool.query(
      "update access_changes set effective_at = now() - interval '1 year' where principal_id = 'dora'",
    );
    await app.directory.refresh();
    const later = await draft("dora");
    expect(outcome(await step("dora", later, "submit"))).toEqual(OK);
    expect((await step("amy", later, "approve")).status).toBe(403);
    expect((await send("carl", "GET", "/access/changes?state=all&person=dora")).json.items).toMatchObject([
      { kind: "password", askedBy: { id: "amy" } },
    ]);
    await accountsOf(db.pool).resetPassword(machineCaller({}), "dora", PASSWORD);
    await signIn("dora");
    // Who only gave both of them something is behind neither.
    await person("xiu", "approver");
    await person("dong", "dispatcher");
    for (const [who, role] of Object.entries({ xiu: "approver", dong: "dispatcher" })) {
      const grants = [role, "operator"].map((each) => ({ role: each, area: everywhere }));
      expect((await send("amy", "PUT", `/people/${who}/grants`, { grants })).status).toBe(200);
    }
    const id = await draft("dong");
    expect(outcome(await step("dong", id, "submit"))).toEqual(OK);
    expect(outcome(await step("xiu", id, "approve"))).toEqual(OK);
  });
});

describe("what waits", () => {
  it("is refused by any administrator: what was granted is gone, and who was touched is shut out", async () => {
    const id = await puppet("ann", "approver");
    const [latest] = await waitingFor(id);
    const refuse = () =>
      send("carl", "POST", `/access/changes/${latest!.id}/refuse`, { reason: "nobody knows of them" });
    expect((await refuse()).json).toMatchObject({ state: "refused", decidedBy: "carl" });
    expect((await send("carl", "GET", `/people/${id}`)).json).toMatchObject({
      grants: [],
      disabledAt: expect.any(String),
    });
    expect((await send(id, "GET", "/me")).status).toBe(401);
    expect(outcome(await refuse())).toEqual([409, "change_decided"]);
    // A grant alone, and the person stays.
    await person("xuan", "viewer");
    const grants = [{ role: "approver", area: everywhere }];
    await send("ann", "PUT", "/people/xuan/grants", { grants });
    const [grant] = await waitingFor("xuan");
    await send("carl", "POST", `/access/changes/${grant!.id}/refuse`, { reason: "not xuan" });
    expect((await send("carl", "GET", "/people/xuan")).json).toMatchObject({ grants: [], disabledAt: null });
    const { rows } = await db.pool.query(
      "select action, actor_id, object_id, reason from audit where action = 'access.refuse' order by audit_no",
    );
    expect(rows).toEqual([
      { action: "access.refuse", actor_id: "carl", object_id: id, reason: "nobody knows of them" },
      { action: "access.refuse", actor_id: "carl", object_id: "xuan", reason: "not xuan" },
    ]);
  });

  it("does not concern a dispatcher, nor who an identity provider says is an approver", async () => {
    const id = await puppet("ann", "dispatcher");
    const warning = await draft(id);
    expect(outcome(await step(id, warning, "submit"))).toEqual(OK);
    const approver = {
      issuer: "https://id.example",
      subject: "1",
      name: "From the provider",
      tenantId: "county",
      grants: [{ role: "approver" as const, area: everywhere }],
    };
    const visitor = { address: "127.0.0.1", requestId: "r" };
    const outside = await recordExternalPerson(db.pool, approver, visitor);
    await app.directory.refresh();
    expect(await waitingFor(outside)).toEqual([]);
    const held = () =>
      app.directory.findPrincipal(outside)?.grants.some((grant) => grant.heldUntil !== undefined);
    expect(held()).toBe(false);
    // A password that an administrator gives such a person is another matter.
    await reset("ann", outside);
    expect(held()).toBe(true);
    await recordExternalPerson(db.pool, approver, visitor);
    await app.directory.refresh();
    expect(held()).toBe(true);
    // The provider said nothing new, so nothing was changed.
    const updates = "select from audit where object_id = $1 and action = 'person.update'";
    expect((await db.pool.query(updates, [outside])).rowCount).toBe(0);
  });

  // Last, as it moves the clock.
  it("holds by itself after a day, without a restart", async () => {
    const id = await puppet("ann", "approver");
    app.pass(24 * HOUR - 60_000);
    await app.directory.lookForChanges();
    expect(app.directory.findPrincipal(id)?.grants[0]?.heldUntil).toBeInstanceOf(Date);
    expect(app.directory.findPrincipal(id)?.behind).toEqual(["ann"]);
    const version = app.directory.findPrincipal("ann");
    app.pass(60_000);
    await app.directory.lookForChanges();
    expect(app.directory.findPrincipal("ann")).toBe(version);
    expect(app.directory.findPrincipal(id)?.grants[0]?.heldUntil).toBeUndefined();
    expect(app.directory.findPrincipal(id)?.behind).toBeUndefined();
    await signIn("carl");
    expect(await waitingFor(id)).toEqual([]);
  });

  it("is not confirmed by who made the person, however long ago, and whoever asks for it now", async () => {
    for (const id of ["ann", "carl"]) await signIn(id);
    const made = {
      id: "pup",
      name: "A viewer",
      tenantId: "county",
      grants: [{ role: "viewer", area: everywhere }],
    };
    expect((await send("ann", "POST", "/people", made)).status).toBe(201);
    await reset("ann", "pup", PASSWORD);
    // Nothing waits for a viewer, and yet whoever asks is told.
    expect((await waitingFor("pup")).map(({ kind }) => kind)).toEqual(["password", "create"]);
    expect((await send("pup", "GET", "/me")).json.waiting).toEqual([]);
    // That another one has confirmed how somebody came to sign in makes nobody forget the password.
    const known = await puppet("ann", "dispatcher");
    expect(await confirming("carl", known)).toEqual(OK);
    await puppet("carl", "administrator");
    const third = await puppet("ann", "administrator");
    await person("self", "administrator");
    app.pass(25 * HOUR);
    for (const id of ["ann", "carl", "pup", "self"]) await signIn(id);
    const given = async (id: string, role: string) => {
      const grants = [{ role, area: everywhere }, ...(id === "self" ? [administrator] : [])];
      const { json } = await send("carl", "PUT", `/people/${id}/grants`, { grants });
      return json.waiting.change as number;
    };
    const administrator = { role: "administrator", area: everywhere };
    const change = await given("pup", "approver");
    const confirm = async (who: string, no: number) =>
      outcome(await send(who, "POST", `/access/changes/${no}/confirm`));
    const [listed] = (await send("ann", "GET", "/access/changes?person=pup")).json.items;
    const able = listed.confirm.people.map(({ id }: { id: string }) => id);
    expect({ you: listed.confirm.you, able }).toMatchObject({
      you: false,
      able: expect.arrayContaining(["cleo"]),
    });
    for (const id of ["ann", "carl", third]) expect(able).not.toContain(id);
    expect(await confirm("ann", change)).toEqual([403, "not_independent"]);
    expect(await confirm("ann", await given(known, "approver"))).toEqual([403, "not_independent"]);
    expect(await confirm("self", change)).toEqual(OK);
    // Nor by whom it is about, administrator or not.
    expect(await confirm("self", await given("self", "approver"))).toEqual([403, "not_independent"]);
  });
});
