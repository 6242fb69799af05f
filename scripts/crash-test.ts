import { runCrashRounds } from "../test/e2e/crash-rounds.ts";
import { runStory } from "./story.ts";

const HELP = `Kills the platform with SIGKILL at random moments under load, again and again, and then compares what devices
got acknowledged with what the API shows.

Usage: npm run test:crash [-- --rounds N --devices N --seed N]

  --rounds N    kills (default 50, about 4 s each)
  --devices N   devices that publish at full speed (default 20)
  --seed N      another series of moments (default: by the clock)

With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database, whose
process is killed as well every third time.`;

await runStory(
  HELP,
  { rounds: "50", devices: "20", seed: String(Date.now() % 100_000) },
  async ({ dataDir, databaseUrl }, { rounds, devices, seed }) => {
    console.log(`Seed ${seed}.`);
    const result = await runCrashRounds({
      platform: { dataDir, databaseUrl },
      rounds: rounds!,
      devices: devices!,
      seed: seed!,
      report: console.log,
    });
    console.table(result);
    const { lost, forgotten, storedTwice, wrongLedgers } = result;
    return lost + forgotten + storedTwice + wrongLedgers === 0 && result.acknowledged > 0;
  },
);
