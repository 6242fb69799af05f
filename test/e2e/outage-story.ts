import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "../../bench/load/publisher.ts";
import { PlatformProcess, type PlatformProcessOptions } from "../helpers/platform-process.ts";

/**
 * The outage story: under load the database stops answering for a while and comes back. Nothing may be
 * acknowledged meanwhile, memory must stay flat, and work must go on without a restart.
 */
export interface OutageOptions {
  readonly platform: PlatformProcessOptions;
  readonly devices: number;
  readonly outageMs: number;
  /** Takes the database away and gives it back. */
  readonly away: (platform: PlatformProcess) => void;
  readonly back: (platform: PlatformProcess) => void;
  readonly report?: (line: string) => void;
}

export interface OutageResult {
  readonly acknowledgedBefore: number;
  /** From shortly after the database stopped until it came back. Must be 0. */
  readonly acknowledgedDuring: number;
  readonly acknowledgedAfter: number;
  /** Milliseconds from the return of the database to the first acknowledgement. */
  readonly resumedAfterMs: number;
  /** Resident memory of the platform's process, bytes: at the start of the outage, and the most during it. */
  readonly residentBefore: number;
  readonly residentPeak: number;
  /** Connections that the platform closed. Must be 0. */
  readonly closed: number;
  readonly lost: number;
  readonly ledgersAddUp: boolean;
  /** Whether it was the same process all the time. */
  readonly sameProcess: boolean;
  /** /readyz during the outage: 503. */
  readonly readyDuring: number;
  readonly liveDuring: number;
}

/** What was already on its way when the database stopped may still be acknowledged. */
const SETTLE_MS = 500;

export async function runOutage(options: OutageOptions): Promise<OutageResult> {
  const { devices: count, outageMs, report = () => {} } = options;
  const platform = await PlatformProcess.start({
    ...options.platform,
    env: { SEED: "regions", ...options.platform.env },
  });
  const from = Date.now() - 20 * 24 * 3600 * 1000;
  const publishers: Publisher[] = [];
  let acknowledged = 0;
  let closed = 0;
  let firstAfter: number | undefined;
  let backAt: number | undefined;
  let paused = false;
  let done = false;
  const sent = new Array<number>(count).fill(0);
  try {
    for (let i = 0; i < count; i++) {
      const { id, token } = await platform.register(`outage-${i}`);
      publishers.push(
        await Publisher.connect({
          host: "127.0.0.1",
          port: platform.mqttPort,
          username: id,
          password: token,
          topic: `v1/devices/${id}/telemetry`,
          qos: 1,
          // Far more than one read of the socket: the rest has to wait in the kernel, not in our memory.
          window: 2000,
          next: () => {
            if (paused) return undefined;
            sent[i]!++;
            return JSON.stringify({ observedAt: from + sent[i]! * 1000, volume: sent[i]! / 100, flow: 1.5 });
          },
          acknowledged: () => {
            acknowledged++;
            if (backAt !== undefined) firstAfter ??= performance.now();
          },
          closed: () => {
            if (!done) closed++;
          },
        }),
      );
    }
    for (const publisher of publishers) publisher.fill();
    await sleep(3000);
    const residentBefore = await platform.metric("sbi_process_resident_memory_bytes");
    const acknowledgedBefore = acknowledged;
    report(`${acknowledgedBefore} acknowledged; the database stops answering`);

    options.away(platform);
    await sleep(SETTLE_MS);
    const atStop = acknowledged;
    let residentPeak = 0;
    let readyDuring = 0;
    let liveDuring = 0;
    const until = performance.now() + outageMs - SETTLE_MS;
    while (performance.now() < until) {
      residentPeak = Math.max(residentPeak, await platform.metric("sbi_process_resident_memory_bytes"));
      await sleep(Math.min(500, Math.max(0, until - performance.now())));
    }
    const base = `http://127.0.0.1:${platform.httpPort}`;
    readyDuring = (await fetch(`${base}/readyz`)).status;
    liveDuring = (await fetch(`${base}/livez`)).status;
    const acknowledgedDuring = acknowledged - atStop;
    report(`${acknowledgedDuring} acknowledged during the outage; the database comes back`);
    backAt = performance.now();
    options.back(platform);

    const deadline = performance.now() + 90_000;
    while (acknowledged < atStop + count * 100 && performance.now() < deadline) await sleep(50);
    paused = true;
    while (publishers.some((publisher) => publisher.inFlight > 0) && performance.now() < deadline)
      await sleep(50);

    let lost = 0;
    let ledgersAddUp = true;
    for (let i = 0; i < count; i++) {
      const ledger = await platform.api<Record<string, number>>(`/v1/devices/outage-${i}/ledger`);
      if (ledger.stored !== sent[i]) lost += sent[i]! - ledger.stored!;
      const { received, stored, duplicate, rejected, pending } = ledger;
      if (received !== stored! + duplicate! + rejected! + pending!) ledgersAddUp = false;
    }
    done = true;
    return {
      acknowledgedBefore,
      acknowledgedDuring,
      acknowledgedAfter: acknowledged - atStop,
      resumedAfterMs: (firstAfter ?? Number.NaN) - backAt,
      residentBefore,
      residentPeak,
      closed,
      lost,
      ledgersAddUp,
      sameProcess: platform.running,
      readyDuring,
      liveDuring,
    };
  } finally {
    done = true;
    for (const publisher of publishers) publisher.destroy();
    await platform.end("SIGTERM");
  }
}
