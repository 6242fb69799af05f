import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../devices/random.ts";
import { Hj212Station, hj212Port } from "../helpers/hj212-station.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";

/**
 * The crash story of stations that speak HJ 212: they report as fast as they are answered, the platform is killed with
 * SIGKILL at a random moment and starts again, and they send again what was not answered with 9014. In the end the
 * platform's own API must show all that was answered, each once.
 */
export interface StationCrashOptions {
  readonly platform: PlatformProcessOptions;
  readonly rounds: number;
  readonly stations: number;
  readonly seed: number;
}

export interface StationCrashResult {
  readonly sent: number;
  readonly answered: number;
  /** Answered reports that the API does not show. Must be 0. */
  readonly lost: number;
  /** Answered values beyond their scale, and packets that say nothing, that are not on record. Must be 0. */
  readonly forgotten: number;
  /** Rows and events beyond one a report. Must be 0. */
  readonly storedTwice: number;
  /** Devices whose ledger does not add up, or does not say what the API shows. Must be 0. */
  readonly wrongLedgers: number;
  /** Reports that came again, and were recognised. */
  readonly duplicates: number;
}

/** Reports that are not answered yet. */
const WINDOW = 20;

/** What one report in so many is, instead of a measurement. */
const [BEYOND_EVERY, EVENT_EVERY, EMPTY_EVERY] = [20, 15, 17];

type Sort = "reading" | "beyond" | "event" | "empty";

/** A station with a memory for what was not answered. */
class CrashStation {
  readonly id: string;
  readonly answered = new Set<number>();
  private readonly mn: string;
  private readonly from: number;
  private sequence = 0;
  private again: number[] = [];
  private underWay = 0;
  private station: Hj212Station | undefined;
  private isFresh = true;

  constructor(no: number, from: number) {
    this.id = `crash-${no}`;
    this.mn = `CRASH${no}`;
    this.from = from;
  }

  get identity() {
    return { scheme: "mn", value: this.mn };
  }

  get sent(): number {
    return this.sequence;
  }

  get unanswered(): number {
    return this.sequence - this.answered.size;
  }

  observedAt(sequence: number): number {
    return this.from + sequence * 1000;
  }

  sortOf(sequence: number): Sort {
    if (sequence % BEYOND_EVERY === 0) return "beyond";
    if (sequence % EVENT_EVERY === 0) return "event";
    return sequence % EMPTY_EVERY === 0 ? "empty" : "reading";
  }

  /** @param fresh false: it sends nothing but what is still open */
  async connect(port: number, fresh: boolean): Promise<void> {
    this.again = Array.from({ length: this.sequence }, (_, i) => i).filter((i) => !this.answered.has(i));
    this.underWay = 0;
    this.isFresh = fresh;
    this.station = await Hj212Station.connect(port, { onPacket: (packet) => this.hear(packet) });
    this.fill();
  }

  disconnect(): void {
    this.station?.socket.destroy();
  }

  private hear(packet: string): void {
    const found = /QN=(\d{17});ST=91;CN=9014/.exec(packet);
    if (!found) throw new Error(`${this.id} was told ${packet}`);
    this.underWay--;
    this.answered.add(this.sequenceAt(found[1]!));
    this.fill();
  }

  private fill(): void {
    while (this.underWay < WINDOW) {
      const next = this.again.shift() ?? (this.isFresh ? this.sequence++ : undefined);
      if (next === undefined) return;
      this.underWay++;
      this.station!.send(this.segment(next));
    }
  }

  private digits(sequence: number): string {
    return new Date(this.observedAt(sequence) + 8 * 3_600_000)
      .toISOString()
      .replaceAll(/\D/g, "")
      .slice(0, 17);
  }

  private sequenceAt(qn: string): number {
    const [, year, month, day, hour, minute, second] = /^(....)(..)(..)(..)(..)(..)/.exec(qn)!.map(Number);
    const at = Date.UTC(year!, month! - 1, day, hour, minute, second) - 8 * 3_600_000;
    return (at - this.from) / 1000;
  }

