import { digitsOf } from "./answers.ts";

/** Requests of one station that may still be answered: more of them end only its own. */
const MOST = 64;

/** For so long an answer to a request is expected. History may take its time. Milliseconds. */
const LASTING_MS = 60 * 60 * 1000;

interface Open {
  readonly commandId: string | undefined;
  readonly until: number;
}

/** Requests on their way to stations, by the station and the time stamp that its answers echo. */
export class OpenRequests {
  private readonly stations = new Map<number, { lastAt: number; readonly open: Map<string, Open> }>();

  /**
   * Names a request by the moment, or by the next millisecond that no request to this station has.
   * @param commandId undefined for one that nobody waits for
   */
  add(deviceNo: number, commandId: string | undefined, now: number): string {
    const station = this.stations.get(deviceNo) ?? { lastAt: 0, open: new Map<string, Open>() };
    this.stations.set(deviceNo, station);
    const { open } = station;
    station.lastAt = Math.max(now, station.lastAt + 1);
    const qn = digitsOf(station.lastAt, 17);
    // A station that asks for the time again and again must not push out what others wait for.
    if (commandId === undefined)
      for (const [key, other] of open) if (other.commandId === undefined) open.delete(key);
    open.set(qn, { commandId, until: now + LASTING_MS });
    for (const [key, { until }] of open) {
      if (until > now && open.size <= MOST) break;
      open.delete(key);
    }
    return qn;
  }

  /** The request that an answer belongs to; undefined for one that is not known (any more). */
  find(deviceNo: number, qn: string, now: number): Pick<Open, "commandId"> | undefined {
    const found = this.stations.get(deviceNo)?.open.get(qn);
    return found && found.until > now ? found : undefined;
  }

  /** Forgets a request whose last answer has come. */
  end(deviceNo: number, qn: string): void {
    this.stations.get(deviceNo)?.open.delete(qn);
  }
}
