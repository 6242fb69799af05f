import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "prom-client";
import type { Logger } from "../base/log.ts";
import { repeat, warnOfFailures } from "../base/periodic.ts";
import type { Identity } from "../devices/identities.ts";
import type { Kind } from "../devices/kind.ts";
import type {
  DoorDecoder,
  DoorRefusal,
  RawMessage,
  ReceivedMessage,
  UnknownMessage,
} from "../exchange/door.ts";
import type { AuditActor } from "../store/audit/index.ts";
import { forgetLanes, type KindTable, type Limits, type Pool } from "../store/database/index.ts";
import { disconnectAll, type PresenceChange } from "../store/devices/index.ts";
import {
  type AlarmNews,
  type AlarmTransition,
  listActiveAlarms,
  listWaits,
  type WaitNews,
} from "../store/events/index.ts";
import { foldFormer, foldLedger } from "../store/ledger/index.ts";
import { readReadingsSince } from "../store/rollups/index.ts";
import { AlarmEngine } from "./alarms.ts";
import type { LiveReading } from "./batch.ts";
import type { Blocked } from "./batch-writer.ts";
import type { Committed } from "./commit.ts";
import { Committer } from "./committer.ts";
import { type DeviceEntry, Directory } from "./directory.ts";
import { ForeignLog } from "./foreign-log.ts";
import { HistoryCommitter } from "./history.ts";
import { KindRuntime } from "./kind-runtime.ts";
import { LastSeenWriter } from "./last-seen.ts";
import { lookAhead } from "./look-ahead.ts";
import { LookUps } from "./look-ups.ts";
import { createIngestMetrics } from "./metrics.ts";
import { reachOf } from "./observed-at.ts";
import { Pipeline } from "./pipeline.ts";
import { PresenceWriter } from "./presence.ts";
import { type ReplayInput, type ReplayOutcome, replayRejection } from "./replay.ts";
import { type TakenIn, UnknownDevices } from "./unknown-devices.ts";

export interface IngestOptions {
  readonly pool: Pool;
  /** Writes items of past days, `size` batches at once; without it `pool` does, one at a time. */
  readonly history?: { readonly pool: Pool; readonly writers: number; readonly maxItems: number };
  readonly catalog: readonly Kind[];
  /** One per kind of the catalog, with a column for each of its quantities. */
  readonly tables: readonly KindTable[];
  /** By the name of the door: decodes its records again, for replays. */
  readonly decoders: ReadonlyMap<string, DoorDecoder>;
  readonly log: Logger;
  readonly registry: Registry;
  /** The name of this process among those of the platform; its devices are gone when it starts. */
  readonly instance: string;
  /** Its number, by which it knows its own news of alarms. */
  readonly processNo?: number;
  /** Resolves when all that other processes have told is known here; undefined where there are no others. */
  readonly catchUp?: (() => Promise<void>) | undefined;
  /** Days that readings, and events and replies, are kept; unset or 0: for ever. */
  readonly kept?: { readonly readingsDays: number; readonly eventsDays: number };
  readonly maxItems: number;
  readonly lingerMs: number;
  readonly maxInFlight: number;
  readonly onCommitted: (committed: Committed, live: readonly LiveReading[]) => void;
  readonly wantsLive: (device: DeviceEntry) => boolean;
  /** True while this process is the one that looks for silent devices; without it, it always is. */
  readonly watchesSilence?: () => boolean;
  /**
   * The moment up to which all that devices have sent has come to a process, or undefined where nobody is to be called
   * silent; without it, that is now.
   */
  readonly heardUpTo?: (now: number) => number | undefined;
  /** Called when there are news besides those of committed batches, so that they are read at once. */
  readonly onTold?: () => void;
  /** Called when another process has changed a device's token or deleted the device. */
  readonly onRevoked?: (id: string) => void;
  /** Called when a device has lost an identity, by whichever process. */
  readonly onIdentityLost?: ((device: DeviceEntry, identity: Identity) => void) | undefined;
  readonly now?: () => number;
  /** For tests: the intervals of the recurring works, in milliseconds. */
  readonly every?: {
    silence?: number;
    fold?: number;
    follow?: number;
    dropped?: number;
    presence?: number;
    seen?: number;
    unknown?: number;
  };
}

