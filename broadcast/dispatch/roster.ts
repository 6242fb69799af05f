import { moreUrgentFirst, type OutgoingCommand } from "./on-air.ts";
import type { OnAir, OnAirTarget } from "./target.ts";

/** The broadcast and order of a command. */
export interface CommandOf {
  readonly broadcast: OnAir;
  readonly attempt: number | "stop";
}

/** The broadcasts in memory, and their commands by id. */
export class Roster implements Iterable<OnAir> {
  private readonly byNo = new Map<number, OnAir>();
  private readonly commands = new Map<string, CommandOf>();

  [Symbol.iterator](): Iterator<OnAir> {
    return this.byNo.values();
  }

  get size(): number {
    return this.byNo.size;
  }

  /** Broadcasts that are dispatched, played or being stopped. */
  onAir(at: number): number {
    let count = 0;
    for (const broadcast of this) if (!broadcast.isOver || broadcast.canBeStopped(at)) count++;
    return count;
  }

  /**
   * The broadcasts to let go: those that ended too long ago for a correction, and the oldest beyond so many targets.
   * @param at by the platform's clock
   */
  past(at: number, correctedForMs: number, mostTargets: number): OnAir[] {
    // Cancelled ones are stopped until their expiry, however many they are.
    const over = [...this].filter(
      ({ isOver, isCancelled, expiresAt }) => isOver && !(isCancelled && at < expiresAt),
    );
    let room = mostTargets;
    return over
      .sort((a, b) => (b.endedAt ?? 0) - (a.endedAt ?? 0))
      .filter(({ endedAt = 0, byDeviceNo, keptProven }) => {
        room -= byDeviceNo.size - keptProven;
        return byDeviceNo.size === 0 || room < 0 || at >= endedAt + correctedForMs;
      });
  }

  get(broadcastNo: number): OnAir | undefined {
    return this.byNo.get(broadcastNo);
  }

  /** The same attempt of the same speaker, though its broadcast may have been read again meanwhile. */
  current(target: OnAirTarget): OnAirTarget | undefined {
    const found = this.get(target.broadcast.broadcastNo)?.byDeviceNo.get(target.deviceNo);
    return found?.attempt === target.attempt ? found : undefined;
  }

  add(broadcast: OnAir): void {
    this.byNo.set(broadcast.broadcastNo, broadcast);
    for (const [attempt, { commandId }] of broadcast.starts)
      this.commands.set(commandId, { broadcast, attempt });
    if (broadcast.stop) this.addStop(broadcast, broadcast.stop);
  }

  addStop(broadcast: OnAir, stop: OutgoingCommand): void {
    broadcast.stop = stop;
    this.commands.set(stop.commandId, { broadcast, attempt: "stop" });
  }

  remove(broadcast: OnAir): void {
    this.byNo.delete(broadcast.broadcastNo);
    for (const [commandId, command] of this.commands) {
      if (command.broadcast === broadcast) this.commands.delete(commandId);
    }
  }

  command(commandId: string): CommandOf | undefined {
    return this.commands.get(commandId);
  }

  *targets(): Iterable<OnAirTarget> {
    for (const broadcast of this) yield* broadcast.targets;
  }

  get open(): number {
    let open = 0;
    for (const broadcast of this) open += broadcast.open;
    return open;
  }

  has(deviceNo: number): boolean {
    for (const { byDeviceNo } of this) if (byDeviceNo.has(deviceNo)) return true;
    return false;
  }

  /** True when another broadcast plays on this speaker, or has to come first on it. */
  isBusy(target: OnAirTarget): boolean {
    for (const other of this) {
      if (other === target.broadcast || other.isCancelled) continue;
      const rival = other.byDeviceNo.get(target.deviceNo);
      if (!rival || rival.isFinal) continue;
      if (rival.standing === "started") return true;
      const waits = rival.standing === "acknowledged" || rival.standing === "interrupted";
      if (waits && moreUrgentFirst(other, target.broadcast) < 0) return true;
    }
    return false;
  }
}
