import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signAlert } from "../../../broadcast/cap/signature.ts";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { importCap } from "../../../broadcast/operations/import-cap.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import { listHistory } from "../../../store/broadcast/history.ts";
import { readTargets } from "../../../store/broadcast/targets.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { limitsOf } from "../../helpers/limits.ts";
import { type CapScene, type Sending, startCapScene } from "../cap-scene.ts";
import { type AlertText, alertText, referenceOf, SENT } from "../cap-text.ts";
import { somebody, type TestDeps } from "../fixtures.ts";
import { approve, release, submit } from "../step-helpers.ts";

let scene: CapScene;
let db: TestDatabase;
let signing: CapScene["signing"];
let deps: TestDeps;
const li = somebody("li");
const wang = somebody("wang");

beforeAll(async () => {
  scene = await startCapScene({ "sp-1": "520326001001", "sp-2": "520327001001" });
  ({ db, signing } = scene);
});
beforeEach(async () => {
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

let serial = 0;
/** An identifier that no other test uses. */
const fresh = () => `alert-${++serial}`;
const take = (alert: Sending, caller = li) => scene.take(deps, alert, caller);
const takeSigned = (alert: Sending, caller = li) => take({ ...alert, signed: true }, caller);
const stateOf = async ({ id }: Broadcast) => (await getBroadcast(db.pool, li, id)).state;
const lastOf = async ({ broadcastNo }: Broadcast) => (await listHistory(db.pool, broadcastNo)).at(-1);

/** An alert that was imported and is on air. */
async function onAir(identifier: string): Promise<Broadcast> {
  const { items } = await take({ identifier });
  return release(deps, wang, items[0]!.id, {});
}

describe("an Alert", () => {
  it("becomes a draft that a human has to release, with where it came from", async () => {
    const identifier = fresh();
    const { items, disposition, duplicate, signature, warnings } = await take({ identifier });
    expect({ disposition, duplicate, signature }).toEqual({
      disposition: "broadcast",
      duplicate: false,
      signature: "absent",
    });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      state: "draft",
      mode: "actual",
      level: 2,
      eventCode: "11D01",
      regions: ["520326"],
      headline: "滑坡预警",
      source: { identifier, sender: "weather@example.org", msgType: "Alert" },
    });
    expect(warnings.map(({ rule }) => rule)).toContain("signature_absent");
    expect(deps.asked).toEqual([]);
  });

  it("that comes again makes nothing new, also when both come at once", async () => {
    const identifier = fresh();
    const both = await Promise.all([take({ identifier }), take({ identifier })]);
    expect(both.map(({ duplicate }) => duplicate).sort()).toEqual([false, true]);
    const [first, second] = both;
    expect(first.items.map(({ id }) => id)).toEqual(second.items.map(({ id }) => id));
  });

  it("that is signed and trusted is taken although somebody has brought an unsigned one under its name", async () => {
    const identifier = fresh();
    const forged = await take({ identifier });
    const genuine = await takeSigned({ identifier });
    expect(genuine).toMatchObject({ duplicate: false, signature: "verified" });
    expect(genuine.items.map(({ id }) => id)).not.toEqual(forged.items.map(({ id }) => id));
    expect((await takeSigned({ identifier })).duplicate).toBe(true);
    expect((await take({ identifier })).duplicate).toBe(true);
  });

  it("makes a draft for each office that does not see the other's", async () => {
    const identifier = fresh();
    const county = (id: string) =>
      somebody(id, { limits: limitsOf({ regions: ["520327"] }), tenantId: "other-office" });
    const first = await take({ identifier });
    const second = await take({ identifier }, county("zhou"));
    expect(second).toMatchObject({ duplicate: false, items: [{ tenantId: "other-office" }] });
    expect(second.items[0]?.id).not.toBe(first.items[0]?.id);
    const again = await take({ identifier }, county("wu"));
    expect([again.duplicate, again.items.map(({ id }) => id)]).toEqual([
      true,
      second.items.map(({ id }) => id),
    ]);
  });

  it("that a trusted signer has signed in another sender's name is not verified", async () => {
    const { items } = await takeSigned({ identifier: fresh(), sender: "quakes@example.org" });
    expect(items[0]!.source).toMatchObject({ signature: "untrusted" });
  });

  it("of a trusted signer is marked as verified, and one that was altered as invalid", async () => {
    const verified = await takeSigned({ identifier: fresh() });
    expect(verified.signature).toBe("verified");
    const altered = signAlert(alertText({ identifier: fresh() }), signing).replace(
      "请立即转移",
      "请留在原地",
    );
    const { signature, warnings } = await importCap(deps, li, Buffer.from(altered));
    expect(signature).toBe("invalid");
    expect(warnings.map(({ rule }) => rule)).toContain("signature_invalid");
  });

  it("of status Test is a training, which never reaches a speaker; of status Exercise a drill", async () => {
    const test = (await take({ identifier: fresh(), status: "Test" })).items[0]!;
    expect(test.mode).toBe("training");
    await submit(deps, li, test.id, {});
    await approve(deps, wang, test.id, {});
    expect(await readTargets(db.pool, [test.broadcastNo])).toEqual([]);
    expect(deps.asked).toEqual([]);
    expect((await take({ identifier: fresh(), status: "Exercise" })).items[0]?.mode).toBe("drill");
  });

  it("of status Draft has no mode yet, so that it is taken for a training and says so", async () => {
    const { items, warnings } = await take({ identifier: fresh(), status: "Draft" });
    expect(items[0]?.mode).toBe("training");
    expect(warnings.map(({ rule }) => rule)).toContain("mode_assumed");
  });

  it.each([
    ["scope Restricted", { scope: "Restricted", restriction: "rescue services" }, "cap_not_for_broadcast"],
    ["status System", { status: "System" }, "cap_not_for_broadcast"],
    ["an expiry that has passed", { expires: new Date(Date.now() - 1000) }, "cap_expired"],
  ] as const)("with %s is refused, recorded, and makes no draft", async (_what, change, code) => {
    const identifier = fresh();
    // The same again is refused again, and not taken for a repetition that went well.
    for (let i = 0; i < 2; i++) {
      await expect(take({ identifier, ...change })).rejects.toMatchObject({ code });
    }
    const { rows } = await db.pool.query(
      "select disposition, broadcast_nos from cap_alerts where identifier = $1",
      [identifier],
    );
    expect(rows).toEqual([{ disposition: "refused", broadcast_nos: [] }]);
    const { rows: drafts } = await db.pool.query(
      "select from broadcasts where source ->> 'identifier' = $1",
      [identifier],
    );
    expect(drafts).toEqual([]);
  });

  it("that is not valid is refused with the place of each fault", async () => {
    const xml = alertText({ identifier: fresh() }).replace(
      "<status>Actual</status>",
      "<status>Real</status>",
    );
    await expect(importCap(deps, li, Buffer.from(xml))).rejects.toMatchObject({
      code: "cap_invalid",
      faults: [expect.objectContaining({ path: "/alert/status", line: 6, rule: expect.any(String) })],
    });
  });
});

