import type { Logger } from "../base/log.ts";
import { repeat, warnOfFailures } from "../base/periodic.ts";
import type { Duty } from "../cluster/duties.ts";
import { startDocumentRetention } from "../store/broadcast/index.ts";
import { type KindTable, openPool, type Pool } from "../store/database/index.ts";
import { dropOldNews } from "../store/processes/index.ts";
import { type Retention, startRetention } from "../store/schema/index.ts";

/** How long news is kept for a process or a caller that was away. Milliseconds. */
const NEWS_MS = 24 * 3_600_000;
const NEWS_EVERY_MS = 60_000;

export interface RetentionDutyOptions {
  readonly pool: Pool;
  /** The database as the owner of the tables, who alone may drop chunks, where that is another role. */
  readonly ownerUrl: string | undefined;
  readonly tables: readonly KindTable[];
  readonly retention: Retention;
  /** Days that the document of an alert is kept if no broadcast made of it was released; 0: for ever. */
  readonly alertDays: number;
  readonly log: Logger;
}

/** Removes what is kept no longer. */
export function retentionDuty(options: RetentionDutyOptions): Duty {
  const { pool, ownerUrl, log } = options;
  return {
    name: "retention",
    begin() {
      const ownerPool =
        ownerUrl === undefined
          ? undefined
          : openPool({ url: ownerUrl, size: 1, applicationName: "sbi-owner" }, (error) =>
              log.warn({ err: error }, "an idle database connection broke"),
            );
      const dropping = startRetention(ownerPool ?? pool, options.tables, options.retention, { log });
      const documents = startDocumentRetention(pool, options.alertDays, { log });
      const news = repeat(() => dropOldNews(pool, NEWS_MS), NEWS_EVERY_MS, {
        atOnce: true,
        onFailure: warnOfFailures(log, "old news could not be dropped; the next turn tries again"),
      });
      return async () => {
        await Promise.all([dropping.stop(), documents.stop(), news.stop()]);
        await ownerPool?.end();
      };
    },
  };
}
