import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { findTimescale } from "../helpers/replica.ts";
import { createReplicatedDatabase, type ReplicatedDatabase } from "../helpers/replicated-database.ts";
import { keepSecret } from "../helpers/secrets.ts";

/** The server of the pipeline is PostgreSQL in a folder, of which a second one can be started. */
const root = process.env.DATABASE_URL ? findTimescale() : undefined;

const ADMINISTRATOR = keepSecret("test-administrator-key-of-many-letters");

describe.skipIf(root === undefined)("two processes that read from a replica", () => {
  let db: ReplicatedDatabase;
  const platforms: TestPlatform[] = [];
  let keys: string;
  /** The key of an application that reads the audit and devices, and writes nothing. */
  let reader: string;

  beforeAll(async () => {
    db = await createReplicatedDatabase(root!);
    keys = await mkdtemp(join(tmpdir(), "sbi-keys-"));
    for (const INSTANCE_ID of ["a", "b"]) {
      platforms.push(
        await startTestPlatform(
          // It comes back by itself, and a busy machine must not make it too old.
          {
            INSTANCE_ID,
            BROADCAST_KEYS_DIR: keys,
            DATABASE_READ_URL: db.readUrl,
            DATABASE_READ_MAX_AGE_SECONDS: "300",
          },
          { url: db.url, pool: db.primary, edition: "apache", drop: async () => {} },
        ),
      );
    }
    const [a] = platforms;
    await a!.api("/v1/tenants", { method: "POST", body: { id: "readers", name: "Readers", use: "civil" } });
    const person = { id: "owner", name: "Owner", tenantId: "readers" };
    await a!.api("/v1/people", { method: "POST", body: person });
    const area = { regions: "all", kinds: "all", tenants: "all", devices: "all" };
    const grants = [{ scopes: ["devices:read", "regions:read", "rejections:read"], area }];
    const body = { id: "reader", name: "Reader", tenantId: "readers", ownerId: "owner", grants };
    await a!.api("/v1/applications", { method: "POST", body });
    const made = await a!.api<{ key: string }>("/v1/applications/reader/keys", { method: "POST", body: {} });
    reader = keepSecret(made.key);
    await ready();
  });
  afterAll(async () => {
    for (const platform of platforms) await platform.stop();
    await db.end();
    await rm(keys, { recursive: true, force: true });
  });

  async function get(process: number, path: string, key = ADMINISTRATOR) {
    const { httpPort } = platforms[process]!.platform;
    const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const text = await answer.text();
    return {
      status: answer.status,
      fromReplica: answer.headers.get("x-data-age") !== null,
      text,
      // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape
      json: (text.startsWith("{") ? JSON.parse(text) : undefined) as any,
    };
  }
  /** The same, once the replica answers: a busy machine may have kept it from saying in time how far it is. */
  const getFromReplica = (process: number, path: string, key: string) =>
    vi.waitFor(async () => {
      const answer = await get(process, path, key);
      expect(answer.fromReplica).toBe(true);
      return answer;
    });
  const post = (process: number, path: string, body: object) =>
    platforms[process]!.api<{ id: string }>(path, { method: "POST", body });
  /** Both processes know both callers, and are answered by the replica. */
  const ready = () =>
    vi.waitFor(async () => {
      for (const process of [0, 1]) {
        for (const key of [ADMINISTRATOR, reader])
          expect((await get(process, "/v1/regions", key)).fromReplica).toBe(true);
      }
    });
  const troubleOf = async (process: number): Promise<string | undefined> => {
    const { status, json } = await get(process, "/readyz");
    expect(status).toBe(200);
    return json.checks.find(({ name }: { name: string }) => name === "replica").detail;
  };
  const reports = (process: number): string[] =>
    platforms[process]!.logged.map((line) => JSON.parse(line))
      .filter(({ component, msg }) => component === "replica" && /^the (primary|replica) answers/.test(msg))
      .map(({ msg }) => msg);

  it("keep what must be of now at the primary", async () => {
    for (const path of [
      "/v1/me",
      "/v1/tenants",
      "/v1/applications",
      "/v1/ledger",
      "/v1/broadcasts/templates",
    ])
      expect([path, (await get(1, path)).status, (await get(1, path)).fromReplica]).toEqual([
        path,
        200,
        false,
      ]);
  });

  it("show a caller what they have just changed, at both, and others what the replica has", async () => {
    await db.pause();
    try {
      await post(0, "/v1/tenants", { id: "new-tenant", name: "New", use: "civil" });
      for (const process of [0, 1]) {
        const { json, fromReplica } = await get(process, "/v1/audit?limit=5");
        expect(json.items.map(({ action }: { action: string }) => action)).toContain("tenant.create");
        expect(fromReplica).toBe(false);
        await getFromReplica(process, "/v1/rejections", reader);
      }
    } finally {
      await db.resume();
    }
    await ready();
  });

  it("show everybody a device of which their streams may have told", async () => {
    await db.pause();
    try {
      await post(0, "/v1/devices", { id: "meter-1", kind: "gas-meter", regionCode: "520326001001" });
      for (const process of [0, 1]) {
        const { status, fromReplica } = await get(process, "/v1/devices/meter-1", reader);
        expect([status, fromReplica]).toEqual([200, false]);
        await getFromReplica(process, "/v1/rejections", reader);
      }
    } finally {
      await db.resume();
    }
    await vi.waitFor(async () =>
      expect((await get(1, "/v1/devices/meter-1", reader)).fromReplica).toBe(true),
    );
  });

  it("have a list without a gap whose first page was newer than the replica", async () => {
    const reject = (from: number, to: number) =>
      db.primary.query(
        `insert into rejected_messages (received_at, publisher, topic, reason, detail, payload, payload_bytes)
         select now(), 'p', 't', 'malformed', n::text, '', 0 from generate_series($1::int, $2::int) n`,
        [from, to],
      );
    await reject(1, 4);
    await db.caughtUp();
    await db.pause();
    try {
      await reject(5, 10);
      // Whoever has changed something reads the first page at the primary.
      await post(0, "/v1/tenants", { id: "another-tenant", name: "Another", use: "civil" });
      const details: string[] = [];
      const first = await get(0, "/v1/rejections?limit=2");
      let { json, fromReplica } = first;
      expect(fromReplica).toBe(false);
      // And hands the list to somebody who has not.
      for (;;) {
        details.push(...json.items.map(({ detail }: { detail: string }) => detail));
        if (json.nextCursor === null) break;
        ({ json, fromReplica } = await get(1, `/v1/rejections?limit=2&cursor=${json.nextCursor}`, reader));
        expect(fromReplica).toBe(false);
      }
      expect(details).toEqual(["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"]);
      const behind = await getFromReplica(1, "/v1/rejections?limit=2", reader);
      expect(behind.json.items[0].detail).toBe("4");
      const next = await getFromReplica(1, `/v1/rejections?limit=2&cursor=${behind.json.nextCursor}`, reader);
      expect(next.json.items[0].detail).toBe("2");
    } finally {
      await db.resume();
    }
    await ready();
  });

  it("are answered by the primary while the replica is away, and say so once, until it is back", async () => {
    const before = [0, 1].map((process) => reports(process).length);
    const asking = Array.from({ length: 20 }, (_, turn) => get(turn % 2, "/v1/regions?under=52&limit=1000"));
    await db.server.killReplica();
    const everywhere = await get(0, "/v1/regions?under=52&limit=1000");
    for (const { status, text } of await Promise.all(asking))
      expect([status, text === everywhere.text || text.length > 1000]).toEqual([200, true]);
    for (const process of [0, 1]) {
      await vi.waitFor(async () => expect(await troubleOf(process)).toContain("the replica is away"));
      expect((await get(process, "/v1/regions")).fromReplica).toBe(false);
      expect((await get(process, "/metrics")).text).toMatch(/^sbi_replica_answers 0$/m);
    }
    await db.server.startReplicaAgain();
    await ready();
    for (const process of [0, 1]) {
      await vi.waitFor(async () => {
        expect(await troubleOf(process)).toBeUndefined();
        expect((await get(process, "/metrics")).text).toMatch(/^sbi_replica_answers 1$/m);
      });
      const said = reports(process).slice(before[process]);
      expect(said.slice(0, 1).concat(said.slice(-1))).toEqual([
        "the primary answers all reads",
        "the replica answers reads",
      ]);
      expect(said.filter((line, at) => line === said[at - 1])).toEqual([]);
    }
  });
});
