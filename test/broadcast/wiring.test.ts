import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tablesOf } from "../../app/kind-tables.ts";
import { startBroadcasting } from "../../app/phases/broadcast.ts";
import { News } from "../../app/phases/news.ts";
import { loadConfig } from "../../base/config/index.ts";
import { createLogger } from "../../base/log.ts";
import { createRootKey, readKeySet } from "../../broadcast/signing/root.ts";
import { speaker } from "../../devices/kinds/speaker/kind.ts";
import { createExchange } from "../../exchange/exchange.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const log = createLogger("silent");
const speakers = tablesOf([speaker])[0]!;
let db: TestDatabase;
let dir: string;

beforeAll(async () => {
  db = await createTestDatabase();
  dir = await mkdtemp(join(tmpdir(), "sbi-wiring-"));
});
afterAll(async () => {
  await db.drop();
  await rm(dir, { recursive: true, force: true });
});
// Each is a platform that has never run; its folder is of one that has.
beforeEach(() => db.pool.query("delete from signing_keys"));

const start = (env: Record<string, string>) =>
  startBroadcasting(
    {
      config: loadConfig({ DATA_DIR: dir, ...env }),
      logOf: () => log,
      registry: new Registry(),
      signal: undefined,
      atEnd: () => {},
    },
    {
      pools: { api: db.pool, urgent: db.pool },
      tables: [speakers],
      news: new News(),
      exchange: createExchange({ log }),
      cluster: {
        membership: { isAlone: () => true, processNo: 1 },
        duties: { add: () => {} },
        told: { add: () => {}, ring: () => {} },
      },
      elsewhere: undefined,
    },
  );

describe("the settings of broadcasting", () => {
  it("start as they are, with a signing key of their own", async () => {
    const broadcasting = await start({});
    expect(broadcasting.routes.publishedKeys().keys).toHaveLength(1);
    await broadcasting.stop();
    const again = await start({ BROADCAST_PROPOSALS: "none" });
    expect(again.routes.publishedKeys()).toEqual(broadcasting.routes.publishedKeys());
    await again.stop();
  });

  it("sign the keys with a root that is given to them, and keep to the name that terminals know", async () => {
    const DATA_DIR = await mkdtemp(join(dir, "rooted-"));
    const BROADCAST_ROOT_KEY = join(dir, "root.json");
    await expect(start({ DATA_DIR, BROADCAST_ROOT_KEY })).rejects.toMatchObject({ code: "config_invalid" });
    await createRootKey(BROADCAST_ROOT_KEY);
    const broadcasting = await start({ DATA_DIR, BROADCAST_ROOT_KEY });
    const { signed } = broadcasting.routes.publishedKeys();
    expect(readKeySet(signed!)).toMatchObject({ issuer: "smart-broadcast-iot", version: 1 });
    expect(broadcasting.keyTrouble()).toContain("the root key lies on this machine");
    await broadcasting.stop();
    // With the root away again it goes on, and has nothing to complain of.
    const again = await start({ DATA_DIR });
    expect([again.routes.publishedKeys().signed, again.keyTrouble()]).toEqual([signed, undefined]);
    await again.stop();
    await expect(start({ DATA_DIR, BROADCAST_ISSUER: "renamed" })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("it is 'renamed', but the terminals have a key set of 'smart-b"),
    });
  });

  it("name every proposal that makes no sense", async () => {
    const env = { BROADCAST_PROPOSALS: "gas-meter:leak=12P09/2,gas-meter:sos=12P09/2,kite:lost=12P09/2,x" };
    await expect(start(env)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(
        /'gas-meter' has no alarm rule 'sos'.*'kite' has no.*'x': expected kind:rule/,
      ),
    });
  });

  it.each([
    [{ CAP_SIGNING_KEY: "/nowhere/key.pem", CAP_SIGNING_CERT: "/nowhere/cert.pem" }, "CAP_SIGNING_KEY"],
    [{ CAP_TRUSTED_CERTS: "/nowhere" }, "CAP_TRUSTED_CERTS"],
  ])("say which file cannot be read: %o", async (env, name) => {
    await expect(start(env as Record<string, string>)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(`${name}: /nowhere`),
    });
  });

  it("refuse a trusted certificate that is none, at the start and not at the first alert", async () => {
    const certificates = await mkdtemp(join(dir, "certs-"));
    const sender = join(certificates, "weather@example.org");
    await mkdir(sender);
    await writeFile(join(sender, "broken.pem"), "not a certificate");
    await expect(start({ CAP_TRUSTED_CERTS: certificates })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining("broken.pem"),
    });
  });

  it("refuse a trusted certificate that lies in no sender's folder", async () => {
    const certificates = await mkdtemp(join(dir, "certs-"));
    await writeFile(join(certificates, "astray.pem"), "whatever it is");
    await expect(start({ CAP_TRUSTED_CERTS: certificates })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(join("<sender>", "astray.pem")),
    });
  });

  it("ask for the certificate of a key", () => {
    expect(() => loadConfig({ CAP_SIGNING_KEY: "x" })).toThrow("CAP_SIGNING_KEY: needs CAP_SIGNING_CERT");
  });
});