describe("a Cancel", () => {
  const cancelOf = (identifier: string, more: AlertText = {}): AlertText => ({
    identifier: fresh(),
    msgType: "Cancel",
    references: [referenceOf({ identifier })],
    sent: new Date(SENT.getTime() + 5000),
    ...more,
  });

  it("before release ends the draft, which can never be aired", async () => {
    const identifier = fresh();
    const { items } = await take({ identifier });
    await submit(deps, li, items[0]!.id, {});
    const done = await take(cancelOf(identifier));
    expect(done.items.map(({ state }) => state)).toEqual(["cancelled"]);
    await expect(approve(deps, wang, items[0]!.id, {})).rejects.toMatchObject({ code: "broadcast_state" });
    expect(deps.asked).toEqual([]);
    expect((await lastOf(items[0]!))?.reason).toContain("CAP Cancel");
  });

  it("that its trusted author has signed stops what is on air at once", async () => {
    const identifier = fresh();
    const broadcast = await onAir(identifier);
    await takeSigned(cancelOf(identifier));
    expect(await stateOf(broadcast)).toBe("cancelled");
    expect(deps.asked.at(-1)).toBe(`cancel ${broadcast.broadcastNo}`);
  });

  it("without a trusted signature is proposed on what is on air, and a person decides", async () => {
    const identifier = fresh();
    const broadcast = await onAir(identifier);
    const { warnings } = await take(cancelOf(identifier));
    expect(warnings.map(({ rule }) => rule)).toContain("cancel_proposed");
    expect(await stateOf(broadcast)).toBe("dispatching");
    expect(await lastOf(broadcast)).toMatchObject({ action: "cancel_proposed" });
    expect(deps.asked).toEqual([`begin ${broadcast.broadcastNo}`]);
  });

  it("of another sender than the alert's is only proposed, before release and signed as well", async () => {
    const identifier = fresh();
    const { items } = await take({ identifier });
    await takeSigned(cancelOf(identifier, { sender: "somebody@example.net" }));
    expect(await stateOf(items[0]!)).toBe("draft");
    expect(await lastOf(items[0]!)).toMatchObject({ action: "cancel_proposed" });
  });

  it("of an exercise does not end what is actual", async () => {
    const identifier = fresh();
    const broadcast = await onAir(identifier);
    await takeSigned(cancelOf(identifier, { status: "Exercise" }));
    expect(await stateOf(broadcast)).toBe("dispatching");
  });

  it("tells a stranger nothing of a broadcast, and leaves no mark on it", async () => {
    const identifier = fresh();
    const broadcast = await onAir(identifier);
    const before = await listHistory(db.pool, broadcast.broadcastNo);
    const stranger = somebody("zhou", {
      limits: limitsOf({ regions: ["520327"] }),
      tenantId: "other-office",
    });
    for (const msgType of ["Cancel", "Ack", "Update"]) {
      const { items, warnings } = await take(
        cancelOf(identifier, {
          msgType,
          ...(msgType === "Update" ? { events: [{ code: "11D01", region: "520327" }] } : {}),
        }),
        stranger,
      );
      expect(items.map(({ id }) => id)).not.toContain(broadcast.id);
      expect(warnings.map(({ rule }) => rule)).toContain("reference_unknown");
      expect(JSON.stringify(warnings)).not.toContain(broadcast.id);
    }
    expect(await listHistory(db.pool, broadcast.broadcastNo)).toEqual(before);
  });

  it("does not withdraw a draft that its bringer may not touch", async () => {
    const identifier = fresh();
    const { items } = await take({ identifier });
    const stranger = somebody("zhou", {
      limits: limitsOf({ regions: ["520327"] }),
      tenantId: "other-office",
    });
    await take(cancelOf(identifier), stranger);
    expect(await stateOf(items[0]!)).toBe("draft");
  });

  it("that comes before its alert keeps it from ever being aired", async () => {
    const identifier = fresh();
    await take(cancelOf(identifier));
    const { items, warnings } = await take({ identifier });
    expect(items.map(({ state }) => state)).toEqual(["cancelled"]);
    expect(warnings.map(({ rule }) => rule)).toContain("already_replaced");
    await expect(submit(deps, li, items[0]!.id, {})).rejects.toMatchObject({ code: "broadcast_state" });
    // Another sender's Cancel has no such power, nor has a forged one that somebody else brings.
    const forged = fresh();
    await take(cancelOf(forged), wang);
    expect((await take({ identifier: forged })).items.map(({ state }) => state)).toEqual(["draft"]);
    const other = fresh();
    await take(cancelOf(other, { sender: "somebody@example.net" }));
    expect((await take({ identifier: other })).items.map(({ state }) => state)).toEqual(["draft"]);
  });

  it("of an alert that nobody knows is recorded, and airs nothing", async () => {
    const { items, warnings } = await take(cancelOf("never-seen"));
    expect(items).toEqual([]);
    expect(warnings.map(({ rule }) => rule)).toContain("reference_unknown");
    expect(deps.asked).toEqual([]);
  });
});

