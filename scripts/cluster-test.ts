import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { lackOf } from "../test/e2e/chaos-engine.ts";
import { runChaosStory } from "../test/e2e/chaos-story.ts";
import { runStory, storyNumber, storySeed } from "./story.ts";

const COMMAND = {
  name: "npm run test:cluster",
  about: `Three processes of one platform behind an engine. While devices publish, streams listen and broadcasts play, every few
seconds a process or a node of the engine is killed or paused, and some stay away. Then everything that was promised is
compared with what is there.`,
  input: {
    engine: z
      .enum(["rabbitmq", "mosquitto", "doors"])
      .default("rabbitmq")
      .meta({ value: "NAME", description: "rabbitmq (default), mosquitto, or doors: the processes' own" }),
    nodes: storyNumber(1, "nodes of RabbitMQ, 1 or 3"),
    minutes: storyNumber(2, "how long devices publish"),
    devices: storyNumber(1_000, "devices, each with a connection of its own"),
    rate: storyNumber(300, "messages a second, of all devices together"),
    speakers: storyNumber(100, "speakers that a broadcast reaches"),
    every: storyNumber(20, "seconds from one blow to the next"),
    seed: storySeed("what everything is drawn from"),
  },
  more: "It needs DATABASE_URL, where it makes a database of its own, and RabbitMQ 4 (scripts/ci/rabbitmq.sh) or Mosquitto.",
};

/** What is left at the end waits for a paused process, a queue, or a broadcast that expires. */
const PATIENCE_MS = 300_000;

/** Another process takes over within 20 s, and says within 5 s that it sends; the rest is for lines that come back. */
const STOPS_WITHIN_MS = 30_000;

/** Readings of a device are seconds apart, and news of its alarm takes one at most. */
const LATE_READINGS = 2;

// Whatever the story has started ends with this process; its database stays.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

await runStory(COMMAND, async ({ databaseUrl }, { minutes, every, ...options }) => {
  const missing = databaseUrl === undefined ? "DATABASE_URL" : lackOf(options.engine);
  if (databaseUrl === undefined || missing !== undefined) {
    console.log(`There is no ${missing} here. ${COMMAND.more}`);
    return false;
  }
  const { findings, logs } = await runChaosStory({
    ...options,
    databaseUrl,
    seconds: minutes * 60,
    everySeconds: every,
    lateReadings: LATE_READINGS,
    stopsWithinMs: STOPS_WITHIN_MS,
    patienceMs: PATIENCE_MS,
    report: console.log,
  });
  for (const { promise, passed, numbers } of findings)
    console.log(`${passed ? "PASS" : "FAIL"}  ${promise}\n      ${numbers}`);
  const passed = findings.every((each) => each.passed);
  if (!passed) {
    const folder = await mkdtemp(join(tmpdir(), "sbi-cluster-test-"));
    await writeFile(join(folder, "processes.log"), logs.join("\n"));
    console.log(`What the processes wrote last: ${folder}`);
  }
  return passed;
});
