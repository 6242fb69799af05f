import { describe, expect, it } from "vitest";
import { setApplicationOwner } from "../../accounts/principals.ts";
import { machineCaller } from "../../app/cli/access/database.ts";
import {
  app,
  db,
  draft,
  everywhere,
  OK,
  outcome,
  person,
  puppet,
  send,
  step,
  tokens,
  useInsiderWorld,
} from "./insider-world.ts";

/** People who try to sound a speaker alone through an application of theirs. */
useInsiderWorld();

describe("an application", () => {
  const SCOPES = ["broadcasts:read", "broadcasts:draft", "broadcasts:submit"];
  const addApplication = (who: string, id: string, more: object = {}) =>
    send(who, "POST", "/applications", {
      id,
      name: id,
      tenantId: "county",
      grants: [{ scopes: SCOPES, area: everywhere }],
      ...more,
    });
  async function keyOf(who: string, id: string): Promise<void> {
    const { status, json } = await send(who, "POST", `/applications/${id}/keys`);
    expect(status).toBe(201);
    tokens.set(id, json.key);
  }
  async function submitted(who: string): Promise<string> {
    const id = await draft(who);
    expect(outcome(await step(who, id, "submit"))).toEqual(OK);
    return id;
  }

  it("needs somebody who answers for it: whoever adds it, or who is named with the key", async () => {
    expect(outcome(await addApplication("key", "ownerless"))).toEqual([400, "invalid_request"]);
    expect(outcome(await addApplication("key", "ownerless", { ownerId: "nobody" }))).toEqual([
      400,
      "invalid_request",
    ]);
    expect((await addApplication("ann", "of-ann")).json.ownerId).toBe("ann");
    const other = await addApplication("key", "of-xu", { ownerId: "xu" });
    expect([other.status, other.json.ownerId]).toEqual([201, "xu"]);
    expect((await send("xu", "GET", "/me")).json.applications).toEqual(["of-xu"]);
  });

  it("submits for its owner, who does not approve it, and nothing without one", async () => {
    await keyOf("carl", "of-xu");
    const id = await submitted("of-xu");
    expect((await step("xu", id, "approve")).status).toBe(403);
    await person("xan", "approver");
    expect(outcome(await step("xan", id, "approve"))).toEqual(OK);
    // One of an earlier version.
    tokens.set("old", await app.addApplication("old", { scopes: SCOPES }));
    const early = await draft("old");
    expect(outcome(await step("old", early, "submit"))).toEqual([403, "application_without_owner"]);
    await setApplicationOwner(db.pool, machineCaller({}), "old", "dora");
    await app.directory.lookForChanges();
    expect(outcome(await step("old", early, "submit"))).toEqual(OK);
  });

  it("stays in the hands of who answered for it before, until its keys are others; who is shut out answers for nothing", async () => {
    for (const id of ["bo", "dave"]) {
      await person(id, "administrator", [
        { role: "administrator", area: everywhere },
        { role: "approver", area: everywhere },
      ]);
    }
    expect((await addApplication("bo", "handed-on")).json.ownerId).toBe("bo");
    // As from the machine: nobody was shown this key.
    await keyOf("carl", "handed-on");
    await db.pool.query("update api_keys set made_by = null where principal_id = 'handed-on'");
    expect((await send("bo", "PUT", "/applications/handed-on/owner", { ownerId: "dora" })).status).toBe(200);
    const id = await submitted("handed-on");
    expect((await step("bo", id, "approve")).status).toBe(403);
    // Given on by another, and still not free of the first.
    expect((await send("carl", "PUT", "/applications/handed-on/owner", { ownerId: "dave" })).status).toBe(
      200,
    );
    expect((await step("bo", await submitted("handed-on"), "approve")).status).toBe(403);
    expect((await send("carl", "PATCH", "/people/dave", { disabled: true })).status).toBe(200);
    expect(outcome(await step("handed-on", await draft("handed-on"), "submit"))).toEqual([
      403,
      "application_without_owner",
    ]);
  });

  it("is in the hands of whoever was shown its key, and of who made that one", async () => {
    await person("eva", "administrator", [
      { role: "administrator", area: everywhere },
      { role: "approver", area: everywhere },
    ]);
    expect((await addApplication("carl", "by-key", { ownerId: "dora" })).status).toBe(201);
    await keyOf("eva", "by-key");
    expect((await step("eva", await submitted("by-key"), "approve")).status).toBe(403);
    expect((await addApplication("carl", "by-hand", { ownerId: "dora" })).status).toBe(201);
    await keyOf(await puppet("eva", "administrator"), "by-hand");
    expect((await step("eva", await submitted("by-hand"), "approve")).status).toBe(403);
  });
});
