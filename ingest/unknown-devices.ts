import { createLogLimiter, type Logger } from "../base/log.ts";
import { identityKey } from "../devices/identities.ts";
import type { UnknownMessage } from "../exchange/door.ts";
import { type AuditActor, PLATFORM_ACTOR } from "../store/audit/index.ts";
import { isRowFault, NO_LIMITS } from "../store/database/index.ts";
import {
  recordUnknown,
  type SchemesOfKinds,
  type TakenMessage,
  takeUnknown,
  type UnknownHeard,
  WAITING_BYTES,
  WAITING_MESSAGES,
  type WaitingMessage,
} from "../store/ledger/index.ts";
import type { Reason } from "./reasons.ts";
import { type ReplayOutcome, type ReplayParts, replayRejection } from "./replay.ts";
import { UnknownTurn } from "./unknown-turn.ts";

/** Their messages are refused for this reason until they are taken in. */
const REASON: Reason = "unknown_device";

/** What is to be recorded of an unknown device. */
interface Heard extends Omit<UnknownHeard, "waiting"> {
  door: string;
  address: string | undefined;
  lastAt: number;
  messages: number;
  waiting: WaitingMessage[];
}

export interface UnknownDevicesOptions extends ReplayParts {
  readonly log: Logger;
  /** The schemes of the identities that devices of each kind may have. */
  readonly schemes: SchemesOfKinds;
  /** Called after messages were taken in. */
  readonly onTold: (() => void) | undefined;
}

/** How many messages have become what. */
export interface TakenIn {
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
}

/**
 * Collects what comes from devices that nobody has registered, and puts it on record turn by turn. It costs a transaction a
 * turn and bounded memory, however many there are.
 */
export class UnknownDevices {
  private readonly options: UnknownDevicesOptions;
  private heard = new UnknownTurn<Heard>();
  /** What a turn could not record. */
  private unrecorded: readonly Heard[] = [];
  /** Something may wait for a device that is registered. At first, too: another process may have ended meanwhile. */
  private mayWait = true;
  private readonly limitLog = createLogLimiter();

  constructor(options: UnknownDevicesOptions) {
    this.options = options;
  }

  readonly note = (message: UnknownMessage): void => {
    const { identity, door, address, receivedAt } = message;
    const key = identityKey(identity);
    let heard = this.heard.find(key);
    if (!heard) {
      heard = {
        ...identity,
        door,
        address,
        firstAt: receivedAt,
        lastAt: receivedAt,
        messages: 0,
        waiting: [],
      };
      if (this.heard.add(key, address, heard) > 0) this.passOver(message);
    }
    heard.door = door;
    heard.address = address;
    heard.lastAt = Math.max(heard.lastAt, receivedAt);
    heard.messages++;
    keep(heard.waiting, message);
  };

  /**
   * Puts on record what has come since the last turn, and takes in what has waited for devices that are registered by now:
   * also at another process, which did not know of these messages.
   */
  async turn(): Promise<void> {
    await this.record();
    if (!this.mayWait) return;
    this.mayWait = false;
    await this.takeIn(PLATFORM_ACTOR);
  }

  /** Puts on record what has come. Begins with what could not be recorded before. */
  async record(): Promise<void> {
    if (this.unrecorded.length === 0) {
      this.unrecorded = this.heard.values();
      this.heard = new UnknownTurn();
    }
    if (this.unrecorded.length === 0) return;
    try {
      await recordUnknown(this.options.pool, this.unrecorded);
    } catch (error) {
      // What the database refuses for good must not hold up what comes later.
      if (isRowFault(error)) this.unrecorded = [];
      throw error;
    }
    this.unrecorded = [];
    this.mayWait = true;
  }

  /** Takes in the messages that have waited for a device, or for any that is registered by now. */
  async takeIn(actor: AuditActor, deviceNo?: number): Promise<TakenIn> {
    const { pool, log, schemes, onTold } = this.options;
    const taken = { stored: 0, duplicate: 0, rejected: 0 };
    for (;;) {
      const found = await takeUnknown(pool, REASON, schemes, deviceNo).catch((error: unknown) => {
        this.mayWait = true;
        throw error;
      });
      if (!found) return taken;
      const { messages, formers } = found;
      if (formers > 0)
        log.info(
          { messages: formers },
          "messages from before a device was moved to where it is are not taken in",
        );
      for (const message of messages) {
        try {
          taken[(await this.replay(message, actor)).outcome]++;
        } catch (error) {
          taken.rejected++;
          const { rejectionNo } = message;
          log.warn(
            { err: error, rejectionNo },
            "a message that has waited for its device could not be taken in; it is a rejection that can be replayed",
          );
        }
      }
      onTold?.();
    }
  }

  /** Where it belongs depends on when it was observed, as with every message that comes late. */
  private async replay(message: TakenMessage, actor: AuditActor): Promise<ReplayOutcome> {
    const { directory } = this.options;
    // This process may not have met the device, or have another one that had its id.
    const { publisher, deviceNo } = message;
    if (directory.find(publisher)?.deviceNo !== deviceNo) await directory.refresh(publisher);
    return replayRejection(this.options, message, actor, NO_LIMITS);
  }

  private passOver({ door, address, identity }: UnknownMessage): void {
    this.limitLog(door, (suppressed) =>
      this.options.log.warn(
        { door, address, identity: identityKey(identity), suppressed },
        "more unknown devices come at once than are put on record",
      ),
    );
  }
}

const sizeOf = ({ raw, context }: WaitingMessage) => raw.length + Buffer.byteLength(context);

/** Keeps the newest messages, within the bounds of what is kept. */
function keep(waiting: WaitingMessage[], { door, context, raw, receivedAt }: UnknownMessage): void {
  const message = { door, context, raw, receivedAt };
  if (sizeOf(message) > WAITING_BYTES) return;
  waiting.push(message);
  let bytes = waiting.reduce((sum, each) => sum + sizeOf(each), 0);
  while (waiting.length > WAITING_MESSAGES || bytes > WAITING_BYTES) bytes -= sizeOf(waiting.shift()!);
}
