import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../devices/random.ts";
import type { Jt808Message } from "../../protocols/jt808/message.ts";
import {
  batchBody,
  Jt808Terminal,
  jt808Port,
  locationBody,
  registrationBody,
} from "../helpers/jt808-terminal.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";

/**
 * The crash story of terminals that speak JT/T 808: they log in by the code that they were given once, and report as fast as
 * they are answered; the platform is killed with SIGKILL at a random moment and starts again, and they send again what was not
 * answered with result 0. In the end the platform's own API must show all that was answered, each once.
 */
export interface TerminalCrashOptions {
  readonly platform: PlatformProcessOptions;
  readonly rounds: number;
  readonly terminals: number;
  readonly seed: number;
}

export interface TerminalCrashResult {
  readonly sent: number;
  readonly answered: number;
  /** Answered locations and alarms that the API does not show. Must be 0. */
  readonly lost: number;
  /** Answered values beyond their scale, and messages that say nothing, that are not on record. Must be 0. */
  readonly forgotten: number;
  /** Rows and events beyond one of each. Must be 0. */
  readonly storedTwice: number;
  /** Devices whose ledger does not add up, or does not say what the API shows. Must be 0. */
  readonly wrongLedgers: number;
  /** Locations that came again, and were recognised. */
  readonly duplicates: number;
}

/** Messages that are not answered yet. */
const WINDOW = 20;

/** What one message in so many is, instead of a location. */
const [BEYOND_EVERY, SOS_EVERY, UNKNOWN_EVERY, BATCH_EVERY, SPLIT_EVERY] = [20, 15, 17, 7, 11];

type Sort = "location" | "beyond" | "sos" | "unknown" | "batch" | "split";

/** Locations in a batch, which lie within its second. */
const IN_BATCH = 3;
/** Seconds from one message to the next. */
const STEP_S = 4;

const SOS = 1;

/** A terminal with a memory for what was not answered, and for its code. */
class CrashTerminal {
  readonly id: string;
  readonly answered = new Set<number>();
  private readonly phone: string;
  private readonly from: number;
  private code: string | undefined;
  private sequence = 0;
  private again: number[] = [];
  private underWay = 0;
  private terminal: Jt808Terminal | undefined;
  private isFresh = true;
  /** Parts of a message that are answered, by its sequence. */
  private readonly parts = new Map<number, Set<number>>();
  /** What each serial of this connection was; several serials for the parts of one. */
  private readonly bySerial = new Map<number, { readonly sequence: number; readonly part: number }>();

  constructor(no: number, from: number) {
    this.id = `crash-${no}`;
    this.phone = `138000${String(no).padStart(5, "0")}`;
    this.from = from;
  }

  get identity() {
    return { scheme: "sim", value: this.phone };
  }

  get sent(): number {
    return this.sequence;
  }

  get unanswered(): number {
    return this.sequence - this.answered.size;
  }

  observedAt(sequence: number, place = 0): number {
    return this.from + (sequence * STEP_S + place) * 1000;
  }

  sortOf(sequence: number): Sort {
    if (sequence % BEYOND_EVERY === 0) return "beyond";
    if (sequence % SOS_EVERY === 0) return "sos";
    if (sequence % UNKNOWN_EVERY === 0) return "unknown";
    if (sequence % SPLIT_EVERY === 0) return "split";
    return sequence % BATCH_EVERY === 0 ? "batch" : "location";
  }

  /** The moments of the locations in a message. */
  momentsOf(sequence: number): number[] {
    const sort = this.sortOf(sequence);
    if (sort === "unknown") return [];
    const count = sort === "batch" || sort === "split" ? IN_BATCH : 1;
    return Array.from({ length: count }, (_, place) => this.observedAt(sequence, place));
  }

  /** The mileage at a moment, in tenths of a kilometre. */
  mileageAt(moment: number): number {
    return (moment - this.from) / 1000 + 10;
  }

  /** @param fresh false: it sends nothing but what is still open */
  async connect(port: number, fresh: boolean): Promise<void> {
    this.again = Array.from({ length: this.sequence }, (_, i) => i).filter((i) => !this.answered.has(i));
    this.underWay = 0;
    this.isFresh = fresh;
    this.bySerial.clear();
    this.parts.clear();
    const early = await Jt808Terminal.connect(port, this.phone);
    // A code is for ever: it was given once, and holds after a restart.
    if (this.code === undefined) {
      const { result, code } = await early.register(registrationBody());
      if (result !== 0) throw new Error(`${this.id} was refused: ${result}`);
      this.code = code;
    }
    if ((await early.logIn(this.code)) !== 0) throw new Error(`${this.id} may not log in by its code`);
    early.onMessage = (message) => this.hear(message);
    this.terminal = early;
    this.fill();
  }

  disconnect(): void {
    this.terminal?.socket.destroy();
  }

  private hear({ id, body }: Jt808Message): void {
    if (id !== 0x8001) throw new Error(`${this.id} was told ${id}`);
    const found = this.bySerial.get(body.readUInt16BE(0));
    if (!found) throw new Error(`${this.id} was answered what it has not sent`);
    const { sequence, part } = found;
    const result = body[4];
    if (result !== (this.sortOf(sequence) === "unknown" ? 3 : 0))
      throw new Error(`${this.id}: ${this.sortOf(sequence)} was answered by ${result}`);
    if (this.sortOf(sequence) === "split") {
      const parts = this.parts.get(sequence) ?? new Set();
      this.parts.set(sequence, parts.add(part));
      if (parts.size < 2) return;
    }
    this.underWay--;
    this.answered.add(sequence);
    this.fill();
  }

