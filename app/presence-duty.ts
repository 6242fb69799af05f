import type { Logger } from "../base/log.ts";
import { NextTurn, repeat, warnOfFailures } from "../base/periodic.ts";
import type { Duty } from "../cluster/duties.ts";
import { ALIVE_MS } from "../cluster/membership.ts";
import type { Pool } from "../store/database/index.ts";
import { disconnectLost } from "../store/devices/index.ts";

/** How often it looks for processes that are not heard. Milliseconds. */
const EVERY_MS = 3_000;

/** Devices in one statement: a process may have had a hundred thousand. */
const AT_ONCE = 2_000;

/** Marks the devices of processes as gone that were killed and stay away, or are paused. */
export function presenceDuty(pool: Pool, log: Logger): Duty {
  return {
    name: "presence",
    begin(mine) {
      const looking = repeat(
        async () => {
          if (!mine.isMine()) return undefined;
          const count = await disconnectLost(pool, ALIVE_MS, AT_ONCE);
          if (count > 0) log.warn({ devices: count }, "devices are gone with a process that is not heard");
          return count === AT_ONCE ? new NextTurn(0) : undefined;
        },
        EVERY_MS,
        { onFailure: warnOfFailures(log, "could not look for devices of lost processes; it is tried again") },
      );
      return () => looking.stop();
    },
  };
}
