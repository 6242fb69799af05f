import pg from "pg";
import type { Logger } from "../../base/log.ts";
import { NEWS_CHANNEL } from "./news.ts";

/** How long until a line that broke is opened again. Milliseconds. */
const AGAIN_MS = 2_000;

/**
 * Rings when the database says that there is news. It may fail to ring, so whoever waits looks from time to time as
 * well; it also rings when a line was opened, as a call may have been missed before.
 * @param ring is given the payload of a call
 * @param url a database on a server: the embedded one has one session and nobody to hear from
 */
export function startBell(
  url: string,
  ring: (payload?: string) => void,
  log: Logger,
  channel = NEWS_CHANNEL,
): { stop(): Promise<void> } {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const open = () => {
    const line = new pg.Client({ connectionString: url, application_name: "sbi-bell", keepAlive: true });
    client = line;
    let isOver = false;
    const over = (error?: Error) => {
      if (isOver) return;
      isOver = true;
      line.end().catch(() => {});
      if (stopped) return;
      log.debug({ err: error }, "the line on which the database tells of news broke; it is opened again");
      timer = setTimeout(open, AGAIN_MS).unref();
    };
    line.on("error", over);
    line.on("end", () => over());
    line.on("notification", ({ payload }) => ring(payload));
    line.connect().then(() => line.query(`listen ${channel}`).then(() => ring(), over), over);
  };
  open();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await client?.end().catch(() => {});
    },
  };
}
