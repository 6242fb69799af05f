import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Platform, startPlatform } from "../../app/platform.ts";
import { loadConfig } from "../../base/config/index.ts";
import { createLogger } from "../../base/log.ts";
import { auditHeadFile } from "../../store/audit/head.ts";
import { readAuditForVerify, verifyAudit } from "../../store/audit/verify.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { connectDevice } from "../helpers/mqtt.ts";
import { assertNoSecretIn, keepSecret } from "../helpers/secrets.ts";

/** Roles are the server's; the embedded database has one for everything. */
const onServer = Boolean(process.env.DATABASE_URL);

const KEY = keepSecret("test-administrator-key-of-many-letters");

describe.skipIf(!onServer)("a platform whose role is not the owner of the tables, on a server", () => {
  const role = `sbi_e2e_${randomBytes(6).toString("hex")}`;
  const password = keepSecret(randomBytes(12).toString("hex"));
  const logged: string[] = [];
  let db: TestDatabase;
  let dataDir: string;
  let platform: Platform;

  const start = async (env: Record<string, string>) =>
    startPlatform(
      loadConfig({
        DATA_DIR: dataDir,
        HOST: "127.0.0.1",
        MQTT_PORT: "0",
        MQTT_WS_PORT: "0",
        HTTP_PORT: "0",
        ADMIN_API_KEY: KEY,
        SEED: "regions",
        RETENTION_READINGS_DAYS: "365",
        ...env,
      }),
      createLogger("info", { write: (line) => logged.push(line) }),
    );
  const runtimeUrl = () => {
    const url = new URL(db.url);
    url.username = role;
    url.password = password;
    return url.toString();
  };
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${platform.httpPort}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
  };

  beforeAll(async () => {
    db = await createTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), "sbi-roles-"));
    await db.pool.query(`create role ${role} login password '${password}'`);
    platform = await start({ DATABASE_URL: runtimeUrl(), DATABASE_OWNER_URL: db.url });
  });
  afterAll(async () => {
    await platform.stop();
    await db.pool.query(`drop owned by ${role}`);
    await db.pool.query(`drop role ${role}`);
    await db.drop();
    await rm(dataDir, { recursive: true, force: true });
    assertNoSecretIn(logged);
  });

  it("takes readings, answers, changes, and ends an alarm, as any other", async () => {
    const made = await call("POST", "/v1/devices", { id: "m-1", kind: "gas-meter", regionCode: "520102" });
    expect(made.status).toBe(201);
    const device = await connectDevice(platform.mqttPort, "m-1", keepSecret(made.json.credentials.password));
    await device.publishAsync("v1/devices/m-1/telemetry", JSON.stringify({ volume: 1.5 }), { qos: 1 });
    await device.publishAsync("v1/devices/m-1/telemetry", "no JSON", { qos: 1 });
    expect((await call("GET", "/v1/devices/m-1/latest")).json.reading.metrics.volume).toBe(1.5);
    expect((await call("GET", "/v1/devices/m-1/ledger")).json).toMatchObject({
      stored: 1,
      rejected: 1,
      pending: 0,
    });
    const { items } = (await call("GET", "/v1/rejections")).json;
    expect((await call("POST", `/v1/rejections/${items[0].id}/replay`)).json.outcome).toBe("rejected");
    expect((await call("PATCH", "/v1/devices/m-1", { name: "n" })).status).toBe(200);
    await device.endAsync();
    expect((await call("DELETE", "/v1/devices/m-1")).status).toBe(204);
    const errors = logged.filter((line) => /"level":"(error|fatal)"|permission denied/.test(line));
    expect(errors).toEqual([]);
  });

  it("has put all of that into the audit, whose last row it notes beside the database", async () => {
    const report = await verifyAudit(readAuditForVerify(db.pool));
    expect(report.faults).toEqual([]);
    const { rows } = await db.pool.query("select action from audit order by audit_no");
    expect(rows.map(({ action }) => action)).toEqual([
      "platform.bootstrap",
      "device.create",
      "rejection.replay",
      "device.update",
      "device.delete",
    ]);
    const head = report.head!;
    await expect
      .poll(() => readFile(auditHeadFile(dataDir), "utf8"), { timeout: 5000 })
      .toBe(`${head.auditNo}:${head.hash}\n`);
  });

  it("does not warn that its role could change the audit, which one that owns everything does", async () => {
    const warned = () => logged.filter((line) => line.includes("could change the audit"));
    expect(warned()).toEqual([]);
    const other = await start({ DATABASE_URL: db.url });
    await other.stop();
    expect(warned()).toHaveLength(1);
  });

  it.each([
    [
      "the same role twice",
      () => ({ DATABASE_URL: db.url, DATABASE_OWNER_URL: db.url }),
      /expected two roles/,
    ],
    [
      "two databases",
      () => ({ DATABASE_URL: runtimeUrl().replace(/\/[^/]*$/, "/postgres"), DATABASE_OWNER_URL: db.url }),
      /expected the same one/,
    ],
    ["an owner and no server", () => ({ DATABASE_OWNER_URL: db.url }), /DATABASE_URL is not/],
  ])("refuses to start with %s", async (_what, env, words) => {
    await expect(start(env())).rejects.toThrow(words);
  });
});

describe.skipIf(onServer)("the embedded database", () => {
  it("is run by one role, so that two roles are tested on a server (npm run test:server)", () => {
    expect(onServer).toBe(false);
  });
});