  private segment(sequence: number): string {
    const qn = this.digits(sequence);
    const sort = this.sortOf(sequence);
    const head = `QN=${qn};ST=32;CN=${sort === "event" ? "3020" : "2011"};PW=123456;MN=${this.mn};Flag=5`;
    const time = `DataTime=${qn.slice(0, 14)}`;
    const ph = sort === "beyond" ? 15 : 7;
    const value = `w01018-Rtd=${sequence / 10},w01018-Flag=N;w01001-Rtd=${ph},w01001-Flag=N`;
    const content = sort === "event" ? `i11001-Info=${sequence}` : sort === "empty" ? "w99999-Rtd=1" : value;
    return `${head};CP=&&${time};${content}&&`;
  }
}

export async function runStationCrashRounds(options: StationCrashOptions): Promise<StationCrashResult> {
  const random = createRandom(options.seed);
  const start = (SEED: string) =>
    PlatformProcess.start({ ...options.platform, env: { ...options.platform.env, SEED, HJ212_PORT: "0" } });
  let platform = await start("regions");
  const from = Math.floor(Date.now() / 1000) * 1000 - 20 * 3600 * 1000;
  const stations = Array.from({ length: options.stations }, (_, no) => new CrashStation(no, from));
  try {
    for (const { id, identity } of stations) {
      const body = { id, kind: "water-quality-station", regionCode: "520326", identities: [identity] };
      await platform.api("/v1/devices", { method: "POST", body });
    }
    for (let round = 1; round <= options.rounds; round++) {
      const port = await hj212Port(() => platform.log);
      for (const station of stations) await station.connect(port, true);
      await sleep(random.between(50, 1500));
      await platform.end("SIGKILL");
      for (const station of stations) station.disconnect();
      platform = await start("none");
    }
    const port = await hj212Port(() => platform.log);
    for (const station of stations) await station.connect(port, false);
    const deadline = Date.now() + 60_000;
    while (stations.some(({ unanswered }) => unanswered > 0)) {
      if (Date.now() > deadline) throw new Error("what was sent again was not answered within 60 s");
      await sleep(50);
    }
    return await audit(platform, stations);
  } finally {
    for (const station of stations) station.disconnect();
    await platform.end("SIGTERM");
  }
}

async function audit(
  platform: PlatformProcess,
  stations: readonly CrashStation[],
): Promise<StationCrashResult> {
  const result = {
    sent: 0,
    answered: 0,
    lost: 0,
    forgotten: 0,
    storedTwice: 0,
    wrongLedgers: 0,
    duplicates: 0,
  };
  for (const station of stations) {
    const { id } = station;
    const since = "from=2015-01-01T00:00:00Z";
    const rows = await all<{ observedAt: string; metrics: { cod: number } }>(
      platform,
      `/v1/devices/${id}/readings?metrics=cod&order=asc&${since}`,
    );
    const events = await all<{ observedAt: string }>(platform, `/v1/events?device=${id}&${since}`);
    const refused = await all<{ reason: string; items: number }>(platform, `/v1/rejections?device=${id}`);
    const readings = new Map(rows.map(({ observedAt, metrics: { cod } }) => [Date.parse(observedAt), cod]));
    const told = new Set(events.map(({ observedAt }) => Date.parse(observedAt)));
    const answered = [...station.answered];
    const of = (...sorts: Sort[]) => answered.filter((each) => sorts.includes(station.sortOf(each)));
    const refusals = (reason: string) =>
      refused.filter((each) => each.reason === reason).reduce((sum, { items }) => sum + items, 0);
    const ledger = await platform.api<
      Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>
    >(`/v1/devices/${id}/ledger`);
    result.sent += station.sent;
    result.answered += answered.length;
    result.lost += of("reading", "beyond").filter(
      (each) => readings.get(station.observedAt(each)) !== each / 10,
    ).length;
    result.lost += of("event").filter((each) => !told.has(station.observedAt(each))).length;
    result.forgotten += Math.max(0, of("beyond").length - refusals("off_scale"));
    result.forgotten += Math.max(0, of("empty").length - refusals("no_quantity"));
    result.storedTwice += rows.length - readings.size + events.length - told.size;
    result.duplicates += ledger.duplicate;
    const { received, stored, duplicate, rejected, pending } = ledger;
    const adds = received === stored + duplicate + rejected + pending && pending === 0;
    if (!adds || stored !== rows.length + events.length || received < answered.length) result.wrongLedgers++;
  }
  return result;
}

async function all<T>(platform: PlatformProcess, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: T[]; nextCursor: string | null } = await platform.api(`${path}&limit=1000${next}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return items;
}
