import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../bench/peer/local-program.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";
import { ProjectCopy } from "./recipes/project-copy.ts";
import { RECIPES } from "./recipes/steps.ts";

let copy: ProjectCopy;
const touched = new Map<string, string[]>();

beforeAll(async () => {
  copy = new ProjectCopy();
  for (const [name, follow] of Object.entries(RECIPES)) {
    copy.touched.clear();
    await follow(copy);
    touched.set(name, [...copy.touched]);
  }
});
afterAll(() => copy.remove());

/** @returns the first line of the answer */
async function ask(port: number, line: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${line}\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return answer.toString().trim();
}

const succeeds = async (command: string, ...args: string[]) => {
  const { code, output } = await copy.run(command, args);
  expect(code, output.slice(-4000)).toBe(0);
};

/** Types, tests and a start of the whole project: each takes minutes on a machine that is busy with other things. */
const PATIENT = { timeout: 300_000 };

describe("a copy of the project in which every recipe was followed", PATIENT, () => {
  it("keeps its types", () => succeeds("npx", "tsc", "--noEmit"));

  it("keeps its style, and what is generated", async () => {
    const code = [...touched.values()].flat().filter((file) => file.endsWith(".ts"));
    await succeeds("npx", "biome", "check", "--write", ...code);
    await succeeds("npm", "run", "check:generated");
  });

  it("keeps the house in order, and its tests hold for what is new", async () => {
    await copy.run("npx", ["vitest", "run", "test/api/openapi.test.ts"], { UPDATE_OPENAPI: "1" });
    await succeeds(
      "npx",
      "vitest",
      "run",
      "test/project/arrows.test.ts",
      "test/project/names.test.ts",
      "test/project/house.test.ts",
      "test/project/generated.test.ts",
      "test/devices/catalog.test.ts",
      "test/api/openapi.test.ts",
    );
  });

  it("starts, and has what was added", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "sbi-recipes-data-"));
    const linesPort = await freePort();
    const platform = await PlatformProcess.start({
      dataDir,
      checkout: copy.root,
      env: { GREETING: "zaoshang hao", SEED: "regions", LINES_PORT: String(linesPort) },
    });
    try {
      expect(await platform.api("/v1/kinds/rain-gauge")).toMatchObject({ kind: "rain-gauge" });
      const { villages } = await platform.api<{ villages: number }>("/v1/villages/count");
      expect(villages).toBeGreaterThan(1000);
      const { id, token } = await platform.register("roof-1", "rain-gauge");
      expect(await ask(linesPort, `${id} ${token} 12.4`)).toBe("ok");
      expect(await ask(linesPort, `${id} ${token} much`)).toBe("refused");
      expect(await ask(linesPort, `${id} guessed 12.5`)).toBe("unknown");
      expect(await platform.api(`/v1/devices/${id}/latest`)).toMatchObject({
        metrics: { rain: { value: 12.4 } },
      });
      const { items } = await platform.api<{ items: object[] }>(`/v1/rejections?device=${id}`);
      expect(items).toMatchObject([{ door: "lines", reason: "not_json", topic: "line" }]);
    } finally {
      await platform.end("SIGTERM");
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
