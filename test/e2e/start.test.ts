import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, inject, it, onTestFinished } from "vitest";
import { builtCommand } from "../helpers/built.ts";
import { createServerDatabase, withAdmin } from "../helpers/server-databases.ts";

const onServer = process.env.DATABASE_URL !== undefined;

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "sbi-start-"));
  return () => rm(dataDir, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the platform, which is not expected to get far. */
function start(env: Record<string, string>): {
  child: ChildProcess;
  ended: Promise<Ended>;
  said(text: string): Promise<void>;
} {
  const child = spawn(process.execPath, builtCommand("app/main"), {
    env: {
      PATH: process.env.PATH,
      HOST: "127.0.0.1",
      MQTT_PORT: "0",
      MQTT_WS_PORT: "0",
      HTTP_PORT: "0",
      DATA_DIR: dataDir,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const output = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, ...output })));
  return {
    child,
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const listener = () => output.stdout.includes(text) && resolve();
        listeners.add(listener);
        listener();
        void ended.then(() =>
          reject(new Error(`it ended without saying '${text}': ${JSON.stringify(output)}`)),
        );
      }),
  };
}

/** A server that answers every login with a PostgreSQL error, as for a wrong password. @returns its port */
async function refusingServer(code: string, message: string): Promise<number> {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const header = Buffer.alloc(5);
  header.write("E");
  header.writeInt32BE(fields.length + 4, 1);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Buffer.concat([header, fields])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A port that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const PROVIDER_OF_NOTHING = {
  OIDC_ISSUER: "https://id.example",
  OIDC_CLIENT_ID: "platform",
  OIDC_MAPPING: '{"a":{}}',
};

describe("a start that cannot succeed says why in a sentence, with exit code 2", () => {
  it("when a setting is misspelt, and warns of a name that only resembles some", async () => {
    const misspelt = await start({ HTTP_RATE_LIMT: "3", MQTT_PROT: "off", SEED: "all" }).ended;
    expect(misspelt.code).toBe(2);
    expect(misspelt.stderr).toMatch(
      /SEED: .*HTTP_RATE_LIMT: is no setting: expected HTTP_RATE_LIMIT.*MQTT_PROT: is no setting: expected MQTT_PORT/s,
    );
    const port = await refusingServer("28P01", "password authentication failed");
    const near = await start({ RETENTION_DAYS: "3", DATABASE_URL: `postgres://sbi@127.0.0.1:${port}/sbi` })
      .ended;
    expect(near.stderr).toContain("password authentication failed");
    expect(near.stdout).toContain("RETENTION_DAYS is no setting: RETENTION_READINGS_DAYS or ");
  });

  it("when the database refuses the password", async () => {
    const port = await refusingServer("28P01", 'password authentication failed for user "sbi"');
    const { ended } = start({ DATABASE_URL: `postgres://sbi:secret-word@127.0.0.1:${port}/sbi` });
    const { code, stderr, stdout } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain(
      'The database at DATABASE_URL cannot be used: password authentication failed for user "sbi". Check its user and password.',
    );
    expect(stderr + stdout).not.toContain("secret-word");
    expect(stderr).not.toContain("    at ");
  });

  it.runIf(onServer)("when the role may create nothing in the database", async () => {
    const serverUrl = process.env.DATABASE_URL!;
    const role = `sbi_e2e_${randomBytes(6).toString("hex")}`;
    const { url, drop } = await createServerDatabase(serverUrl, inject("testRun").id);
    await withAdmin(serverUrl, (admin) => admin.query(`create role ${role} login`));
    onTestFinished(async () => {
      await drop();
      await withAdmin(serverUrl, (admin) => admin.query(`drop role ${role}`));
    });
    const { code, stderr } = await start({ DATABASE_URL: url.replace(/\/\/[^@]*@/, `//${role}@`) }).ended;
    expect(code).toBe(2);
    expect(stderr).toContain(`The role ${role} may not create tables in the schema public`);
    expect(stderr).not.toContain("    at ");
  });

  it("when DATABASE_URL cannot be read, without repeating it", async () => {
    const { ended } = start({ DATABASE_URL: "postgres://sbi:secret#word@127.0.0.1:5432/sbi" });
    const { code, stderr, stdout } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain("Special characters of a password are written as %XX there");
    expect(stderr + stdout).not.toContain("secret");
  });

  it.each([
    [
      { REQUIRE_TOTP_FOR: "approvers", STEP_UP: "approve,launch" },
      ["'approvers', expected", "'launch', exp"],
    ],
    [
      { BROADCAST_PROPOSALS: "x", CAP_TRUSTED_CERTS: "/no-such-folder", ...PROVIDER_OF_NOTHING },
      ["BROADCAST_PROPOSALS: 'x'", "CAP_TRUSTED_CERTS: /no-such-folder", "OIDC_MAPPING.a: "],
    ],
  ])("when settings name what is not there, all at once, and makes nothing before", async (env, problems) => {
    const { code, stderr } = await start(env).ended;
    expect(code).toBe(2);
    for (const problem of problems) expect(stderr).toContain(problem);
    expect(stderr).not.toContain("    at ");
    expect(await readdir(dataDir)).toEqual([]);
  });

  it.each([
    ["with", "a-key-of-the-environment-of-40-letters"],
    ["without", ""],
  ])("when nothing can be written to DATA_DIR, %s a key in the environment", async (_with, key) => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    const { code, stderr } = await start({ DATA_DIR: join(file, "below"), ADMIN_API_KEY: key }).ended;
    expect(code).toBe(2);
    expect(stderr).toMatch(/^DATA_DIR is '.*file\/below', where nothing can be written \(ENOTDIR/m);
  });
});

describe("a start on a damaged embedded database", () => {
  it("says which folder it is and what can be done, and ends", async () => {
    const cluster = join(dataDir, "database", "cluster");
    await mkdir(join(cluster, "global"), { recursive: true });
    // As a full disk may leave it: finished once, and now with files of no content.
    await writeFile(join(cluster, "cluster-complete"), "");
    await writeFile(join(cluster, "PG_VERSION"), "17\n");
    await writeFile(join(cluster, "global", "pg_control"), Buffer.alloc(8192));
    const { code, stderr } = await start({ ADMIN_API_KEY: "a-key-of-the-environment-of-40-letters" }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`The embedded database on ${join(dataDir, "database")} does not start: `);
    expect(stderr).toContain("move it away to begin anew");
  });
});

describe("the administrator's key", () => {
  it("is shown when it is made, also when the start fails later", async () => {
    const port = await refusingServer("3D000", 'database "sbi" does not exist');
    const { code, stderr } = await start({ DATABASE_URL: `postgres://sbi@127.0.0.1:${port}/sbi` }).ended;
    expect(code).toBe(2);
    const key = (await readFile(join(dataDir, "admin-key"), "utf8")).trim();
    expect(stderr).toContain(key);
  });
});

describe("a signal during the start", () => {
  it("ends it at once, while it waits for a database that is not there", async () => {
    const platform = start({
      DATABASE_URL: `postgres://sbi@127.0.0.1:${await closedPort()}/sbi`,
      ADMIN_API_KEY: "a-key-of-the-environment-of-40-letters",
    });
    await platform.said("waiting for the database");
    platform.child.kill("SIGTERM");
    const { code, stdout } = await platform.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('"signal":"SIGTERM"');
    expect(stdout).toContain("stopped during the start");
  });
});
