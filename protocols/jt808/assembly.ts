import { messageIn } from "./decode.ts";
import type { Frame } from "./frame.ts";
import type { Jt808Message } from "./message.ts";

/** Joins bodies that come in several frames. It knows no socket and no timer. */

/** Bodies that one terminal may have open, the bytes of all of its parts, and their number, as of one body. */
const [MOST_OPEN, MOST_BYTES, MOST_PARTS] = [4, 64 * 1024, 255];

/** What a part takes besides the bytes of its frame: their buffer, its header, its places in maps and lists. */
const PART_BYTES = 1024;

/** A body is asked for again once nothing of it came for so long, so often, and forgotten after that. Milliseconds. */
const ASK_AFTER_MS = 5_000;
const MOST_ASKED = 3;

/** Asked so often in vain, a terminal is one that sends no part before the one before is answered. */
const ASKED_IN_VAIN = 2;

/** The memory of unfinished bodies, in bytes, that all terminals of a door may hold together. */
export class PartsBudget {
  private held = 0;
  private readonly most: number;

  constructor(most = 64 * 1024 * 1024) {
    this.most = most;
  }

  take(bytes: number): boolean {
    if (this.held + bytes > this.most) return false;
    this.held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.held -= bytes;
  }
}

/** A part with the frame in which it came. */
export interface Part {
  readonly message: Jt808Message;
  readonly frame: Pick<Frame, "raw">;
}

/** A part that waits for the others: its frame is the one copy of its bytes, and its header stands without a body. */
interface KeptPart {
  readonly header: Jt808Message;
  readonly raw: Buffer;
}

/** A body of which all parts are there. */
export interface Assembled {
  /** The first part, with the whole body. */
  readonly message: Jt808Message;
  /** The frames of all parts in their order. */
  readonly raw: Buffer;
  /** Every part that is not answered yet. */
  readonly parts: readonly Jt808Message[];
  /** Others were answered before. */
  readonly wasAnswered: boolean;
}

/** A body that was forgotten although parts of it were answered. */
export interface LostBody {
  /** One of its parts. */
  readonly message: Jt808Message;
  /** The frames of those that are there, in their order. */
  readonly raw: Buffer;
  readonly missing: readonly number[];
  readonly total: number;
  /** When the last of them came. */
  readonly cameAt: number;
}

/** Parts that are missing. */
export interface Missing {
  readonly message: Jt808Message;
  readonly firstSerial: number;
  readonly indexes: readonly number[];
  /** Parts whose answers its terminal seems to wait for. */
  readonly waiting: readonly Jt808Message[];
}

interface Open {
  readonly total: number;
  readonly byIndex: Map<number, KeptPart>;
  readonly unanswered: Jt808Message[];
  /**
   * Its terminal sends no part before the one before is answered: it has sent one again, or nothing for long. Then parts are
   * answered before the commit, but for the last one missing, and asked for again should the platform have lost them.
   */
  waitsForEach: boolean;
  wasAnswered: boolean;
  bytes: number;
  cameAt: number;
  heardAt: number;
  asked: number;
}

/** The unfinished bodies of one terminal. Parts come in any order, and some twice. */
export class Assembly {
  private readonly budget: PartsBudget;
  private readonly onLost: (lost: LostBody) => void;
  private readonly open = new Map<string, Open>();
  private bytes = 0;
  private parts = 0;

  /** @param onLost is told of each body that is forgotten although parts of it were answered */
  constructor(budget: PartsBudget, onLost: (lost: LostBody) => void) {
    this.budget = budget;
    this.onLost = onLost;
  }

