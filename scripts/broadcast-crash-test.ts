import { runBroadcastRounds } from "../test/e2e/broadcast-rounds.ts";
import { runStory } from "./story.ts";

const HELP = `Kills the platform with SIGKILL at random moments of a broadcast, again and again, and then compares what it says
of every speaker with what the speakers themselves have on record.

Usage: npm run test:broadcast [-- --rounds N --speakers N --seed N]

  --rounds N     kills (default 20, about 20 s each)
  --speakers N   simulated speakers, one in ten with a dead amplifier (default 1000)
  --seed N       another series of moments (default: by the clock)

With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database.`;

await runStory(
  HELP,
  { rounds: "20", speakers: "1000", seed: String(Date.now() % 100_000) },
  async ({ dataDir, databaseUrl }, { rounds, speakers, seed }) => {
    console.log(`Seed ${seed}.`);
    const result = await runBroadcastRounds({
      platform: { dataDir, databaseUrl },
      rounds: rounds!,
      speakers: speakers!,
      seed: seed!,
      report: console.log,
    });
    console.table(result);
    const { unresolved, claimed, denied, playedTwice, playedLate } = result;
    return unresolved + claimed + denied + playedTwice + playedLate === 0 && result.sounded > 0;
  },
);
