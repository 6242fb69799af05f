import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { builtFile } from "../helpers/built.ts";

/** What a child prints that was started with a channel by a process that ends at once. @returns all of it, at its end */
function orphan(code: string): Promise<string> {
  const args = JSON.stringify(["--input-type=module", "-e", code]);
  const start = `child_process.spawn(process.execPath, ${args}, { detached: true, stdio: ["ignore", "inherit", "inherit", "ipc"] });
    process.kill(process.pid, "SIGKILL")`;
  const parent = spawn(process.execPath, ["-e", start], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [parent.stdout, parent.stderr]) stream.on("data", (text) => (said += text));
  return new Promise((resolve) => parent.once("close", () => resolve(said)));
}

const ask = `import { onParentGone } from ${JSON.stringify(pathToFileURL(builtFile("base/parent")).href)};
  const tell = () => console.log("gone", process.connected);`;

it("a process whose parent is gone is told so, also where that was before it asked", async () => {
  expect(await orphan(`${ask} onParentGone(tell);`)).toBe("gone false\n");
  const late = `process.once("disconnect", () => setImmediate(() => onParentGone(tell)));`;
  expect(await orphan(`${ask} if (process.connected) { ${late} } else onParentGone(tell);`)).toBe(
    "gone false\n",
  );
});
