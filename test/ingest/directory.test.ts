import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { Directory } from "../../ingest/directory.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { addDevice, gasMeterRows, startTestIngest } from "../helpers/ingest.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const change = (id: string, set: string) =>
  db.pool.query(`update devices set ${set}, updated_at = now() where id = $1 and deleted_at is null`, [id]);

/** What another process did shows after a while; here, when it is asked for. */
describe("following other processes", () => {
  it("takes in new and changed devices, and tells whose token is no longer right", async () => {
    await addDevice(db.pool, "follow-1");
    await addDevice(db.pool, "follow-2");
    await addDevice(db.pool, "follow-3");
    const { ingest } = await startTestIngest(db.pool, { every: { follow: 3_600_000 } });
    const { directory } = ingest;
    await directory.follow();

    await addDevice(db.pool, "follow-4");
    await change("follow-1", "region_code = '5203'");
    await change("follow-2", "token_hash = '\\x00'");
    await change("follow-3", "deleted_at = now()");
    expect((await directory.follow()).sort()).toEqual(["follow-2", "follow-3"]);
    expect(directory.find("follow-1")).toMatchObject({ regionCode: "5203" });
    expect(directory.find("follow-3")).toBeUndefined();
    expect(directory.find("follow-4")).toBeDefined();
    expect(await directory.follow()).toEqual([]);
  });

  it("takes in the model of a device, and what its attributes say to the codec", async () => {
    await addDevice(db.pool, "follow-model");
    const { ingest } = await startTestIngest(db.pool, { every: { follow: 3_600_000 } });
    const { directory } = ingest;
    await directory.follow();
    const nothing = { model: undefined, codecSettings: undefined };
    expect(directory.find("follow-model")).toMatchObject(nothing);
    await change("follow-model", `model = 'fludia-fm432g', attributes = '{"codec": {"litresPerPulse": 10}}'`);
    await directory.follow();
    const told = { model: "fludia-fm432g", codecSettings: { litresPerPulse: 10 } };
    expect(directory.find("follow-model")).toMatchObject(told);
    await change("follow-model", "model = null, attributes = '{}'");
    await directory.follow();
    expect(directory.find("follow-model")).toMatchObject(nothing);
  });

  it("tells of a token that it has read anew meanwhile for another reason, and not of one that was told here", async () => {
    for (const id of ["met-1", "met-2", "met-3"]) await addDevice(db.pool, id);
    const { ingest } = await startTestIngest(db.pool, { every: { follow: 3_600_000 } });
    const { directory } = ingest;
    await directory.follow();
    await change("met-1", "token_hash = '\\x00'");
    await change("met-2", "deleted_at = now()");
    await change("met-3", "token_hash = '\\x00'");
    for (const id of ["met-1", "met-2", "met-3"]) await directory.refresh(id);
    directory.noteEnded("met-3");
    expect((await directory.follow()).sort()).toEqual(["met-1", "met-2"]);
    expect(await directory.follow()).toEqual([]);
  });

  it("knows a deleted device's id by the device that has it now", async () => {
    const old = await addDevice(db.pool, "reused-1");
    const { ingest } = await startTestIngest(db.pool, { every: { follow: 3_600_000 } });
    await change("reused-1", "deleted_at = now()");
    const { deviceNo } = await addDevice(db.pool, "reused-1");
    expect(await ingest.directory.follow()).toEqual(["reused-1"]);
    expect(ingest.directory.find("reused-1")).toMatchObject({ deviceNo });
    expect(ingest.directory.findByNo(old.deviceNo)).toBeUndefined();
  });

  it("knows devices by the identities that another process has given and taken, also before it follows", async () => {
    const identify = async (id: string, ...values: string[]) => {
      await db.pool.query(
        "delete from device_identities where device_no = (select device_no from devices where id = $1 and deleted_at is null)",
        [id],
      );
      await db.pool.query(
        "insert into device_identities select 'mn', value, device_no from devices, unnest($2::text[]) value where id = $1",
        [id, values],
      );
      await change(id, "name = 'identified'");
    };
    await addDevice(db.pool, "mn-1", { kind: "air-station" });
    await addDevice(db.pool, "mn-2", { kind: "air-station" });
    await identify("mn-1", "LOADED");
    const lost: string[] = [];
    const { ingest } = await startTestIngest(db.pool, {
      every: { follow: 3_600_000 },
      onIdentityLost: ({ id }, { value }) => lost.push(`${id} ${value}`),
    });
    const { directory } = ingest;
    const { find, lookUp } = directory.identities;
    const holder = (value: string) => find({ scheme: "mn", value })?.id;
    expect(holder("LOADED")).toBe("mn-1");

    await identify("mn-1", "A", "B");
    expect((await lookUp({ scheme: "mn", value: "B" }))?.id).toBe("mn-1");
    await identify("mn-1", "A");
    await identify("mn-2", "B");
    await directory.follow();
    expect(["A", "B", "LOADED"].map(holder)).toEqual(["mn-1", "mn-2", undefined]);
    expect(find({ scheme: "mn", value: "B" })).toBe(directory.find("mn-2"));
    expect(lost.splice(0).toSorted()).toEqual(["mn-1 B", "mn-1 LOADED"]);

    await change("mn-2", "deleted_at = now()");
    await directory.follow();
    expect(holder("B")).toBeUndefined();
    expect(await lookUp({ scheme: "mn", value: "B" })).toBeUndefined();
    expect(lost).toEqual(["mn-2 B"]);
  });

  it("looks at a change no more once it lies behind, also where nothing has changed since", async () => {
    const query = vi.spyOn(db.pool, "query");
    const directory = new Directory(db.pool, new Map(), createLogger("silent"), Date.now, { overlapMs: 0 });
    await directory.load();
    await addDevice(db.pool, "follow-quiet");
    const changes = async () => {
      await directory.follow();
      const call = query.mock.calls.findLastIndex(
        ([asked]) => (asked as unknown as { name?: string }).name === "read_directory_changes",
      );
      return ((await query.mock.results[call]!.value) as unknown as { rows: unknown[] }).rows.length;
    };
    expect(await changes()).toBe(1);
    await vi.waitFor(async () => expect(await changes()).toBe(0));
    query.mockRestore();
  });

  it("gets through more changes of one moment than fit a page", async () => {
    const { ingest } = await startTestIngest(db.pool, { every: { follow: 3_600_000 } });
    await db.pool.query(`
      insert into devices (id, kind, region_code, token_hash)
      select 'mass-' || n, 'gas-meter', '520326', '\\x00' from generate_series(1, 5500) n`);
    const before = ingest.directory.size;
    await ingest.directory.follow();
    expect(ingest.directory.size - before).toBe(5500);
  });
});

it("a gateway that names devices registered by another process since has them looked up before they are refused", async () => {
  const gateway = await addDevice(db.pool, "gw-late", { kind: "lora-gateway" });
  const { publish } = await startTestIngest(db.pool);
  await addDevice(db.pool, "behind-late-1", { gatewayNo: gateway.deviceNo });
  await addDevice(db.pool, "behind-late-2", { gatewayNo: gateway.deviceNo });
  const named = Array.from({ length: 1500 }, (_, i) => [`nobody-${i}`, { flow: 1 }]);
  await publish("gw-late", "gateway-telemetry", {
    "behind-late-1": { observedAt: "2026-05-01T00:00:00Z", flow: 1 },
    ...Object.fromEntries(named),
    "behind-late-2": { observedAt: "2026-05-01T00:00:00Z", flow: 2 },
  });
  expect(await gasMeterRows(db.pool, "behind-late-1")).toMatchObject([{ flow: 1 }]);
  expect(await gasMeterRows(db.pool, "behind-late-2")).toMatchObject([{ flow: 2 }]);
  const { rows } = await db.pool.query(
    "select distinct reason from rejected_messages where publisher = 'gw-late'",
  );
  expect(rows).toEqual([{ reason: "unknown_device" }]);
});