describe("an Update", () => {
  const updateOf = (identifier: string, more: AlertText = {}): AlertText => ({
    identifier: fresh(),
    msgType: "Update",
    references: [referenceOf({ identifier })],
    sent: new Date(SENT.getTime() + 5000),
    ...more,
  });

  it("of an alert that nobody knows is a draft with a warning, for a human to decide", async () => {
    const { items, warnings } = await take(updateOf("never-seen"));
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ state: "draft", replaces: [] });
    expect(warnings.map(({ rule }) => rule)).toContain("reference_unknown");
    expect(items[0]?.source?.warnings).toContainEqual({
      rule: "reference_unknown",
      message: expect.stringContaining("never-seen"),
    });
  });

  it("ends the older draft at once, so that an outdated message is never aired", async () => {
    const identifier = fresh();
    const older = (await take({ identifier })).items[0]!;
    await submit(deps, li, older.id, {});
    const { items } = await take(updateOf(identifier));
    expect(await stateOf(older)).toBe("cancelled");
    await expect(approve(deps, wang, older.id, {})).rejects.toMatchObject({ code: "broadcast_state" });
    expect(items[0]?.state).toBe("draft");
  });

  it("lets what is on air go on until it is released itself, and then ends it", async () => {
    const identifier = fresh();
    const older = await onAir(identifier);
    const { items } = await take(updateOf(identifier));
    expect(await stateOf(older)).toBe("dispatching");
    expect(items[0]?.replaces).toEqual([older.id]);
    const newer = await release(deps, wang, items[0]!.id, {});
    expect(await stateOf(older)).toBe("cancelled");
    expect((await lastOf(older))?.reason).toBe(`replaced by ${newer.id}`);
    expect(deps.asked.slice(-2)).toEqual([`begin ${newer.broadcastNo}`, `cancel ${older.broadcastNo}`]);
  });

  it("does not end a draft, or what is on air, of whom its bringer may not touch", async () => {
    const [one, two] = [fresh(), fresh()];
    const events = [{ code: "11D01", region: "5203" }];
    const older = (await take({ identifier: one, events })).items[0]!;
    const county = somebody("zhou", { limits: limitsOf({ regions: ["520327"] }), tenantId: "other-office" });
    const update = { events: [{ code: "11D01", region: "520327" }] };
    await take(updateOf(one, update), county);
    expect(await stateOf(older)).toBe("draft");
    const aired = await release(deps, wang, (await take({ identifier: two, events })).items[0]!.id, {});
    const { items } = await take(updateOf(two, update), county);
    expect(items[0]?.replaces).toEqual([]);
    await release(deps, county, items[0]!.id, {});
    expect(await stateOf(aired)).toBe("dispatching");
    // What its sender has signed takes the other's place; whoever releases it needs reach over that as well.
    const signed = await takeSigned(updateOf(two, { ...update, identifier: fresh() }), county);
    expect(signed.items[0]?.replaces).toEqual([aired.id]);
    await expect(release(deps, county, signed.items[0]!.id, {})).rejects.toMatchObject({ code: "forbidden" });
    expect(await stateOf(aired)).toBe("dispatching");
  });

  it("with two events replaces each older broadcast by its own successor", async () => {
    const identifier = fresh();
    const events = [
      { code: "11D01", region: "520326" },
      { code: "11A51", region: "520327" },
    ];
    const { items: older } = await take({ identifier, events });
    for (const { id } of older) await release(deps, wang, id, {});
    const { items: newer } = await take(updateOf(identifier, { events: [...events].reverse() }));
    expect(newer.map((one) => [one.eventCode, one.replaces])).toEqual([
      ["11A51", [older[1]!.id]],
      ["11D01", [older[0]!.id]],
    ]);
    await release(deps, wang, newer[0]!.id, {});
    expect([await stateOf(older[0]!), await stateOf(older[1]!)]).toEqual(["dispatching", "cancelled"]);
  });
});
