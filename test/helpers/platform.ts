import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "../../app/platform.ts";
import { loadConfig } from "../../base/config/index.ts";
import { createLogger } from "../../base/log.ts";
import { createTestDatabase, type TestDatabase } from "./db.ts";
import { assertNoSecretIn, keepSecretForAll, keepSecretsOf } from "./secrets.ts";

const KEY = keepSecretForAll("test-administrator-key-of-many-letters");

export interface TestPlatform {
  readonly platform: Platform;
  readonly db: TestDatabase;
  /** Everything that was logged, line by line. */
  readonly logged: string[];
  api<T>(path: string, init?: { method?: string; body?: unknown; accept?: string }): Promise<T>;
  register(id: string, kind?: string, gatewayId?: string): Promise<{ id: string; token: string }>;
  stop(): Promise<void>;
}

/** The whole platform in this process, on a test database, which it drops at its end, and free ports. */
export async function startTestPlatform(
  env: Record<string, string> = {},
  given?: TestDatabase,
): Promise<TestPlatform> {
  const db = given ?? (await createTestDatabase());
  const dataDir = await mkdtemp(join(tmpdir(), "sbi-platform-"));
  await db.pool.query(`
    insert into regions (code, parent_code, name, level) values
      ('52', null, '贵州省', 1), ('5203', '52', '遵义市', 2), ('520326', '5203', '务川县', 3),
      ('520326001', '520326', '都濡街道', 4), ('520326001001', '520326001', '杨村社区', 5)
    on conflict do nothing`);
  const logged: string[] = [];
  const config = loadConfig({
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    HOST: "127.0.0.1",
    MQTT_PORT: "0",
    MQTT_WS_PORT: "0",
    HTTP_PORT: "0",
    ADMIN_API_KEY: KEY,
    // An officer who is made in a test acts at once.
    PRIVILEGED_GRANT_DELAY_HOURS: "0",
    SEED: "none",
    ...env,
  });
  const platform = await startPlatform(config, createLogger("debug", { write: (line) => logged.push(line) }));
  const api: TestPlatform["api"] = async (path, { method = "GET", body, accept } = {}) => {
    const response = await fetch(`http://127.0.0.1:${platform.httpPort}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(accept ? { accept } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    keepSecretsOf(body);
    if (!response.headers.get("content-type")?.includes("json")) return text;
    const answer = JSON.parse(text);
    keepSecretsOf(answer);
    return answer;
  };
  return {
    platform,
    db,
    logged,
    api,
    async register(id, kind = "gas-meter", gatewayId) {
      const { credentials } = await api<{ credentials: { password: string } }>("/v1/devices", {
        method: "POST",
        body: { id, kind, regionCode: "520326001001", ...(gatewayId ? { gatewayId } : {}) },
      });
      return { id, token: credentials.password };
    },
    async stop() {
      await platform.stop();
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
      assertNoSecretIn(logged);
    },
  };
}
