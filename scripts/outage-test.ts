import { type OutageOptions, runOutage } from "../test/e2e/outage-story.ts";
import { StallProxy } from "../test/helpers/stall-proxy.ts";
import { runStory, type Stage, storyNumber } from "./story.ts";

const COMMAND = {
  name: "npm run test:outage",
  about: `Takes the database away under load, and gives it back: nothing may be acknowledged meanwhile, memory must stay
bounded, and work must go on without a restart.`,
  input: {
    seconds: storyNumber(60, "seconds that the database is away"),
    devices: storyNumber(50, "devices that publish at full speed"),
  },
  more: `With DATABASE_URL the server hangs for the first half and refuses for the second, by a proxy; otherwise the
embedded database's process is stopped with SIGSTOP.`,
};

/** If memory grows by more than this, it counts as not bounded. */
const MAX_GROWTH = 128 * 1024 * 1024;

async function play(
  { dataDir }: Stage,
  how: string,
  options: Pick<OutageOptions, "devices" | "outageMs" | "away" | "back"> & { databaseUrl?: string },
): Promise<boolean> {
  console.log(`Taken away by: ${how}`);
  const { databaseUrl, ...rest } = options;
  const result = await runOutage({ platform: { dataDir, databaseUrl }, report: console.log, ...rest });
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  console.table({
    ...result,
    resumedAfterMs: Math.round(result.resumedAfterMs),
    residentBefore: megabytes(result.residentBefore),
    residentPeak: megabytes(result.residentPeak),
  });
  return (
    result.acknowledgedDuring === 0 &&
    result.acknowledgedAfter > 0 &&
    result.lost === 0 &&
    result.closed === 0 &&
    result.ledgersAddUp &&
    result.sameProcess &&
    result.residentPeak - result.residentBefore < MAX_GROWTH
  );
}

await runStory(COMMAND, async (stage, { seconds, devices }) => {
  const common = { devices, outageMs: seconds * 1000 };
  if (stage.databaseUrl === undefined) {
    return play(stage, "SIGSTOP of the embedded database", {
      ...common,
      away: (platform) => process.kill(platform.databasePid, "SIGSTOP"),
      back: (platform) => process.kill(platform.databasePid, "SIGCONT"),
    });
  }
  const proxy = await StallProxy.start(stage.databaseUrl);
  try {
    return await play(stage, "a server that hangs, then one that refuses", {
      ...common,
      databaseUrl: proxy.url,
      away: () => {
        proxy.stall();
        setTimeout(() => proxy.refuse(), common.outageMs / 2);
      },
      back: () => proxy.resume(),
    });
  } finally {
    await proxy.close();
  }
});