  /**
   * Takes a part.
   * @returns the whole body once this was the last one missing; "refused" for a part that has no place, or that is another one
   *   than what came in its place; "answer" for one that is to be answered by itself
   */
  add(part: Part, now: number): Assembled | "refused" | "kept" | "answer" {
    const { message, frame } = part;
    const { total, index } = message.part!;
    if (index < 1 || index > total || total > MOST_PARTS) return "refused";
    const key = `${message.id} ${total} ${firstSerialOf(message)}`;
    const open = this.open.get(key) ?? this.begin(key, total);
    const before = open.byIndex.get(index);
    if (before && !before.raw.equals(frame.raw)) return "refused";
    const header = before?.header ?? { ...message, body: NO_BODY };
    if (before) open.waitsForEach = true;
    else if (this.reserve(frame.raw.length)) {
      open.bytes += frame.raw.length;
      open.byIndex.set(index, { header, raw: ownCopy(frame.raw) });
    } else {
      if (open.byIndex.size === 0) this.open.delete(key);
      return "refused";
    }
    open.heardAt = open.cameAt = now;
    if (open.byIndex.size < total) {
      if (!open.waitsForEach) open.unanswered.push(header);
      else open.wasAnswered = true;
      return open.waitsForEach ? "answer" : "kept";
    }
    open.unanswered.push(header);
    this.end(key, open);
    const raw = rawOf(open);
    // Read as a replay reads it.
    return { message: messageIn(raw)!, raw, parts: open.unanswered, wasAnswered: open.wasAnswered };
  }

  /** The parts to ask for again; bodies that were asked for in vain are forgotten. */
  overdue(now: number): Missing[] {
    const missing: Missing[] = [];
    for (const [key, open] of this.open) {
      if (now - open.heardAt < ASK_AFTER_MS) continue;
      if (open.asked >= MOST_ASKED) {
        this.lose(key, open);
        continue;
      }
      open.asked++;
      open.heardAt = now;
      const message = headerOf(open);
      const indexes = missingIn(open);
      // One that lacks a part in between has sent the ones behind it without waiting.
      const isBeginning = indexes[0] === open.byIndex.size + 1;
      const waiting = isBeginning && open.asked >= ASKED_IN_VAIN ? open.unanswered.splice(0) : [];
      if (waiting.length > 0) open.waitsForEach = open.wasAnswered = true;
      missing.push({ message, firstSerial: firstSerialOf(message), indexes, waiting });
    }
    return missing;
  }

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  /** Forgets all, e.g. when the connection has ended. */
  clear(): void {
    for (const [key, open] of this.open) this.lose(key, open);
  }

  private begin(key: string, total: number): Open {
    if (this.open.size >= MOST_OPEN) {
      const [oldest] = [...this.open].sort(([, a], [, b]) => a.heardAt - b.heardAt);
      this.lose(...oldest!);
    }
    const open: Open = {
      ...{ total, byIndex: new Map(), unanswered: [], waitsForEach: false, wasAnswered: false },
      ...{ bytes: 0, cameAt: 0, heardAt: 0, asked: 0 },
    };
    this.open.set(key, open);
    return open;
  }

  private reserve(bytes: number): boolean {
    if (this.bytes + bytes > MOST_BYTES || this.parts >= MOST_PARTS) return false;
    if (!this.budget.take(bytes + PART_BYTES)) return false;
    this.bytes += bytes;
    this.parts++;
    return true;
  }

  /** Forgets a body that is not whole: what was answered of it does not come again. */
  private lose(key: string, open: Open): void {
    this.end(key, open);
    if (!open.wasAnswered) return;
    const { total, cameAt } = open;
    const missing = missingIn(open);
    this.onLost({ message: headerOf(open), raw: rawOf(open), missing, total, cameAt });
  }

  private end(key: string, open: Open): void {
    this.open.delete(key);
    this.bytes -= open.bytes;
    this.parts -= open.byIndex.size;
    this.budget.giveBack(open.bytes + open.byIndex.size * PART_BYTES);
  }
}

/** The serial of the first part: those of the parts follow each other. */
const firstSerialOf = ({ serial, part }: Jt808Message): number => (serial - part!.index + 1) & 0xffff;

const indexesOf = ({ total }: Open): number[] => Array.from({ length: total }, (_, at) => at + 1);

const missingIn = (open: Open): number[] => indexesOf(open).filter((index) => !open.byIndex.has(index));

/** The header of one of its parts. */
const headerOf = ({ byIndex }: Open): Jt808Message => [...byIndex.values()][0]!.header;

/** The frames of the parts that are there, in their order. */
const rawOf = (open: Open): Buffer =>
  Buffer.concat(indexesOf(open).flatMap((index) => open.byIndex.get(index)?.raw ?? []));

const NO_BODY = Buffer.alloc(0);

/** What waits must hold neither the chunk in which it came nor a piece of the pool, in which small buffers share one memory. */
function ownCopy(bytes: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
