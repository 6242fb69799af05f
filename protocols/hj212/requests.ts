import { digitsOf } from "./answers.ts";

/** Requests that may still be answered, of all stations together. */
const MOST = 10_000;

/** For so long an answer to a request is expected. History may take its time. Milliseconds. */
const LASTING_MS = 60 * 60 * 1000;

interface Open {
  readonly commandId: string | undefined;
  readonly until: number;
}

/** Requests on their way to stations, by the station and the time stamp that its answers echo. */
export class OpenRequests {
  private readonly open = new Map<string, Open>();
  private lastAt = 0;

  /**
   * Names a request by the moment, or by the next millisecond that no request has.
   * @param commandId undefined for one that nobody waits for
   */
  add(deviceNo: number, commandId: string | undefined, now: number): string {
    this.lastAt = Math.max(now, this.lastAt + 1);
    const qn = digitsOf(this.lastAt, 17);
    this.open.set(keyOf(deviceNo, qn), { commandId, until: now + LASTING_MS });
    for (const [key, { until }] of this.open) {
      if (until > now && this.open.size <= MOST) break;
      this.open.delete(key);
    }
    return qn;
  }

  /** The request that an answer belongs to; undefined for one that is not known (any more). */
  find(deviceNo: number, qn: string, now: number): Pick<Open, "commandId"> | undefined {
    const found = this.open.get(keyOf(deviceNo, qn));
    return found && found.until > now ? found : undefined;
  }

  /** Forgets a request whose last answer has come. */
  end(deviceNo: number, qn: string): void {
    this.open.delete(keyOf(deviceNo, qn));
  }
}

const keyOf = (deviceNo: number, qn: string) => `${deviceNo} ${qn}`;
