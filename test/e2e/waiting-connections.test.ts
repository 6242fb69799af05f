import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createTestDatabase } from "../helpers/db.ts";
import { PlatformProcess } from "../helpers/platform-process.ts";

/** More than Node lets wait by itself, which is 511. */
const AT_ONCE = 800;

/** Nobody turns a connection away but the kernel, which does it once as many wait as it was told. */
const kernelAllows = async () =>
  Number(await readFile("/proc/sys/net/core/somaxconn", "utf8").catch(() => "128"));

it("a fleet, or a RabbitMQ cluster with its questions, may come back all at once, while the platform is busy", async (context) => {
  if ((await kernelAllows()) < AT_ONCE) return context.skip();
  const dataDir = await mkdtemp(join(tmpdir(), "sbi-waiting-"));
  const db = await createTestDatabase();
  const platform = await PlatformProcess.start({ dataDir, databaseUrl: db.url });
  onTestFinished(async () => {
    platform.signal("SIGCONT");
    await platform.end("SIGKILL");
    await db.drop();
    await rm(dataDir, { recursive: true, force: true });
  });
  platform.signal("SIGSTOP");
  for (const port of [platform.mqttPort, platform.httpPort]) {
    const sockets: Socket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const connected = Array.from(
      { length: AT_ONCE },
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect({ host: "127.0.0.1", port });
          sockets.push(socket);
          socket.once("connect", resolve).on("error", reject);
        }),
    );
    await Promise.all(connected);
    expect(sockets.filter(({ connecting }) => connecting)).toEqual([]);
  }
});
