import { DAY_MS } from "../devices/local-time.ts";
import { draw } from "./device.ts";
import { momentsOfPast, type Past, sendHistory } from "./history.ts";
import type { Casting } from "./scenario.ts";
import { createTally, type Tally } from "./tally.ts";
import type { Uplink } from "./uplink.ts";
import { type Member, type WiringOptions, wire } from "./wiring.ts";

export interface FleetOptions extends WiringOptions {
  /** Devices report this many times as often as their kind says; their clocks stay true. */
  readonly speedUp: number;
  /** Days of the past that `historyShare` (0 to 1) of the devices send first. */
  readonly historyDays: number;
  readonly historyShare: number;
  readonly scenario?: Casting | undefined;
  /** The first reports of all devices are spread over this time. Default 10 ms a device, at most 8 s. */
  readonly spreadMs?: number;
}

export interface FleetState {
  readonly phase: "first readings" | "history" | "live" | "stopping";
  readonly firstReadings: { readonly done: number; readonly total: number };
  readonly history: { readonly done: number; readonly total: number };
  readonly connections: {
    readonly open: number;
    readonly total: number;
    readonly trouble: string | undefined;
  };
  /** Messages that are handed over and not acknowledged yet. */
  readonly inFlight: number;
}

export interface Stopped {
  /** Items that were observed and never left: out of coverage, or no connection. */
  readonly kept: number;
  /** Items that a device's memory could not hold. */
  readonly overwritten: number;
}

export interface Fleet {
  readonly tally: Tally;
  state(): FleetState;
  /** How many connections hear commands. */
  listening(): number;
  /** Resolves when every device has reported once and the past is acknowledged, or the fleet was stopped. */
  readonly caughtUp: Promise<void>;
  /** Stops observing, waits up to `graceMs` for acknowledgements, disconnects. */
  stop(graceMs: number): Promise<Stopped>;
  /** Ends the waiting of `stop` now. */
  abandon(): void;
}

/** A timer cannot wait longer than this (about 24 days), and intervals under 20 ms are of no use. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const SHORTEST_INTERVAL_MS = 20;
const [IN_HISTORY, PHASE] = [2, 3];

interface PastOfMember {
  readonly member: Member;
  readonly past: Past;
}

/** Chooses the devices that have a past to send, and the moments in it. */
function choosePasts(members: readonly Member[], options: FleetOptions): PastOfMember[] {
  if (options.historyDays <= 0) return [];
  const to = new Date();
  const from = new Date(to.getTime() - options.historyDays * DAY_MS);
  return members
    .filter((member) => draw(member.seed, IN_HISTORY) < options.historyShare)
    .map((member) => ({ member, past: momentsOfPast(member.kind, member.seed, from, to) }));
}

/** One device after the other on each way to the platform, all ways at once. */
async function sendPasts(
  pasts: readonly PastOfMember[],
  onReadings: (count: number) => void,
  stopped: () => boolean,
): Promise<void> {
  const byWay = new Map<Uplink, PastOfMember[]>();
  for (const entry of pasts) {
    const list = byWay.get(entry.member.telemetry);
    if (list) list.push(entry);
    else byWay.set(entry.member.telemetry, [entry]);
  }
  const inTurn = async (list: readonly PastOfMember[]) => {
    for (const { member, past } of list) {
      if (stopped()) return;
      const { kind, seed, telemetry, events } = member;
      await sendHistory({ id: member.device.id, kind, seed, past, telemetry, events, onReadings, stopped });
    }
  };
  await Promise.all([...byWay.values()].map(inTurn));
}

/**
 * Starts a fleet: every device reports once within `spreadMs`, then part of the fleet sends its past while
 * all go on at their kind's interval.
 * @throws Error when a device's kind is not in the catalog
 */
export function startFleet(options: FleetOptions): Fleet {
  const tally = createTally();
  const wiring = wire(options, tally);
  const { members, connections } = wiring;
  const spreadMs = options.spreadMs ?? Math.min(8000, 10 * options.devices.length);
  const timers = new Set<NodeJS.Timeout>();
  let phase: FleetState["phase"] = "first readings";
  const stopped = () => phase === "stopping";
  let firstReports = 0;
  let onAllReported: () => void = () => undefined;
  const allReported = new Promise<void>((resolve) => {
    onAllReported = resolve;
  });

  const after = (waitMs: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, waitMs);
    timers.add(timer);
  };

  const live = ({ kind, seed, device, speaker }: Member, index: number) => {
    const scenario = options.scenario?.deviceId === device.id ? options.scenario.name : undefined;
    const intervalMs = Math.min(
      LONGEST_TIMER_MS,
      Math.max(SHORTEST_INTERVAL_MS, (kind.reportIntervalSeconds * 1000) / options.speedUp),
    );
    // A speaker may have a clock of its own, and something to play.
    const report = () =>
      device.report(new Date(speaker?.clock() ?? Date.now()), scenario, speaker?.metrics());
    const again = () => {
      report();
      after(intervalMs, again);
    };
    after((spreadMs * index) / members.length, () => {
      report();
      // Each at its own point of the interval, or the whole fleet would speak at once for ever.
      after(intervalMs * draw(seed, PHASE), again);
      if (++firstReports === members.length) onAllReported();
    });
  };

  const pasts = choosePasts(members, options);
  const historyTotal = pasts.reduce((sum, { past }) => sum + past.count, 0);
  let historyDone = 0;
  members.forEach(live);
  if (members.length === 0) onAllReported();

  const caughtUp = allReported.then(async () => {
    if (stopped()) return;
    phase = "history";
    await sendPasts(
      pasts,
      (count) => {
        historyDone += count;
      },
      stopped,
    );
    if (!stopped()) phase = "live";
  });
  // A caller that only stops the fleet need not look at it.
  caughtUp.catch(() => undefined);

  return {
    tally,
    caughtUp,
    listening: () => connections.filter((connection) => connection.subscribed).length,
    state: () => ({
      phase,
      firstReadings: { done: firstReports, total: members.length },
      history: { done: historyDone, total: historyTotal },
      connections: {
        open: connections.filter((connection) => connection.connected).length,
        total: connections.length,
        trouble: connections.find((connection) => connection.trouble !== undefined)?.trouble,
      },
      inFlight: connections.reduce((sum, connection) => sum + connection.inFlight, 0),
    }),
    abandon() {
      for (const connection of connections) connection.abandon();
    },
    async stop(graceMs) {
      phase = "stopping";
      options.speakers?.stop();
      onAllReported();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      wiring.flush();
      await Promise.all(connections.map((connection) => connection.close(graceMs)));
      return {
        kept: members.reduce((sum, { device }) => sum + device.kept, wiring.unsent),
        overwritten: members.reduce((sum, { device }) => sum + device.overwritten, 0),
      };
    },
  };
}
