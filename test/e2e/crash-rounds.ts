import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "../../bench/load/publisher.ts";
import { createRandom } from "../../devices/random.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";

/**
 * The crash story: devices publish as fast as they can, the platform is killed with SIGKILL at a random moment,
 * starts again, and the devices send again what was not acknowledged. In the end the platform's own API must
 * show every acknowledged reading, each once, and ledgers that add up.
 */
export interface CrashOptions {
  readonly platform: PlatformProcessOptions;
  readonly rounds: number;
  readonly devices: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

export interface CrashResult {
  readonly rounds: number;
  readonly published: number;
  readonly acknowledged: number;
  /** Acknowledged readings that the API does not show. Must be 0. */
  readonly lost: number;
  /** Acknowledged values out of range that are not on record as rejected. Must be 0. */
  readonly forgotten: number;
  /** Rows beyond one per reading. Must be 0. */
  readonly storedTwice: number;
  /** Devices whose ledger does not add up, or does not say what the table says. Must be 0. */
  readonly wrongLedgers: number;
  /** Redeliveries that the platform recognised. */
  readonly duplicates: number;
}

/** A value of one reading in twenty is out of range, so that rejections are under load too. */
const BAD_EVERY = 20;

/** A device that keeps what was not acknowledged, like a real one with a little memory. */
class CrashDevice {
  readonly id: string;
  private readonly token: string;
  private readonly from: number;
  private sequence = 0;
  /** Sequence numbers to send again, oldest first. */
  private again: number[] = [];
  private readonly underWay = new Map<number, number>();
  readonly acknowledged = new Set<number>();
  private publisher: Publisher | undefined;
  private stopped = false;

  constructor(id: string, token: string, from: number) {
    this.id = id;
    this.token = token;
    this.from = from;
  }

  get published(): number {
    return this.sequence;
  }

  get unacknowledged(): number {
    return this.sequence - this.acknowledged.size;
  }

  observedAt(sequence: number): number {
    return this.from + sequence * 1000;
  }

  isBad(sequence: number): boolean {
    return sequence % BAD_EVERY === 0;
  }

  async connect(port: number, fresh: boolean): Promise<void> {
    this.again = Array.from({ length: this.sequence }, (_, i) => i).filter((i) => !this.acknowledged.has(i));
    this.underWay.clear();
    this.stopped = false;
    // frame() takes the packet id right after next() gave the payload, so the id is known one call later.
    let pending: number | undefined;
    const publisher: Publisher = await Publisher.connect({
      host: "127.0.0.1",
      port,
      username: this.id,
      password: this.token,
      topic: `v1/devices/${this.id}/telemetry`,
      qos: 1,
      window: 50,
      next: () => {
        if (this.stopped) return undefined;
        const sequence = this.again.shift() ?? (fresh ? this.sequence++ : undefined);
        pending = sequence;
        return sequence === undefined ? undefined : this.payload(sequence);
      },
      sent: (packetId) => this.underWay.set(packetId, pending!),
      acknowledged: (_latency, packetId) => {
        this.acknowledged.add(this.underWay.get(packetId)!);
        this.underWay.delete(packetId);
      },
      closed: () => {},
    });
    this.publisher = publisher;
    publisher.fill();
  }

  disconnect(): void {
    this.stopped = true;
    this.publisher?.destroy();
  }

  private payload(sequence: number): string {
    const flow = this.isBad(sequence) ? 999 : (sequence % 90) / 10;
    return JSON.stringify({ observedAt: this.observedAt(sequence), volume: sequence / 100, flow });
  }
}

export async function runCrashRounds(options: CrashOptions): Promise<CrashResult> {
  const { rounds, report = () => {} } = options;
  const random = createRandom(options.seed);
  const start = (seed: string) =>
    PlatformProcess.start({ ...options.platform, env: { ...options.platform.env, SEED: seed } });
  let platform = await start("regions");
  const from = Date.now() - 20 * 24 * 3600 * 1000;
  const devices: CrashDevice[] = [];
  try {
    for (let i = 0; i < options.devices; i++) {
      const { id, token } = await platform.register(`crash-${i}`);
      devices.push(new CrashDevice(id, token, from));
    }
    for (let round = 1; round <= rounds; round++) {
      for (const device of devices) await device.connect(platform.mqttPort, true);
      await sleep(random.between(50, 1500));
      // The embedded database is a process of its own: every third time it dies in the same moment.
      if (options.platform.databaseUrl === undefined && random.chance(1 / 3)) {
        process.kill(platform.databasePid, "SIGKILL");
      }
      await platform.end("SIGKILL");
      for (const device of devices) device.disconnect();
      const acknowledged = devices.reduce((sum, device) => sum + device.acknowledged.size, 0);
      report(`round ${round}/${rounds}: killed after ${acknowledged} acknowledgements`);
      platform = await start("none");
    }
    // The devices' last connection: only what is still open.
    for (const device of devices) await device.connect(platform.mqttPort, false);
    const deadline = Date.now() + 60_000;
    while (devices.some((device) => device.unacknowledged > 0)) {
      if (Date.now() > deadline) throw new Error("redeliveries were not acknowledged within 60 s");
      await sleep(50);
    }
    for (const device of devices) device.disconnect();
    return await audit(platform, devices, rounds);
  } finally {
    for (const device of devices) device.disconnect();
    await platform.end("SIGTERM");
  }
}

async function audit(
  platform: PlatformProcess,
  devices: CrashDevice[],
  rounds: number,
): Promise<CrashResult> {
  const result = {
    rounds,
    published: 0,
    acknowledged: 0,
    lost: 0,
    forgotten: 0,
    storedTwice: 0,
    wrongLedgers: 0,
    duplicates: 0,
  };
  for (const device of devices) {
    const times = await readTimes(platform, device.id);
    const shown = new Set(times);
    const ledger = await platform.api<
      Record<"received" | "stored" | "duplicate" | "rejected" | "pending", number>
    >(`/v1/devices/${device.id}/ledger`);
    const acknowledged = [...device.acknowledged];
    const bad = acknowledged.filter((sequence) => device.isBad(sequence));
    result.published += device.published;
    result.acknowledged += acknowledged.length;
    // Of a bad one the volume is kept.
    result.lost += acknowledged.filter((sequence) => !shown.has(device.observedAt(sequence))).length;
    result.forgotten += Math.max(0, bad.length - (await countRefused(platform, device.id)));
    result.storedTwice += times.length - shown.size;
    result.duplicates += ledger.duplicate;
    const { received, stored, duplicate, rejected, pending } = ledger;
    const adds = received === stored + duplicate + rejected + pending && pending === 0 && duplicate >= 0;
    if (!adds || stored !== times.length || received < acknowledged.length) result.wrongLedgers++;
  }
  return result;
}

async function readTimes(platform: PlatformProcess, id: string): Promise<number[]> {
  const times: number[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: { observedAt: string }[]; nextCursor: string | null } = await platform.api(
      `/v1/devices/${id}/readings?metrics=volume&order=asc&limit=1000&from=2015-01-01T00:00:00Z${query}`,
    );
    times.push(...page.items.map((item) => Date.parse(item.observedAt)));
    cursor = page.nextCursor;
  } while (cursor);
  return times;
}

/** How many values out of range are on record. */
async function countRefused(platform: PlatformProcess, id: string): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: { items: { items: number }[]; nextCursor: string | null } = await platform.api(
      `/v1/rejections?device=${id}&reason=off_scale&partial=true&limit=1000${query}`,
    );
    for (const { items } of page.items) count += items;
    cursor = page.nextCursor;
  } while (cursor);
  return count;
}