/** The ingest side of the platform; the doors feed it. */
export interface Ingest {
  readonly directory: Directory;
  /** @returns how many items the message holds */
  accept(message: ReceivedMessage<DeviceEntry>, settled: () => void): number;
  reject(message: RawMessage<DeviceEntry>, refusal: DoorRefusal, settled: () => void): void;
  notePresence(change: PresenceChange): void;
  /** Notes a message of a device that nobody has registered. */
  noteUnknown(message: UnknownMessage): void;
  /** Puts the noted ones on record now, and takes in those of devices that are registered by now. */
  recordUnknown(): Promise<void>;
  /** Takes in the messages that have waited until their device was registered. */
  takeWaiting(deviceNo: number, actor: AuditActor): Promise<TakenIn>;
  /** @param limits the area in which the caller may store */
  replay(input: ReplayInput, actor: AuditActor, limits: Limits): Promise<ReplayOutcome>;
  /** Items of a device that were received and are not committed yet. */
  pendingOf(deviceNo: number): number;
  /** The devices that have such items. */
  pendingDevices(): Pick<DeviceEntry, "deviceNo" | "pending">[];
  /** The reason why nothing, or not everything, is committed at the moment; undefined while all is well. */
  blocked(): Blocked | undefined;
  /**
   * Items of past days that have waited for long, in words; undefined while all is well. Nothing live waits for them.
   */
  waitingHistory(): string | undefined;
  /** Call it with changes of alarms that another process has committed. */
  alarmsChanged(changes: readonly AlarmNews[]): void;
  /** Call it with what alarm rules wait for at another process. */
  waitsChanged(changes: readonly WaitNews[]): void;
  /**
   * Looks for devices that have been silent for too long, by the platform's clock; resolves when their alarms are
   * stored.
   */
  checkSilence(): Promise<void>;
  /** Commits everything, for at most `timeoutMs`, and stops. Uncommitted messages stay unacknowledged. */
  stop(timeoutMs: number): Promise<{ lost: number }>;
}

/**
 * Silence alarms in one batch at most. When a region goes dark they come by the ten thousand, and the messages that
 * share a batch with them must not wait for all.
 */
const SILENT_AT_ONCE = 2000;

/** Batches of ledger entries are folded until fewer than this come back. */
const FOLD_LIMIT = 2000;

