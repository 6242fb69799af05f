import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "../base/log.ts";
import { repeat, Turns, warnOfFailures } from "../base/periodic.ts";
import {
  answerLetters,
  COMMAND_CHANNEL,
  dropOldLetters,
  type Letter,
  putIntoBox,
  type ReceivedLetter,
  readLetters,
  takeAnswers,
} from "../store/commands/index.ts";
import type { Pool } from "../store/database/index.ts";
import { startBell } from "../store/processes/index.ts";
import type { CommandedDevice, Delivery, DoorCommand } from "./door.ts";

/** How often it looks without being called. Milliseconds. */
const EVERY_MS = 1_000;
const DROP_EVERY_MS = 60_000;

/** Devices in one letter, and handed over in one turn of the event loop. */
const AT_ONCE = 200;

/** After its expiry a letter is not delivered; the answer may come so much later. Milliseconds. */
const ANSWER_MS = 3_000;

export interface CommandBoxOptions {
  readonly pool: Pool;
  readonly processNo: number;
  /** The database, which rings. */
  readonly url: string;
  readonly log: Logger;
  /** Hands a command over at this process's own doors, if the device is still the one that was meant. */
  readonly deliver: (device: CommandedDevice, command: DoorCommand) => Promise<Delivery>;
  /** For tests. */
  readonly everyMs?: number;
  /** A steady clock. */
  readonly now?: () => number;
}

/** A command that waits to be put into the box, with those of the same moment. */
interface Waiting {
  readonly processNo: number;
  readonly device: CommandedDevice;
  readonly command: DoorCommand;
  readonly validMs: number;
  readonly resolve: (delivery: Delivery) => void;
  readonly reject: (error: Error) => void;
}

interface Asked {
  readonly waiting: readonly Waiting[];
  readonly timer: NodeJS.Timeout;
}

const DELIVERIES: ReadonlySet<unknown> = new Set(["taken", "not_listening", "too_slow"] satisfies Delivery[]);

/**
 * Commands for devices at the doors of another process go there by the database, in letters of many, and the answers come
 * back the same way. Each is handed over at most once.
 */
export class CommandBox {
  private readonly options: CommandBoxOptions;
  private readonly now: () => number;
  private outgoing: Waiting[] = [];
  private readonly asked = new Map<number, Asked>();
  private lastLetterNo = 0;
  /** Letters that were read, by asker and number: each is delivered once, however often it is read. */
  private readonly received = new Set<string>();
  private answers: Parameters<typeof answerLetters>[1][number][] = [];
  private readonly turns: Turns<void>;
  private readonly works: { stop(): Promise<unknown> }[];
  private readonly onFailure: (error: unknown) => void;

  constructor(options: CommandBoxOptions) {
    const { url, log, pool, processNo, everyMs = EVERY_MS } = options;
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    this.onFailure = warnOfFailures(log, "commands could not pass between processes; it is tried again");
    this.turns = new Turns(() => this.look());
    const ring = (addressee?: string) => {
      if (addressee === undefined || addressee === String(processNo)) this.lookSoon();
    };
    const { onFailure } = this;
    this.works = [
      startBell(url, ring, log, COMMAND_CHANNEL),
      repeat(this.turns.run, everyMs, { onFailure }),
      repeat(() => dropOldLetters(pool, DROP_EVERY_MS), DROP_EVERY_MS, { onFailure }),
    ];
  }

