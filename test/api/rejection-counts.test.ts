import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type Principal } from "../../access/decide.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { type Api, startApi } from "./harness.ts";
import { fixedPrincipals } from "./matrix/principals.ts";
import { makeWorld, type World } from "./matrix/world.ts";

let db: TestDatabase;
let api: Api;
let world: World;
const callers = createCallers();
const everybodysOperator = personWith("operator of all", [{ role: "operator", area: areaOf({}) }]);

/** Rejections of three reasons and two doors in four hours, of the matrix's devices and of an unknown one. */
beforeAll(async () => {
  db = await createTestDatabase();
  const { pool } = db;
  world = await makeWorld(pool);
  await pool.query("delete from rejected_messages");
  await pool.query(
    `insert into rejected_messages (received_at, device_no, publisher, door, topic, reason, detail, payload, payload_bytes, items, partial)
     select '2026-03-01T00:00:00Z'::timestamptz + n * interval '1 hour', device_no, 'p', case when device_no % 2 = 0 then 'mqtt' else 'mqtt-source' end, 't',
            case n when 0 then 'off_scale' when 1 then 'not_json' else 'too_old' end, 'd', '\\x'::bytea, 0, n + 1, n = 0
     from devices, generate_series(0, 2) n where n <= device_no % 4 and deleted_at is null
     union all select '2026-03-01T03:00:00Z', null, 'p', 'mqtt', 't', 'unknown_device', 'd', '\\x'::bytea, 0, 1, false`,
  );
  await pool.query(
    "insert into device_ledger (device_no, received, stored, rejected) select device_no, 9 + device_no, 5, 1 from devices on conflict do nothing",
  );
  await pool.query(
    `insert into ledger_batches (device_nos, received, stored, rejected)
     select array_agg(device_no), array_agg(3), array_agg(2), array_agg(1) from devices where device_no % 3 = 0`,
  );
  await pool.query("update devices set region_code = '520201' where id = 'd520103-speaker-gas'");
  const waiting = await pool.query("select device_no from devices where device_no % 5 = 0");
  const pending = new Map<number, number>(waiting.rows.map(({ device_no }) => [device_no, device_no]));
  api = await startApi(pool, {
    access: callers.access,
    pendingOf: (deviceNo) => pending.get(deviceNo) ?? 0,
    pendingDevices: () => [...pending].map(([deviceNo, count]) => ({ deviceNo, pending: count })),
  });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const ask = async (principal: Principal, url: string) =>
  (await api.call({ url: `/v1/${url}`, headers: callers.as(principal) })).json;

interface Rejected {
  deviceId: string | null;
  reason: string;
  door: string;
  items: number;
  receivedAt: string;
}

const kindOf = (id: string | null) => world.devices.find((device) => device.id === id)?.kind ?? null;

const READERS = fixedPrincipals().filter((principal) => decide(principal, "rejections:read").allowed);
const FILTERS = [
  "",
  "&kind=camera",
  "&region=5201",
  "&region=520201&kind=speaker",
  "&reason=off_scale&partial=true",
  "&from=2026-03-01T01:00:00Z",
  "&from=2026-03-01T00:00:00Z&to=2026-03-01T02:00:00Z&region=52",
];

describe("rejections are counted as they are listed, for", () => {
  it.each(READERS.map((principal) => [principal.id, principal] as const))("%s", async (_id, principal) => {
    for (const filter of FILTERS) {
      const { items, nextCursor } = await ask(principal, `rejections?limit=1000${filter}`);
      expect(nextCursor).toBeNull();
      const values: Record<string, (rejection: Rejected) => string | null> = {
        reason: ({ reason }) => reason,
        door: ({ door }) => door,
        kind: ({ deviceId }) => kindOf(deviceId),
      };
      for (const [by, groupOf] of Object.entries(values)) {
        const counted = await ask(principal, `rejection-counts?by=${by}${filter}`);
        const expected = [...new Set<string | null>(items.map(groupOf))].map((value) => {
          const these = items.filter((each: Rejected) => groupOf(each) === value);
          return {
            value,
            rejections: these.length,
            items: these.reduce((sum: number, each: Rejected) => sum + each.items, 0),
          };
        });
        const order = (a: { value: string | null }, b: { value: string | null }) =>
          String(a.value) < String(b.value) ? -1 : 1;
        expect([by, filter, counted.items.toSorted(order)]).toEqual([by, filter, expected.toSorted(order)]);
        expect(counted.total).toBe(items.length);
        const numbers = counted.items.map(({ rejections }: { rejections: number }) => rejections);
        expect(numbers).toEqual(numbers.toSorted((a: number, b: number) => b - a));
      }
    }
  });
});

describe("the list of rejections", () => {
  const idsOf = async (filter: string): Promise<Set<string | null>> =>
    new Set(
      (await ask(everybodysOperator, `rejections?limit=1000${filter}`)).items.map(
        ({ deviceId }: Rejected) => deviceId,
      ),
    );

  it("is narrowed by kind, by the region of the time, and by the time of receipt", async () => {
    const ids = (test: (device: { kind: string; regionCode: string }) => boolean) =>
      new Set(world.devices.filter(test).map(({ id }) => id));
    const some = async (filter: string, test: Parameters<typeof ids>[0]) => {
      const found = await idsOf(filter);
      const all = ids(test);
      expect(found.size).toBeGreaterThan(0);
      expect([...found].filter((id) => !all.has(id ?? ""))).toEqual([]);
      expect(found.size).toBe([...(await idsOf(""))].filter((id) => all.has(id ?? "")).length);
    };
    await some("&kind=camera", ({ kind }) => kind === "camera");
    // The device that has moved since was there then.
    await some("&region=520103", ({ regionCode }) => regionCode.startsWith("520103"));
    expect((await idsOf("&region=520103")).has("d520103-speaker-gas")).toBe(true);
    const { items } = await ask(
      everybodysOperator,
      "rejections?limit=1000&from=2026-03-01T01:00:00Z&to=2026-03-01T02:00:00Z",
    );
    expect(new Set(items.map(({ receivedAt }: Rejected) => receivedAt))).toEqual(
      new Set(["2026-03-01T01:00:00.000Z"]),
    );
  });

  it("refuses a range that ends before it begins", async () => {
    for (const list of ["rejections", "rejection-counts"]) {
      const refused = await ask(
        everybodysOperator,
        `${list}?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z`,
      );
      expect([refused.status, refused.faults[0].path]).toEqual([400, "/from"]);
    }
  });
});

const COUNTS = ["received", "stored", "duplicate", "rejected", "pending"] as const;

describe("the ledger by kind is the sum of the ledger by device, for", () => {
  const readers = fixedPrincipals().filter((principal) => decide(principal, "ledger:read").allowed);
  it.each(readers.map((principal) => [principal.id, principal] as const))("%s", async (_id, principal) => {
    for (const filter of ["", "&region=5202", "&kind=camera&region=52"]) {
      const { items } = await ask(principal, `ledger?limit=1000${filter}`);
      const sums: Record<string, Record<string, number>> = {};
      for (const item of items) {
        sums[item.kind] ??= Object.fromEntries(COUNTS.map((count) => [count, 0]));
        for (const count of COUNTS) sums[item.kind]![count]! += item[count];
      }
      const grouped = await ask(principal, `ledger?groupBy=kind${filter}`);
      expect(grouped.nextCursor).toBeNull();
      expect(
        Object.fromEntries(grouped.items.map(({ kind, ...counts }: { kind: string }) => [kind, counts])),
      ).toEqual(sums);
    }
  });

  it("everybody, also as CSV, and has no pages", async () => {
    const { json } = await api.call({
      url: "/v1/ledger?groupBy=kind",
      headers: callers.as(everybodysOperator),
    });
    const { text } = await api.call({
      url: "/v1/ledger?groupBy=kind",
      headers: { ...callers.as(everybodysOperator), accept: "text/csv" },
    });
    const rows = json.items.map((item: Record<string, unknown>) =>
      ["kind", ...COUNTS].map((name) => item[name]).join(","),
    );
    expect(text.trimEnd().split("\r\n")).toEqual([["kind", ...COUNTS].join(","), ...rows]);
    expect(json.items[0].pending).toBeGreaterThan(0);
    const paged = await ask(everybodysOperator, "ledger?groupBy=kind&limit=1");
    expect([paged.status, paged.faults[0].path]).toEqual([400, "/groupBy"]);
  });
});