/** Loads the directory and the active alarms, and starts to take messages. */
export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { pool, log, decoders, now = Date.now, every = {} } = options;
  const kept = { readings: reachOf(options.kept?.readingsDays), events: reachOf(options.kept?.eventsDays) };
  const runtimes = new Map(
    options.catalog.map((kind) => {
      const table = options.tables.find((candidate) => candidate.kind === kind.kind);
      if (!table) throw new Error(`Kind '${kind.kind}' has no table`);
      return [kind.kind, new KindRuntime(kind, table, kept)];
    }),
  );
  const noteDropped = async () => {
    for (const [kind, since] of await readReadingsSince(pool)) {
      const runtime = runtimes.get(kind);
      if (runtime) runtime.readingsSince = since;
    }
  };
  await noteDropped();
  const { onIdentityLost } = options;
  const directory = new Directory(pool, runtimes, log, now, { onIdentityLost });
  await directory.load();
  await forgetLanes(pool);

  const { processNo, catchUp } = options;
  const alarms = new AlarmEngine(now());
  const { maxItems, lingerMs, maxInFlight, onCommitted } = options;
  const beforeLooks = lookAhead({ pool, alarms, catchUp });
  const means = { processNo, tellsWaits: catchUp !== undefined, beforeLooks };
  const writing = { log, lingerMs, nameOf: directory.nameOf, onCommitted, ...means };
  const committer = new Committer({ ...writing, pool, maxItems, maxInFlight });
  const old = options.history ?? { pool, writers: 1, maxItems };
  const history = new HistoryCommitter({
    ...writing,
    pool: old.pool,
    maxItems: Math.min(old.maxItems, maxItems),
    maxInFlight: old.writers,
  });
  const pending = () => committer.pending + history.pending;
  const metrics = createIngestMetrics(options.registry, {
    pending,
    pendingHistory: () => history.pending,
    inFlight: () => committer.inFlight,
    blockedSeconds: () => (committer.blocked?.forMs ?? 0) / 1000,
    devices: () => directory.size,
  });
  committer.metrics = metrics;
  history.metrics = metrics;
  const lastSeen = new LastSeenWriter(pool);
  const { wantsLive } = options;
  const pipeline = new Pipeline({
    directory,
    sink: committer,
    history,
    alarms,
    wantsLive,
    heard: lastSeen.note,
    lookUp: new LookUps({ directory, log }).find,
  });

  const orphans = alarms.restore(await listActiveAlarms(pool), directory, now());
  for (const orphan of orphans) committer.open.alarms.push(orphan);
  const ended = alarms.restoreWaits(await listWaits(pool), directory);
  for (const each of ended) committer.open.waits.push(each);
  if (orphans.length + ended.length > 0) committer.filled();
  await disconnectAll(pool, new Date(now()), options.instance);

  const presence = new PresenceWriter(pool, options.instance);
  const schemes = options.catalog.map(({ kind, identities = [] }) => ({ kind, schemes: identities }));
  const unknown = new UnknownDevices({ pool, directory, decoders, log, schemes, onTold: options.onTold });
  const foreignTopics = new ForeignLog(log);
  const checkSilence = async () => {
    for (;;) {
      // What waits before a door may be from those who were not heard.
      const until = options.heardUpTo ? options.heardUpTo(now()) : now();
      if (until === undefined) return;
      const suspects = alarms.findSilent(directory.entries(), until, SILENT_AT_ONCE);
      if (suspects.length === 0) return;
      await lastSeen.ask(suspects);
      const emit = (transition: AlarmTransition) => committer.open.alarms.push(transition);
      if (alarms.checkSilence(suspects, until, emit) === 0) continue;
      await new Promise<void>((resolve) => {
        committer.open.waiting.push(resolve);
        committer.filled();
      });
      // Another process may have heard one while this one was paused.
      await lastSeen.ask(suspects);
      alarms.forgetHeard(suspects, until);
    }
  };
  const fold = async () => {
    while ((await foldLedger(pool, FOLD_LIMIT)) === FOLD_LIMIT);
    while ((await foldFormer(pool, FOLD_LIMIT)) === FOLD_LIMIT);
  };
  const follow = async () => {
    for (const id of await directory.follow()) options.onRevoked?.(id);
  };
  const periodic = (work: string, everyMs: number, turn: () => Promise<unknown>) =>
    repeat(turn, everyMs, {
      onFailure: warnOfFailures(log, "periodic work failed; the next turn tries again", { work }),
    });
  const works = [
    periodic("look for silent devices", every.silence ?? 15_000, async () => {
      if (options.watchesSilence?.() ?? true) await checkSilence();
    }),
    periodic("fold the ledger", every.fold ?? 5_000, fold),
    periodic("follow changes of devices", every.follow ?? 2_000, follow),
    periodic("note which readings were dropped", every.dropped ?? 60_000, noteDropped),
    periodic("write presence", every.presence ?? 250, async () => {
      if (await presence.write()) options.onTold?.();
    }),
    periodic("note unknown devices", every.unknown ?? 1_000, () => unknown.turn()),
    periodic("note who was heard", every.seen ?? 1_000, () => lastSeen.write()),
  ];

  return {
    directory,
    accept(message, settled) {
      const { channel, device, context } = message;
      metrics.messages[channel ?? "foreign"]++;
      if (channel === undefined && device) foreignTopics.note(device.id, context);
      return pipeline.accept(message, settled);
    },
    reject(message, refusal, settled) {
      const { channel } = message;
      // A message that comes too fast is turned away, and not taken in.
      if (channel !== undefined && refusal.reason !== "rate_limited") metrics.messages[channel]++;
      pipeline.reject(message, refusal, settled);
    },
    notePresence: (change) => presence.note(change),
    noteUnknown: unknown.note,
    recordUnknown: () => unknown.turn(),
    takeWaiting: (deviceNo, actor) => unknown.takeIn(actor, deviceNo),
    async replay(input, actor, limits) {
      const outcome = await replayRejection({ pool, directory, decoders }, input, actor, limits);
      options.onTold?.();
      return outcome;
    },
    pendingDevices: () => [...directory.entries()].filter(({ pending }) => pending > 0),
    pendingOf: (deviceNo) => directory.findByNo(deviceNo)?.pending ?? 0,
    blocked: () => committer.blocked,
    waitingHistory: () => history.trouble,
    alarmsChanged(changes) {
      let isOver = false;
      for (const { deviceNo, change, rule, at } of changes) {
        const device = directory.findByNo(deviceNo);
        if (!device || change === "acknowledged") continue;
        const clear = alarms.onOthersChange(device, { change, rule, at: Date.parse(at) });
        if (!clear) continue;
        committer.open.alarms.push(clear);
        isOver = true;
      }
      if (isOver) committer.filled();
    },
    waitsChanged(changes) {
      for (const { deviceNo, since, at, ...wait } of changes) {
        const device = directory.findByNo(deviceNo);
        if (!device) continue;
        const moments = { since: since === null ? undefined : Date.parse(since), at: Date.parse(at) };
        alarms.onOthersWait(device, { ...wait, ...moments });
      }
    },
    checkSilence,
    async stop(timeoutMs) {
      const signal = AbortSignal.timeout(timeoutMs);
      await Promise.all([committer.flush(signal), history.flush(signal)]);
      // Neither a turn under way nor the last write may hold up the end when the database is away.
      const stopped = Promise.all(works.map((work) => work.stop()))
        .then(() => Promise.all([presence.write(), lastSeen.writeAll(directory.entries()), unknown.record()]))
        .catch((error: unknown) =>
          log.warn({ err: error }, "presence, or who is unknown, could not be written"),
        );
      await Promise.race([stopped, sleep(timeoutMs, undefined, { signal, ref: false }).catch(() => {})]);
      const lost = pending();
      committer.stop();
      history.stop();
      if (lost > 0) log.warn({ items: lost }, "stopped with uncommitted items; they were not acknowledged");
      return { lost };
    },
  };
}