  /**
   * Has another process hand a command over.
   * @param validMs it is not handed over later than that
   * @throws Error when it is not known whether it was
   */
  send(processNo: number, device: CommandedDevice, command: DoorCommand, validMs: number): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      this.outgoing.push({ processNo, device, command, validMs, resolve, reject });
      // All that are sent in this turn of the event loop go together.
      if (this.outgoing.length === 1) setImmediate(() => void this.put());
    });
  }

  /** Delivers what is in the box for this process, and takes the answers to what it has sent. */
  run(): Promise<void> {
    return this.turns.runAfresh();
  }

  async stop(): Promise<void> {
    await Promise.all(this.works.map((work) => work.stop()));
    await this.turns.ended();
    for (const letterNo of [...this.asked.keys()]) this.giveUp(letterNo);
  }

  private lookSoon(): void {
    void this.turns.runAfresh().catch(this.onFailure);
  }

  private async put(): Promise<void> {
    const { pool, processNo } = this.options;
    const letters = this.write(this.outgoing.splice(0));
    try {
      await putIntoBox(pool, processNo, letters);
    } catch (error) {
      this.onFailure(error);
      for (const { letterNo } of letters) this.giveUp(letterNo);
    }
  }

  /** Makes letters of commands: one for all that go the same way with the same content. */
  private write(all: readonly Waiting[]): Letter[] {
    const groups = new Map<string, Waiting[][]>();
    for (const one of all) {
      const { processNo, command, validMs } = one;
      const key = JSON.stringify([processNo, validMs, command.through, command.payload]);
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      const last = group.at(-1);
      if (last && last.length < AT_ONCE) last.push(one);
      else group.push([one]);
    }
    return [...groups.values()].flat().map((waiting) => {
      const { processNo, command, validMs } = waiting[0]!;
      const letterNo = ++this.lastLetterNo;
      const timer = setTimeout(() => this.giveUp(letterNo), validMs + ANSWER_MS).unref();
      this.asked.set(letterNo, { waiting, timer });
      const { payload, through = null } = command;
      return { letterNo, processNo, payload, through, devices: waiting.map(({ device }) => device), validMs };
    });
  }

  private giveUp(letterNo: number): void {
    this.answer(letterNo, []);
  }

  private answer(letterNo: number, outcomes: readonly (string | null)[]): void {
    const asked = this.asked.get(letterNo);
    if (!asked) return;
    this.asked.delete(letterNo);
    clearTimeout(asked.timer);
    for (const [i, { device, processNo, resolve, reject }] of asked.waiting.entries()) {
      const outcome = outcomes[i];
      if (DELIVERIES.has(outcome)) resolve(outcome as Delivery);
      else reject(new Error(`Process ${processNo} did not say whether '${device.id}' has its command`));
    }
  }

  private async look(): Promise<void> {
    const { pool, processNo } = this.options;
    const askedAt = this.now();
    const letters = await readLetters(pool, processNo);
    const keys = new Set(letters.map(keyOf));
    // A letter that is answered, or expired, is not read again.
    for (const key of this.received) if (!keys.has(key)) this.received.delete(key);
    const fresh = letters.filter((letter) => !this.received.has(keyOf(letter)));
    for (const letter of fresh) this.received.add(keyOf(letter));
    for (const letter of fresh) await this.handOver(letter, askedAt + letter.leftMs);
    await this.writeAnswers();
    if (this.asked.size === 0) return;
    for (const { letterNo, outcomes } of await takeAnswers(pool, processNo)) this.answer(letterNo, outcomes);
  }

  /** @param until by the steady clock: a process that was paused delivers nothing late */
  private async handOver(letter: ReceivedLetter, until: number): Promise<void> {
    const { askedBy, letterNo, payload, through, devices } = letter;
    const command = { payload, ...(through === null ? {} : { through }) };
    const isLate = this.now() >= until;
    const deliveries = isLate ? [] : devices.map((device) => this.deliver(device, command));
    const late = new Promise<null>((resolve) => setTimeout(resolve, until - this.now(), null).unref());
    void Promise.all(deliveries.map((delivery) => Promise.race([delivery, late]))).then((outcomes) => {
      const told = isLate ? devices.map(() => "not_listening") : outcomes;
      this.answers.push({ askedBy, letterNo, outcomes: told });
      if (this.answers.length === 1) setImmediate(() => this.lookSoon());
    });
    await nextTurn();
  }

  private async deliver(device: CommandedDevice, command: DoorCommand): Promise<Delivery | null> {
    try {
      return await this.options.deliver(device, command);
    } catch (error) {
      this.onFailure(error);
      return null;
    }
  }

  private async writeAnswers(): Promise<void> {
    const answers = this.answers.splice(0);
    try {
      await answerLetters(this.options.pool, answers);
    } catch (error) {
      this.answers = [...answers, ...this.answers];
      throw error;
    }
  }
}

const keyOf = ({ askedBy, letterNo }: Pick<ReceivedLetter, "askedBy" | "letterNo">) =>
  `${askedBy} ${letterNo}`;
