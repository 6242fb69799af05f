import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const DEMO = fileURLToPath(new URL("../../demo.ts", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo, always on the embedded database, on free ports. */
function demo(args: readonly string[], dataDir: string): Promise<Ended> {
  const { DATABASE_URL: _unset, ADMIN_API_KEY: _made, ...inherited } = process.env;
  const free = { MQTT_PORT: "0", MQTT_WS_PORT: "0", HTTP_PORT: "0", HOST: "127.0.0.1" };
  const child = spawn(process.execPath, ["--import", "tsx", DEMO, ...args], {
    env: { ...inherited, ...free, DATA_DIR: dataDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

describe("the demo", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sbi-demo-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("shows a reading of each kind, and its fleet's ledger agrees with the platform's at the end", async () => {
    const past = ["--history-days", "2", "--history-share", "0.02"];
    const { code, stdout, stderr } = await demo([...past, "--duration", "1"], folder);
    expect(stderr).not.toContain("Error");
    for (const kind of ["gas-meter", "speaker", "camera", "lora-gateway"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${kind} +\\w`, "m"));
    }
    expect(stdout).toContain("The ledgers match.");
    expect(stdout).toContain("The demo has ended.");
    expect(code).toBe(0);
    // The whole past went out, so the next start will not send it again.
    expect(existsSync(join(folder, "demo-history-sent"))).toBe(true);
    const key = readFileSync(join(folder, "admin-key"), "utf8").trim();
    expect(stdout).toContain(key);
    expect(readFileSync(join(folder, "demo.log"), "utf8")).not.toContain(key);
  }, 180_000);

  it("refuses wrong options with a sentence each, before it starts anything", async () => {
    const { code, stdout, stderr } = await demo(["--speed-up", "fast", "--history-share", "2"], folder);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toBe(
      "--speed-up is 'fast', expected a number from 0.1 to 100000\n" +
        "--history-share is '2', expected a number from 0 to 1\n" +
        "See npm run demo -- --help\n",
    );
    expect(existsSync(join(folder, "admin-key"))).toBe(false);
  }, 30_000);
});
