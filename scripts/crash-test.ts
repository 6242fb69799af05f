import { runCrashRounds } from "../test/e2e/crash-rounds.ts";
import { runStory, storyNumber, storySeed } from "./story.ts";

const COMMAND = {
  name: "npm run test:crash",
  about: `Kills the platform with SIGKILL at random moments under load, again and again, and then compares the readings
that the platform acknowledged with those that the API shows.`,
  input: {
    rounds: storyNumber(50, "kills, about 4 s each"),
    devices: storyNumber(20, "devices that publish at full speed"),
    seed: storySeed("another series of moments"),
  },
  more: `With DATABASE_URL it runs on that server, in a database of its own; otherwise on the embedded database, whose
process is killed as well every third time.`,
};

await runStory(COMMAND, async ({ dataDir, databaseUrl }, { rounds, devices, seed }) => {
  console.log(`Seed ${seed}.`);
  const result = await runCrashRounds({
    platform: { dataDir, databaseUrl },
    rounds,
    devices,
    seed,
    report: console.log,
  });
  console.table(result);
  const { lost, forgotten, storedTwice, wrongLedgers } = result;
  return lost + forgotten + storedTwice + wrongLedgers === 0 && result.acknowledged > 0;
});
