import type { Logger } from "../base/log.ts";
import { repeat, warnOfFailures } from "../base/periodic.ts";
import type { Pool } from "../store/database/index.ts";
import { giveBackLeases, type Lease, listHeldDuties, takeLeases } from "../store/processes/index.ts";

/** How long a duty is a process's from each time that it says so, by the database's clock. Milliseconds. */
const LEASE_MS = 12_000;

/**
 * The holder itself gives it up this much earlier: the two clocks run apart a little, and it counts from the moment at
 * which it asked. Milliseconds.
 */
const MARGIN_MS = 2_000;

/** How often it is taken again, and tried by the others. Milliseconds. */
const EVERY_MS = 3_000;

/** Ends what `Duty.begin` began. */
export type EndOfDuty = () => Promise<unknown> | unknown;

/** Work that one process at a time does. */
export interface Duty {
  readonly name: string;
  /**
   * Called when this process has the duty from now on. It is given the right to it: its writes are to be `fenced`, and
   * `isMine` says whether the right has passed, which a process that was paused must ask before it acts.
   */
  readonly begin: (mine: HeldDuty) => Promise<EndOfDuty> | EndOfDuty;
  /**
   * True: it goes on while the database is away, and ends only when another process is known to have it. For work that
   * must not stop and where two at once do no harm for a while.
   */
  readonly goesOnAlone?: boolean;
  /** False for as long as this process cannot do it: it leaves the duty to the others. */
  readonly canDo?: () => boolean;
  /** Where it is not for those that stand ready for all others, by their role: whether this process does. */
  readonly standsReady?: boolean | undefined;
}

/** A duty in the hands of this process. */
export interface HeldDuty {
  /** The present right to it: for one that goes on alone, the epoch may rise while nobody else has it. */
  readonly lease: Lease;
  isMine(): boolean;
}

export interface DutiesOptions {
  readonly pool: Pool;
  readonly processNo: number;
  readonly log: Logger;
  /** False: it only knows of the duties, which are others'. */
  readonly standsReady?: boolean;
  /** For tests: shorter times, in milliseconds, and another steady clock. */
  readonly leaseMs?: number;
  readonly marginMs?: number;
  readonly everyMs?: number;
  readonly now?: () => number;
}

/** The duties that this process stands ready for. */
export interface Duties {
  /** Stands ready for a duty from now on; the next turn may bring it. */
  add(duty: Duty): void;
  /** Takes its turn now. */
  run(): Promise<void>;
  /** The names of those that it has at the moment. */
  held(): string[];
  /** The names of those that no process has at the moment. */
  unattended(): Promise<string[]>;
  /** Ends the work and gives the duties back. */
  stop(): Promise<void>;
}

interface Mine extends HeldDuty {
  lease: Lease;
  end: Promise<EndOfDuty>;
}

/** A duty that this process stands ready for, and has where `mine` is set. */
interface Post {
  readonly duty: Duty;
  mine: Mine | undefined;
  /** By the steady clock. */
  until: number;
}

/** Begins to take duties. Where there is one process, it has all of them after its first turn. */
export function startDuties(options: DutiesOptions): Duties {
  const { pool, processNo, log, standsReady = true, now = () => performance.now() } = options;
  const { leaseMs = LEASE_MS, marginMs = MARGIN_MS, everyMs = EVERY_MS } = options;
  const posts = new Map<string, Post>();

  const isReady = ({ duty }: Post) => duty.standsReady ?? standsReady;
  const canDo = (post: Post) => isReady(post) && post.duty.canDo?.() !== false;
  const isHeld = (post: Post) => post.mine !== undefined && now() < post.until;

  async function end(post: Post): Promise<void> {
    const { mine } = post;
    if (!mine) return;
    post.mine = undefined;
    try {
      await (await mine.end)();
    } catch (error) {
      log.error({ err: error, duty: post.duty.name }, "a duty did not end cleanly");
    }
  }

  async function begin(post: Post, lease: Lease): Promise<void> {
    // Lost and won again in between: what was begun knows the old epoch, whose writes are refused.
    await end(post);
    const mine: Mine = {
      lease,
      isMine: () => post.mine === mine && now() < post.until,
      end: Promise.resolve(() => {}),
    };
    log.info({ duty: lease.duty, epoch: lease.epoch }, "this process has a duty from now on");
    post.mine = mine;
    mine.end = (async () => post.duty.begin(mine))();
    try {
      await mine.end;
    } catch (error) {
      log.error({ err: error, duty: lease.duty }, "a duty could not begin; it is tried again");
      post.mine = undefined;
    }
  }

  /** Ends duties that this process can do no longer, so that another one need not wait for the end of their leases. */
  async function leave(left: readonly Post[]): Promise<void> {
    if (left.length === 0) return;
    const leases = left.map(({ mine }) => mine!.lease);
    await Promise.all(left.map(end));
    await giveBackLeases(pool, leases);
  }

  async function turn(): Promise<void> {
    if (![...posts.values()].some(isReady)) return;
    const asked = now();
    let leases: Lease[];
    await leave([...posts.values()].filter((post) => post.mine && !canDo(post)));
    const wanted = [...posts.values()].filter(canDo).map(({ duty }) => duty.name);
    try {
      leases = await takeLeases(pool, wanted, processNo, leaseMs);
    } catch (error) {
      // It may be another's by now; without the database nobody knows.
      const lapsed = [...posts.values()].filter((post) => !isHeld(post) && !post.duty.goesOnAlone);
      await Promise.all(lapsed.map(end));
      throw error;
    }
    const mine = new Map(leases.map((lease) => [lease.duty, lease]));
    await Promise.all(
      [...posts.values()].map(async (post) => {
        const lease = mine.get(post.duty.name);
        if (!lease) return end(post);
        post.until = asked + leaseMs - marginMs;
        const before = post.mine?.lease.epoch;
        // It lapsed while the database was away, and nobody has had it since: its work goes on.
        if (post.mine && post.duty.goesOnAlone && lease.epoch - 1 === before) post.mine.lease = lease;
        else if (before !== lease.epoch) await begin(post, lease);
      }),
    );
  }

  const turns = repeat(turn, everyMs, {
    onFailure: warnOfFailures(log, "could not take the duties of this process; it is tried again"),
  });
  return {
    add: (duty) => void posts.set(duty.name, { duty, mine: undefined, until: 0 }),
    run: turns.run,
    held: () => [...posts.values()].filter(isHeld).map(({ duty }) => duty.name),
    async unattended() {
      const held = new Set(await listHeldDuties(pool));
      return [...posts.keys()].filter((name) => !held.has(name));
    },
    async stop() {
      await turns.stop();
      const leases = [...posts.values()].flatMap(({ mine }) => (mine ? [mine.lease] : []));
      await Promise.all([...posts.values()].map(end));
      if (leases.length > 0) await giveBackLeases(pool, leases);
    },
  };
}
