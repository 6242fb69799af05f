import { runBroadcastRounds } from "../test/e2e/broadcast-rounds.ts";
import { runStory, storyNumber, storySeed } from "./story.ts";

const COMMAND = {
  name: "npm run test:broadcast",
  about: `Kills the platform with SIGKILL at random moments of a broadcast, again and again, and then compares its record
of every speaker with the speakers' own records.`,
  input: {
    rounds: storyNumber(20, "kills, about 20 s each"),
    speakers: storyNumber(1000, "simulated speakers, one in ten with a dead amplifier"),
    seed: storySeed("another series of moments"),
  },
  more: `With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database.`,
};

await runStory(COMMAND, async ({ dataDir, databaseUrl }, { rounds, speakers, seed }) => {
  console.log(`Seed ${seed}.`);
  const result = await runBroadcastRounds({
    platform: { dataDir, databaseUrl },
    rounds,
    speakers,
    seed,
    report: console.log,
  });
  console.table(result);
  const { unresolved, claimed, denied, playedTwice, playedLate } = result;
  return unresolved + claimed + denied + playedTwice + playedLate === 0 && result.sounded > 0;
});
