import { runFuzz } from "../test/e2e/fuzz-story.ts";
import { PlatformProcess } from "../test/helpers/platform-process.ts";
import { runStory, storyNumber, storySeed } from "./story.ts";

const COMMAND = {
  name: "npm run test:fuzz",
  about: `Publishes random mutations of valid messages: each must be acknowledged and end as stored, duplicate or rejected
with a reason, and the platform must live.`,
  input: {
    mutations: storyNumber(100000, "messages"),
    seed: storySeed("another series"),
  },
  more: `With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database.`,
};

await runStory(COMMAND, async ({ dataDir, databaseUrl }, { mutations, seed }) => {
  console.log(`Seed ${seed}.`);
  const platform = await PlatformProcess.start({ dataDir, databaseUrl, env: { SEED: "regions" } });
  try {
    const result = await runFuzz({ platform, mutations, seed, report: console.log });
    const { reasons, ...counts } = result;
    console.table(counts);
    console.table(reasons);
    const { published, acknowledged, expectedItems, received, stored, duplicate, rejected, pending, closed } =
      result;
    const byReason = Object.values(reasons).reduce((a, b) => a + b, 0);
    return (
      platform.running &&
      published === acknowledged &&
      received === expectedItems &&
      received === stored + duplicate + rejected &&
      rejected === byReason &&
      pending === 0 &&
      closed === 0
    );
  } finally {
    await platform.end("SIGTERM");
  }
});
