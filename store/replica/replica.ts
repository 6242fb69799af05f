import { Turns } from "../../base/periodic.ts";
import { type Db, isAway, reasonOf } from "../database/index.ts";
import { ReplicaAge } from "./age.ts";
import { askReplicaFirst, type ReadDb } from "./asking.ts";
import {
  noteWrite,
  type Position,
  type PrimaryState,
  readDatabaseIdentity,
  readPrimaryState,
  readReplicaState,
} from "./positions.ts";

/** What a read has to see. */
export interface ReadNeed {
  readonly callerId: string;
  /** True: everything of which any process has told its listeners. */
  readonly told: boolean;
  /** How far the log had come for the page before this one. */
  readonly from: Position | undefined;
}

export interface ReplicaOptions {
  readonly pool: Db;
  /** A connection of its own on which the replica is asked how far it is: it must not wait behind long statements. */
  readonly looks: Db;
  /** Connections on which the primary is asked how far it is. */
  readonly primary: Db;
  /** Those that answer what the replica does not. */
  readonly fallback: Db;
  readonly maxAgeMs: number;
  readonly statementMs: number;
  /** Called when reads begin to go to the primary, with the reason, and when they come back. */
  readonly onChange: (trouble: string | undefined) => void;
  /** Called for every statement that the replica gave up. */
  readonly onGivenUp?: (error: Error) => void;
  readonly now?: () => number;
}

/** A replica that has not said within this time how far it is counts as away, in milliseconds. */
const LOOK_MS = 2000;

/** A streaming replica of the database, and whether it may answer. */
export class Replica {
  private readonly options: ReplicaOptions;
  private readonly now: () => number;
  private readonly age = new ReplicaAge();
  private readonly waiting = new Set<(error: Error) => void>();
  private database: string | undefined;
  private position: Position = 0n;
  private newsNo = 0;
  private awayFor: string | undefined = "it was not asked yet";
  private told: boolean | undefined;
  private hasLooked = false;

  constructor(options: ReplicaOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** Looks how old the replica is. It is to be called every second, and never fails. */
  async look(): Promise<void> {
    try {
      this.database ??= await readDatabaseIdentity(this.options.primary);
      await this.primaryTurns.runAfresh();
    } catch {
      // The age goes on rising, and whoever asks the primary hears of it.
    }
    if (this.database !== undefined) await this.replicaTurns.runAfresh().catch(() => {});
    const trouble = this.trouble();
    // At a start the primary has gone on by the time the replica is asked: what is behind then is known at the next look.
    const isFirst = !this.hasLooked;
    this.hasLooked = true;
    if (isFirst && this.awayFor === undefined && trouble !== undefined) return;
    if (this.told !== (trouble === undefined)) {
      this.told = trouble === undefined;
      this.options.onChange(trouble);
    }
  }

  /** The reason why reads go to the primary; undefined while the replica answers. */
  trouble(): string | undefined {
    if (this.awayFor !== undefined) return `the replica is away: ${this.awayFor}`;
    const ageMs = this.ageMs();
    if (ageMs <= this.options.maxAgeMs) return undefined;
    const behind = ageMs === Number.POSITIVE_INFINITY ? "" : ` by ${Math.floor(ageMs / 1000)} s`;
    return `the replica is behind${behind}`;
  }

  /** How old the replica's answers are at most, in milliseconds; infinite while that is not known. */
  ageMs(): number {
    return this.age.at(this.now());
  }

  /** The database for a read. @returns undefined when the primary has to answer it */
  async choose({ callerId, told, from = 0n }: ReadNeed): Promise<ReadDb | undefined> {
    if (this.trouble() !== undefined) return undefined;
    try {
      const primary = await this.primaryTurns.runAfresh();
      const written = primary.writes.get(callerId) ?? 0n;
      const needed = from > written ? from : written;
      const lacks = () => needed > this.position || (told && primary.newsNo > this.newsNo);
      if (lacks()) await this.replicaTurns.runAfresh();
      if (lacks() || this.trouble() !== undefined) return undefined;
    } catch {
      return undefined;
    }
    return this.open();
  }

  /** A position that is not before anything that was just read at the replica, or at the primary. */
  async positionOf(isFromReplica: boolean): Promise<Position> {
    const replica = isFromReplica ? await this.replicaTurns.runAfresh().catch(() => undefined) : undefined;
    return (replica ?? (await this.primaryTurns.runAfresh())).position;
  }

  /** Notes that a caller has changed something, for every process; before the caller is told of it. */
  noteWrite(callerId: string): Promise<void> {
    return noteWrite(this.options.primary, callerId);
  }

  private open(): ReadDb {
    const { pool, fallback, statementMs, onGivenUp } = this.options;
    return askReplicaFirst({
      replica: pool,
      primary: fallback,
      statementMs,
      orAway: this.orAway,
      onGivenUp: (error) => {
        // One connection may have been ended by itself.
        if (isAway(error)) void this.replicaTurns.run().catch(() => {});
        onGivenUp?.(error);
      },
    });
  }

  /** Only ever one question at the primary, for all requests that came before it. */
  private readonly primaryTurns = new Turns<PrimaryState>(async () => {
    const atMs = this.now();
    const state = await readPrimaryState(this.options.primary, this.position);
    this.age.notePrimary(atMs, state.flushed);
    return state;
  });

  private readonly replicaTurns = new Turns(async () => {
    try {
      const state = await within(LOOK_MS, readReplicaState(this.options.looks, this.database!));
      this.position = state.position;
      this.newsNo = state.newsNo;
      this.age.noteReplica(state.position);
      this.awayFor = undefined;
      return state;
    } catch (error) {
      this.awayFor = reasonOf(error);
      for (const reject of this.waiting) reject(new AwayError(this.awayFor));
      throw error;
    }
  });

  /** The answer of the replica, or a failure as soon as it is known to be away: a machine that is stopped says nothing. */
  private readonly orAway = <T>(answer: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      this.waiting.add(reject);
      answer.then(resolve, reject).finally(() => this.waiting.delete(reject));
    });
}

/** As the driver says it of a connection that is lost. */
class AwayError extends Error {
  readonly code = "08006";
}

function within<T>(ms: number, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new AwayError(`no answer within ${ms / 1000} s`)), ms);
    timer.unref();
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
