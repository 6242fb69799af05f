import { randomBytes } from "node:crypto";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRootKey } from "../../../broadcast/signing/index.ts";
import { readDemoAccess } from "../../../seeds/demo-access-file.ts";
import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { ADMIN_KEY, PlatformProcess } from "../../../test/helpers/platform-process.ts";
import { keepSecretForAll } from "../../../test/helpers/secrets.ts";
import { createServerDatabase, withAdmin } from "../../../test/helpers/server-databases.ts";

/** Who signs in in the flows: the demo's people, and those whom it lacks. */
export type PersonName =
  | "dispatcher"
  | "dutyOfficer"
  | "approver"
  | "secondApprover"
  /** May write and approve, but never the same broadcast. */
  | "bothRoles"
  | "operator"
  | "auditor"
  | "company"
  | "administrator";

export interface WorldPerson {
  readonly id: string;
  readonly name: string;
  readonly password: string;
}

/** A running platform, in words that can be handed to another process. */
export interface WorldFacts {
  readonly origin: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly dataDir: string;
  readonly adminKey: string;
  /** The public half of the root, which speakers are given at their installation. */
  readonly root: string;
  readonly people: Readonly<Record<PersonName, WorldPerson>>;
}

export interface RunningWorld {
  readonly facts: WorldFacts;
  readonly platform: PlatformProcess;
  /**
   * Ends the platform where it runs, and starts it again on the same data and the same ports.
   * @param meanwhile what is done on the machine while it is down: the embedded database has one owner
   */
  restart(meanwhile?: (env: Record<string, string>) => Promise<void>): Promise<void>;
  /** Ends the platform as a power failure does: it finishes nothing. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

const DEMO_IDS = {
  dispatcher: "zhang.min",
  dutyOfficer: "li.qiang",
  approver: "wang.fang",
  operator: "chen.jie",
  auditor: "yang.lan",
  company: "tian.hua",
} as const;

const COUNTY = { regions: [DEMO_COUNTY], kinds: "all", tenants: "all", devices: "all" } as const;
const WHOLE = { ...COUNTY, regions: "all" } as const;
const EMERGENCY = "demo-emergency";

/** In memory, where there is room: databases are written to all the time. */
function newDataDir(): string {
  const memory = "/dev/shm";
  let parent = tmpdir();
  try {
    accessSync(memory, constants.W_OK);
    parent = memory;
  } catch {
    // Not Linux.
  }
  return mkdtempSync(join(parent, `sbi-console-${process.pid}-`));
}

/** Adds a person through the API, as an administrator would. */
export async function addPerson(
  api: <T>(path: string, init: { method: string; body: unknown }) => Promise<T>,
  id: string,
  name: string,
  grants: readonly unknown[],
): Promise<WorldPerson> {
  const password = keepSecretForAll(randomBytes(18).toString("base64url"));
  const body = { id, name, tenantId: EMERGENCY, grants, password };
  await api("/v1/people", { method: "POST", body });
  return { id, name, password };
}

async function peopleOf(platform: PlatformProcess, dataDir: string): Promise<WorldFacts["people"]> {
  const { people } = await readDemoAccess(dataDir);
  const known = Object.entries(DEMO_IDS).map(([role, id]) => {
    const { name, password } = people.find((person) => person.id === id)!;
    return [role, { id, name, password: keepSecretForAll(password) }] as const;
  });
  const add = (id: string, name: string, area: object, ...roles: readonly string[]) => {
    const grants = roles.map((role) => ({ role, area }));
    return addPerson((path, init) => platform.api(path, init), id, name, grants);
  };
  return {
    ...(Object.fromEntries(known) as Record<keyof typeof DEMO_IDS, WorldPerson>),
    secondApprover: await add("zhao.lei", "赵磊", COUNTY, "approver"),
    bothRoles: await add("zhou.ping", "周平", COUNTY, "dispatcher", "approver"),
    administrator: await add("liu.yang", "刘洋", WHOLE, "administrator"),
  };
}

/**
 * Starts the platform as a process of its own, seeded as the demo is: on the embedded database, or on a database of its
 * own at DATABASE_URL.
 */
export async function startWorld(env: Record<string, string> = {}): Promise<RunningWorld> {
  const dataDir = newDataDir();
  const serverUrl = process.env.DATABASE_URL;
  const rootFile = join(dataDir, "root.json");
  const root = await createRootKey(rootFile);
  const run = `console${process.pid}${Date.now().toString(36)}`;
  const database = serverUrl ? await createServerDatabase(serverUrl, run) : undefined;
  if (database) {
    await withAdmin(database.url, async (admin) => {
      await admin.query("create extension if not exists timescaledb");
    });
  }
  const start = (httpPort: number, mqttPort: number) => {
    const ports = { HTTP_PORT: String(httpPort), MQTT_PORT: String(mqttPort) };
    return PlatformProcess.start({
      dataDir,
      databaseUrl: database?.url,
      env: { SEED: "demo", BROADCAST_ROOT_KEY: rootFile, ...ports, ...env },
    });
  };
  let platform: PlatformProcess | undefined;
  const remove = async () => {
    await database?.drop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  };
  try {
    platform = await start(0, 0);
    const { httpPort, mqttPort } = platform;
    const facts: WorldFacts = {
      origin: `http://127.0.0.1:${httpPort}`,
      httpPort,
      mqttPort,
      dataDir,
      adminKey: ADMIN_KEY,
      root,
      people: await peopleOf(platform, dataDir),
    };
    return {
      facts,
      get platform() {
        return platform!;
      },
      async restart(meanwhile) {
        await platform!.end("SIGTERM");
        await meanwhile?.({ DATA_DIR: dataDir, ...(database ? { DATABASE_URL: database.url } : {}) });
        platform = await start(httpPort, mqttPort);
      },
      async kill() {
        await platform!.end("SIGKILL");
      },
      async stop() {
        try {
          await platform!.end("SIGTERM");
        } finally {
          await remove();
        }
      },
    };
  } catch (error) {
    platform?.child.kill("SIGKILL");
    await remove();
    throw error;
  }
}
