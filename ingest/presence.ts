import type { Pool } from "../store/database/index.ts";
import { type PresenceChange, recordPresence } from "../store/devices/index.ts";
import { type Refused, writeAround } from "./around-faults.ts";

/**
 * Gathers connects and disconnects and writes them a few times a second: when a whole fleet reconnects, that is some
 * hundred statements instead of ten thousand. Unwritten changes are kept, the newest per device, unless the database
 * refuses one because of its content.
 */
export class PresenceWriter {
  private readonly pool: Pool;
  private readonly instance: string;
  private waiting = new Map<number, PresenceChange>();

  /** @param instance the name of this process among those of the platform */
  constructor(pool: Pool, instance: string) {
    this.pool = pool;
    this.instance = instance;
  }

  note(change: PresenceChange): void {
    this.waiting.set(change.deviceNo, change);
  }

  /** @returns false when there was nothing to write */
  async write(): Promise<boolean> {
    if (this.waiting.size === 0) return false;
    const taken = this.waiting;
    this.waiting = new Map();
    let refused: Refused<PresenceChange>[];
    try {
      refused = await writeAround([...taken.values()], (changes) =>
        recordPresence(this.pool, changes, this.instance),
      );
    } catch (error) {
      for (const [deviceNo, change] of taken)
        if (!this.waiting.has(deviceNo)) this.waiting.set(deviceNo, change);
      throw error;
    }
    if (refused.length > 0) throw refused[0]!.error;
    return true;
  }
}
