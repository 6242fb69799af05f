import { runFuzz } from "../test/e2e/fuzz-story.ts";
import { PlatformProcess } from "../test/helpers/platform-process.ts";
import { runStory } from "./story.ts";

const HELP = `Publishes random mutations of valid messages: each must be acknowledged and end as stored, duplicate or rejected
with a reason, and the platform must live.

Usage: npm run test:fuzz [-- --mutations N --seed N]

  --mutations N   messages (default 100000)
  --seed N        another series (default: by the clock)

With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database.`;

await runStory(
  HELP,
  { mutations: "100000", seed: String(Date.now() % 100_000) },
  async ({ dataDir, databaseUrl }, { mutations, seed }) => {
    console.log(`Seed ${seed}.`);
    const platform = await PlatformProcess.start({ dataDir, databaseUrl, env: { SEED: "regions" } });
    try {
      const result = await runFuzz({ platform, mutations: mutations!, seed: seed!, report: console.log });
      const { reasons, ...counts } = result;
      console.table(counts);
      console.table(reasons);
      const {
        published,
        acknowledged,
        expectedItems,
        received,
        stored,
        duplicate,
        rejected,
        pending,
        closed,
      } = result;
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
  },
);