  private fill(): void {
    while (this.underWay < WINDOW) {
      const next = this.again.shift() ?? (this.isFresh ? this.sequence++ : undefined);
      if (next === undefined) return;
      this.underWay++;
      this.send(next);
    }
  }

  private send(sequence: number): void {
    const terminal = this.terminal!;
    const sort = this.sortOf(sequence);
    const bodies = this.momentsOf(sequence).map((moment) =>
      locationBody(moment, {
        alarm: sort === "sos" ? SOS : 0,
        speed: sort === "beyond" ? 6000 : 100,
        extras: `0104${this.mileageAt(moment).toString(16).padStart(8, "0")}`,
      }),
    );
    const note = (part: number) => this.bySerial.set(terminal.serial, { sequence, part });
    note(0);
    if (sort === "unknown") terminal.send(0x0900, Buffer.from([0x83, sequence & 255]));
    else if (sort === "batch") terminal.send(0x0704, batchBody(bodies));
    else if (sort !== "split") terminal.send(0x0200, bodies[0]);
    else {
      const whole = batchBody(bodies);
      terminal.send(0x0704, whole.subarray(0, 50), { part: [2, 1] });
      note(1);
      terminal.send(0x0704, whole.subarray(50), { part: [2, 2] });
    }
  }
}

export async function runTerminalCrashRounds(options: TerminalCrashOptions): Promise<TerminalCrashResult> {
  const random = createRandom(options.seed);
  const start = (SEED: string) =>
    PlatformProcess.start({ ...options.platform, env: { ...options.platform.env, SEED, JT808_PORT: "0" } });
  let platform = await start("regions");
  const from = Math.floor(Date.now() / 1000) * 1000 - 20 * 3600 * 1000;
  const terminals = Array.from({ length: options.terminals }, (_, no) => new CrashTerminal(no, from));
  const connectAll = async (fresh: boolean) => {
    const port = await jt808Port(() => platform.log);
    for (const terminal of terminals) await terminal.connect(port, fresh);
  };
  try {
    for (const { id, identity } of terminals) {
      const body = { id, kind: "vehicle", regionCode: "520326", identities: [identity] };
      await platform.api("/v1/devices", { method: "POST", body });
    }
    for (let round = 1; round <= options.rounds; round++) {
      await connectAll(true);
      await sleep(random.between(50, 1500));
      await platform.end("SIGKILL");
      for (const terminal of terminals) terminal.disconnect();
      platform = await start("none");
    }
    await connectAll(false);
    const deadline = Date.now() + 60_000;
    while (terminals.some(({ unanswered }) => unanswered > 0)) {
      if (Date.now() > deadline) throw new Error("what was sent again was not answered within 60 s");
      await sleep(50);
    }
    return await audit(platform, terminals);
  } finally {
    for (const terminal of terminals) terminal.disconnect();
    await platform.end("SIGTERM");
  }
}

async function audit(
  platform: PlatformProcess,
  terminals: readonly CrashTerminal[],
): Promise<TerminalCrashResult> {
  const result = {
    ...{ sent: 0, answered: 0, lost: 0, forgotten: 0, storedTwice: 0, wrongLedgers: 0, duplicates: 0 },
  };
  for (const terminal of terminals) {
    const { id } = terminal;
    const since = "from=2015-01-01T00:00:00Z";
    const rows = await all<{ observedAt: string; metrics: { mileage: number } }>(
      platform,
      `/v1/devices/${id}/readings?metrics=mileage&order=asc&${since}`,
    );
    const told = await all<{ observedAt: string; type: string }>(
      platform,
      `/v1/events?device=${id}&${since}`,
    );
    const refused = await all<{ reason: string; items: number }>(platform, `/v1/rejections?device=${id}`);
    const readings = new Map(
      rows.map(({ observedAt, metrics }) => [Date.parse(observedAt), metrics.mileage]),
    );
    // An alarm of which the answer was lost comes again behind newer locations, and is one of the past then.
    const alarms = told.filter(({ type }) => type !== "terminal_report");
    const told808 = new Set(alarms.map(({ observedAt }) => Date.parse(observedAt)));
    const answered = [...terminal.answered];
    const of = (sort: Sort) => answered.filter((each) => terminal.sortOf(each) === sort);
    const refusals = (reason: string) =>
      refused.filter((each) => each.reason === reason).reduce((sum, { items }) => sum + items, 0);
    const ledger = await platform.api<
      Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>
    >(`/v1/devices/${id}/ledger`);
    result.sent += terminal.sent;
    result.answered += answered.length;
    const moments = answered.flatMap((each) => terminal.momentsOf(each));
    result.lost += moments.filter(
      (moment) => readings.get(moment) !== terminal.mileageAt(moment) / 10,
    ).length;
    result.lost += of("sos").filter((each) => !told808.has(terminal.observedAt(each))).length;
    result.forgotten += Math.max(0, of("beyond").length - refusals("off_scale"));
    result.forgotten += Math.max(0, of("unknown").length - refusals("bad_frame"));
    const names = new Set(alarms.map(({ observedAt, type }) => `${observedAt} ${type}`));
    result.storedTwice += rows.length - readings.size + alarms.length - names.size;
    result.duplicates += ledger.duplicate;
    const { received, stored, duplicate, rejected, pending } = ledger;
    const adds = received === stored + duplicate + rejected + pending && pending === 0;
    if (!adds || stored !== rows.length + told.length || received < answered.length) result.wrongLedgers++;
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
