import type { Registry } from "prom-client";
import type { Logger } from "../../base/log.ts";
import type { KindTable, Pool } from "../../store/database/index.ts";
import type { SpeakerReading } from "../proof/index.ts";
import type { OnAirProgress } from "./on-air.ts";
import type { DispatchSettings } from "./settings.ts";
import type { CommittedReply } from "./speaker-facts.ts";
import type { Sign } from "./stop-order.ts";

export interface DispatcherOptions {
  readonly pool: Pool;
  /** Where speakers' readings lie. */
  readonly speakers: KindTable;
  /** Signs the orders that stop, and those of another attempt. */
  readonly sign: Sign;
  /** Hands a command to the open connection of a speaker that listens; false when there is none that takes it. */
  readonly deliver: (deviceId: string, payload: string) => boolean;
  readonly isOnline: (deviceId: string) => boolean;
  /** Called after each write. Must not throw. */
  readonly onProgress: (progress: OnAirProgress) => void;
  readonly log: Logger;
  readonly registry: Registry;
  /** Our clock, milliseconds since 1970. */
  readonly now?: () => number;
  /** A clock that never jumps, for waiting. Milliseconds. */
  readonly monotonic?: () => number;
  readonly settings?: Partial<DispatchSettings>;
}

/**
 * Brings released broadcasts to their speakers and finds out what becomes of them. The database is the truth: what is
 * in memory here is what it says plus the last moments, which are written soon after, and can be had again from the
 * replies and readings that it holds.
 */
export interface Dispatcher {
  /** Takes up everything that is on the air, at the start of the platform and before devices connect. */
  resume(): Promise<void>;
  /** Begins a broadcast whose targets and order are committed. */
  begin(broadcastNo: number): Promise<void>;
  /**
   * Stops a broadcast whose cancellation is committed. What waits to be sent is dropped at once; resolves when all
   * speakers that listen have the command to stop on their connection.
   */
  cancel(broadcastNo: number): Promise<void>;
  /** Takes up another attempt, whose order and targets are committed. */
  retry(broadcastNo: number): Promise<void>;
  /** Replies that were committed. */
  onReplies(replies: readonly CommittedReply[]): void;
  /** Readings of speakers that were committed. */
  onReadings(readings: readonly SpeakerReading[]): void;
  /** A speaker has subscribed to its commands. */
  onListening(deviceId: string): void;
  /** Whether readings can prove anything at the moment, and whether those of this device can. */
  wantsReadings(): boolean;
  wantsReadingsOf(deviceNo: number): boolean;
  stop(): Promise<void>;
}
