import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AuditActor } from "../../../store/audit/audit.ts";
import { NO_LIMITS } from "../../../store/database/limits.ts";
import { findIdentifiedRows } from "../../../store/devices/directory.ts";
import type { DeviceIdentity } from "../../../store/devices/identities.ts";
import { deleteDevice, insertDevice, updateDevice } from "../../../store/devices/write-devices.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";
import { addDevice } from "../../helpers/ingest.ts";

let db: TestDatabase;
const actor: AuditActor = { type: "platform", id: "test", name: null, tenantId: null };
const anyone = { sounding: [], limits: NO_LIMITS };
const rules = { gateways: [], schemeFault: () => undefined };
const mn = (value: string): DeviceIdentity => ({ scheme: "mn", value });

beforeAll(async () => {
  db = await createTestDatabase();
  await addDevice(db.pool, "any");
});
afterAll(() => db.drop());

const add = (id: string, ...identities: DeviceIdentity[]) =>
  insertDevice(
    db.pool,
    {
      id,
      kind: "gas-meter",
      regionCode: "520326001001",
      tenantId: null,
      tokenHash: Buffer.from(id),
      identities,
    },
    NO_LIMITS,
    rules,
    actor,
  );
const change = (id: string, ...identities: DeviceIdentity[]) =>
  updateDevice(db.pool, id, { identities }, NO_LIMITS, rules, anyone, actor);
const holderOf = async (identity: DeviceIdentity) =>
  (await findIdentifiedRows(db.pool, [identity])).map(({ id }) => id);

describe("an identity", () => {
  it("belongs to one living device, and is free once that is gone", async () => {
    await add("one-1", mn("ONE"));
    await expect(add("one-2", mn("ONE"))).rejects.toMatchObject({ code: "identity_taken" });
    await deleteDevice(db.pool, "one-1", NO_LIMITS, anyone, actor);
    expect(await holderOf(mn("ONE"))).toEqual([]);
    await add("one-2", mn("ONE"));
    expect(await holderOf(mn("ONE"))).toEqual(["one-2"]);
  });

  it("is another one under another scheme", async () => {
    await add("two-1", { scheme: "sim", value: "013800138000" });
    await add("two-2", { scheme: "gb26875", value: "013800138000" });
    expect(await holderOf({ scheme: "sim", value: "013800138000" })).toEqual(["two-1"]);
  });

  it("stays with its device, and the new ones are none's, where one of them is another's", async () => {
    await add("three-1", mn("THREE-A"));
    await add("three-2", mn("THREE-B"));
    await expect(change("three-1", mn("THREE-C"), mn("THREE-B"))).rejects.toMatchObject({
      code: "identity_taken",
      message: "mn THREE-B belongs to device 'three-2'",
    });
    expect(await holderOf(mn("THREE-A"))).toEqual(["three-1"]);
    expect(await holderOf(mn("THREE-C"))).toEqual([]);
  });

  it("goes to one of two that ask for it at once, whatever else they ask for", async () => {
    const all = [mn("RACE-1"), mn("RACE-2"), mn("RACE-3")];
    for (let round = 0; round < 5; round++) {
      const ids = [0, 1, 2, 3].map((i) => `race-${round}-${i}`);
      await Promise.all(ids.map((id) => add(id)));
      const outcomes = await Promise.allSettled(
        ids.map((id, i) => change(id, ...(i % 2 ? all : all.toReversed()))),
      );
      expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      for (const outcome of outcomes)
        if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "identity_taken" });
      const winner = ids[outcomes.findIndex(({ status }) => status === "fulfilled")]!;
      for (const each of all) expect(await holderOf(each)).toEqual([winner]);
      await change(winner);
    }
  });

  it("cannot be swapped by two devices at once, and nobody waits for ever", async () => {
    await add("swap-1", mn("SWAP-1"));
    await add("swap-2", mn("SWAP-2"));
    const outcomes = await Promise.allSettled([
      change("swap-1", mn("SWAP-2")),
      change("swap-2", mn("SWAP-1")),
    ]);
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "identity_taken" });
    const held = [...(await holderOf(mn("SWAP-1"))), ...(await holderOf(mn("SWAP-2")))];
    expect(new Set(held).size).toBe(held.length);
  });
});
