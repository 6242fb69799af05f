import type { KindTable, Pool } from "../store/database/index.ts";
import { readLastHeard, recordLastSeen } from "../store/devices/index.ts";
import { type Refused, writeAround } from "./around-faults.ts";
import type { DeviceEntry } from "./directory.ts";

/**
 * Notes when devices were heard, a batch at a time and outside of the commit of their items: that is a row for each
 * report, so it must not wait, nor be waited for. Unwritten notes are kept; there is at most one for each device.
 */
export class LastSeenWriter {
  private readonly pool: Pool;
  private waiting = new Set<DeviceEntry>();

  constructor(pool: Pool) {
    this.pool = pool;
  }

  /** Call it after `lastReportAt` of a device has moved on. */
  readonly note = (device: DeviceEntry): void => {
    if (device.lastReportAt - device.notedAt < device.runtime.seenStepMs) return;
    device.notedAt = device.lastReportAt;
    this.waiting.add(device);
  };

  /**
   * Finds out when devices that this process has not heard for long were heard: perhaps by another process, by one that
   * was killed before it could note it, or before such notes were taken.
   */
  async ask(devices: readonly DeviceEntry[]): Promise<void> {
    const byTable = new Map<KindTable, DeviceEntry[]>();
    for (const device of devices) {
      const { table } = device.runtime;
      const same = byTable.get(table);
      if (same) same.push(device);
      else byTable.set(table, [device]);
    }
    for (const [table, same] of byTable) {
      const numbers = same.map(({ deviceNo }) => deviceNo);
      const heard = await readLastHeard(this.pool, table, numbers);
      for (const device of same) {
        const at = heard.get(device.deviceNo);
        // The first time is never before the registration, from which it was counted.
        if (at === undefined || (at <= device.lastReportAt && device.notedAt > 0)) continue;
        device.lastReportAt = at;
        this.note(device);
      }
    }
  }

  async write(): Promise<void> {
    if (this.waiting.size === 0) return;
    const taken = this.waiting;
    this.waiting = new Set();
    let refused: Refused<unknown>[];
    try {
      const heard = [...taken].map(({ deviceNo, lastReportAt }) => ({ deviceNo, at: lastReportAt }));
      refused = await writeAround(heard, (some) => recordLastSeen(this.pool, some));
    } catch (error) {
      for (const device of taken) this.waiting.add(device);
      throw error;
    }
    if (refused.length > 0) throw refused[0]!.error;
  }

  /** Writes the rest, to the millisecond. For the end of the process. */
  async writeAll(devices: Iterable<DeviceEntry>): Promise<void> {
    for (const device of devices) {
      // Without a note it was never heard: `lastReportAt` is its registration then, which is no report.
      if (device.notedAt > 0 && device.lastReportAt > device.notedAt) this.waiting.add(device);
    }
    await this.write();
  }
}
