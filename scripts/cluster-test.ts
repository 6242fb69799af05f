import { runClusterStory } from "../test/e2e/cluster-story.ts";
import { findRabbitmq } from "../test/helpers/rabbitmq-node.ts";
import { runStory, storyNumber } from "./story.ts";

const COMMAND = {
  name: "npm run test:cluster",
  about: `Starts a RabbitMQ node and three processes of one platform behind it. While devices publish, one process is killed and stays
away, and another is paused for good. Then it compares what was acknowledged with what the API shows.`,
  input: {
    messages: storyNumber(30_000, "messages in all"),
    devices: storyNumber(20, "connections over which they come"),
  },
  more: "It needs DATABASE_URL, where it makes a database of its own, and RabbitMQ 4 (scripts/ci/rabbitmq.sh).",
};

/** A paused process has its partitions until RabbitMQ misses its heartbeat. */
const PATIENCE_MS = 300_000;

await runStory(COMMAND, async ({ databaseUrl }, { messages, devices }) => {
  const rabbitmq = findRabbitmq();
  if (databaseUrl === undefined || rabbitmq === undefined) {
    console.log(
      `There is no ${rabbitmq === undefined ? "RabbitMQ 4" : "DATABASE_URL"} here. ${COMMAND.more}`,
    );
    return false;
  }
  const result = await runClusterStory({
    databaseUrl,
    rabbitmq,
    messages,
    devices,
    second: "SIGSTOP",
    patienceMs: PATIENCE_MS,
    report: console.log,
  });
  console.table(result);
  return result.lost + result.wrongLedgers === 0 && result.acknowledged >= messages;
});
