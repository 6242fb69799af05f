import type { Registry } from "prom-client";
import type { Logger } from "../../base/log.ts";
import type { KindTable, Pool } from "../../store/database/index.ts";
import type { Lease } from "../../store/processes/index.ts";
import type { SpeakerReading } from "../proof/index.ts";
import { Deliveries, type DeliveriesOptions } from "./deliveries.ts";
import type { Elsewhere } from "./elsewhere.ts";
import { EndedBroadcasts } from "./ended-broadcasts.ts";
import { fenceOf } from "./fence.ts";
import { FirstRounds } from "./first-rounds.ts";
import { createDispatchMetrics, type DispatchMetrics } from "./metrics.ts";
import type { OnAirProgress } from "./on-air.ts";
import { Patience } from "./patience.ts";
import { Roster } from "./roster.ts";
import { lookAgain } from "./second-look.ts";
import { SendQueue } from "./send-queue.ts";
import { Sending } from "./sending.ts";
import { DISPATCH_SETTINGS, type DispatchSettings } from "./settings.ts";
import type { CommittedReply } from "./speaker-facts.ts";
import { SpeakerIntake } from "./speaker-intake.ts";
import { SpeakerRoutes } from "./speaker-routes.ts";
import { Steps } from "./steps.ts";
import type { Sign } from "./stop-order.ts";
import { Stopping } from "./stopping.ts";
import { TakingUp } from "./taking-up.ts";
import type { OnAir, OnAirTarget } from "./target.ts";
import { TargetWatch } from "./target-watch.ts";
import { UntilDone } from "./until-done.ts";
import { Writer } from "./writer.ts";

export interface DispatcherOptions {
  readonly pool: Pool;
  /** The tables of speakers' readings, for each kind that sounds. */
  readonly speakers: readonly KindTable[];
  /** Signs the orders that stop, and those of another attempt. */
  readonly sign: Sign;
  /**
   * Hands a command over to the door of a speaker. Its promise should not reject; a door that rejects has not taken it.
   */
  readonly deliver: DeliveriesOptions["deliver"];
  readonly isOnline: (deviceId: string) => boolean;
  /** Called after each write. Must not throw. */
  readonly onProgress: (progress: OnAirProgress) => void;
  readonly log: Logger;
  readonly registry: Registry;
  /** Where several dispatchers of a process follow each other: made once. */
  readonly metrics?: DispatchMetrics;
  /** The right to dispatch, where several processes run on one database. */
  readonly held?: HeldDispatch | undefined;
  /** Called when the order to stop a broadcast goes to every speaker that may play, or none can play it any more. */
  readonly onStopOrdered?: (broadcastNo: number) => void;
  /** The platform's clock, milliseconds since 1970. */
  readonly now?: () => number;
  /** A clock that never jumps, for waiting. Milliseconds. */
  readonly monotonic?: () => number;
  readonly settings?: Partial<DispatchSettings>;
}

/** The duty of dispatch in the hands of this process, one of several. */
export interface HeldDispatch {
  /** The present right to it. */
  readonly lease: Lease;
  /** False while another process may have it by now: then nothing is sent. */
  readonly mayAct: () => boolean;
  /** Called when another process was found to have it. */
  readonly onLost: () => void;
  /** Speakers at the doors of the other processes. */
  readonly elsewhere: Elsewhere;
}

/**
 * Brings released broadcasts to their speakers and finds out their outcome. The database is the truth: memory holds the
 * same plus the last moments, which are written soon after, and can be recovered from the replies and readings in the
 * database.
 */
export interface Dispatcher {
  /**
   * Takes up everything that is on the air; at the start of the platform, before devices connect.
   * @param onTakenUp called when it is in memory, and stops have yet to be sent
   */
  resume(onTakenUp?: () => void): Promise<void>;
  /** Begins a broadcast whose targets and order are committed. */
  begin(broadcastNo: number): Promise<void>;
  /**
   * Stops a broadcast whose cancellation is committed. Commands that wait to be sent are dropped at once; resolves when
   * all speakers that listen have the command to stop on their connection.
   */
  cancel(broadcastNo: number): Promise<void>;
  /** Takes up another attempt, whose order and targets are committed. */
  retry(broadcastNo: number): Promise<void>;
  /** Takes in committed replies. */
  onReplies(replies: readonly CommittedReply[]): void;
  /** Takes in committed readings of speakers. */
  onReadings(readings: readonly SpeakerReading[]): void;
  /** Hears that a speaker has subscribed to its commands. */
  onListening(deviceId: string): void;
  /** True when readings can prove anything at the moment, and when those of this device can. */
  wantsReadings(): boolean;
  wantsReadingsOf(deviceNo: number): boolean;
  /** True when it has a broadcast in memory, in this attempt or a later one; cancelled ones are stopped. */
  knows(broadcastNo: number, attempt: number): boolean;
  isStopping(broadcastNo: number): boolean;
  /**
   * How many speakers may play a cancelled broadcast, and nobody knows whether the command to stop reaches them.
   * @param waitMs for so long it waits for the answers of their doors
   */
  unsureOf(broadcastNo: number, waitMs: number): Promise<number>;
  stop(): Promise<void>;
  /** Lets go of everything, and writes nothing: another process goes on with what is in the database. */
  abandon(): void;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { now = Date.now, monotonic = () => performance.now() } = options;
  const settings: DispatchSettings = { ...DISPATCH_SETTINGS, ...options.settings };
  const rules = settings.proof;
  const { pool, speakers, held, log, metrics = createDispatchMetrics(options.registry, now) } = options;

  // The broadcasts in memory, and their counts.
  const roster = new Roster();
  metrics.show(roster);
  const routes = new SpeakerRoutes({
    ...options,
    monotonic,
    elsewhere: held?.elsewhere,
    targets: () => roster.targets(),
    onCame: (deviceId) => intake.onListening(deviceId),
  });
  const { isOnline, deliver } = routes;
  const { mayAct = () => true, onLost = () => {} } = held ?? {};
  const fence = fenceOf(pool, held, onLost);
  const given = { ...options, now, monotonic, settings, rules, fence, isOnline, deliver, mayAct };
  const firstRounds = new FirstRounds(metrics, log);
  const untilDone = new UntilDone(log);

  // The way out.
  const deliveries = new Deliveries({
    ...given,
    deliveryMs: settings.deliveryMs,
    onAnswers: () => queue.wake(),
    onAnswer: (answer) => sending.onAnswer(answer),
    onNext: (target) => queue.push(target),
    onEnded: (broadcast) => queue.onAnswered(broadcast),
  });
  const queue: SendQueue = new SendQueue({
    monotonic,
    doors: deliveries,
    send: (target) => sending.send(target),
    onEmptied: (broadcast) => firstRounds.sent(broadcast),
  });
  const patience = new Patience({
    ...given,
    targets: () => roster.targets(),
    lookAgain: held && ((lost) => lookAgain({ pool, speakers, rules, intake }, lost)),
  });
  const watch = new TargetWatch({
    ...given,
    roster,
    queue,
    patience,
    onExpired: (broadcast) => broadcast.isCancelled && ended.keep(broadcast),
    onGivenUp: () => writer.noticed(),
  });
  const way = { roster, queue, watch, deliveries, firstRounds, metrics };
  const sending = new Sending({ ...given, ...way, onSent: settle });

  // The way back, and into the database.
  const intake: SpeakerIntake = new SpeakerIntake({
    roster,
    rules,
    onFacts: settle,
    onListening: (target) => sending.onListening(target),
  });
  const ended = new EndedBroadcasts({ ...given, roster, watch, onCorrected, drop });
  const writer = new Writer({
    ...given,
    broadcasts: roster,
    ended,
    onWritten: () => steps.onWritten(),
    observeSeconds: (seconds) => metrics.writeSeconds.observe(seconds),
  });

  // The course of a broadcast as a whole.
  const parts = { ...given, ...way, intake, ended, writer, untilDone };
  const steps = new Steps(parts);
  const takingUp = new TakingUp({ ...parts, drop, onRead: routes.lookFor, onTakenUp: startTicking });
  const stopping = new Stopping({
    ...parts,
    elsewhere: held?.elsewhere,
    onOrdered: options.onStopOrdered,
    read: (broadcastNo) => takingUp.read("cancel a broadcast", { broadcastNo }),
    onStopped(broadcast) {
      metrics.count(broadcast);
      steps.tell(broadcast);
    },
  });
  let ticking: NodeJS.Timeout | undefined;

  function startTicking(): void {
    ticking ??= setInterval(tick, settings.tickMs);
  }

  function tick(): void {
    routes.lookNowAndThen();
    watch.lookThrough();
    deliveries.giveUpOverdue();
    steps.proceed();
    ended.letGo();
  }

  /** Called when something new is known of a target. */
  function settle(target: OnAirTarget): void {
    const { broadcast } = target;
    if (target.settle(rules) && !broadcast.isOver) watch.begin(target);
    if (broadcast.isOver) ended.onFacts(broadcast);
    writer.noticed();
  }

  function onCorrected(broadcast: OnAir, corrected: number): void {
    metrics.corrected.inc(corrected);
    steps.tell(broadcast);
  }

  function drop(broadcast: OnAir): void {
    queue.clear(broadcast);
    roster.remove(broadcast);
    if (roster.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  return {
    async resume(onTakenUp) {
      await takingUp.read("take up what is on the air", {});
      const stopped = stopping.resume();
      onTakenUp?.();
      await stopped;
    },
    begin: (broadcastNo) => takingUp.read("begin a broadcast", { broadcastNo, fresh: true }),
    cancel: (broadcastNo) => stopping.cancel(broadcastNo),
    retry: (broadcastNo) => takingUp.read("try a broadcast again", { broadcastNo }),
    onReplies: (replies) => intake.onReplies(replies),
    onReadings: (readings) => intake.onReadings(readings),
    onListening: (deviceId) => intake.onListening(deviceId),
    wantsReadings: () => intake.isHeld || roster.size > 0,
    wantsReadingsOf: (deviceNo) => intake.isHeld || roster.has(deviceNo),
    knows: (broadcastNo, attempt) => roster.get(broadcastNo)?.isInAttempt(attempt) === true,
    isStopping: (broadcastNo) => roster.get(broadcastNo)?.isCancelled === true,
    unsureOf: (broadcastNo, waitMs) => stopping.unsureOf(broadcastNo, waitMs),
    abandon() {
      untilDone.stop();
      writer.abandon();
      void queue.stop();
      for (const broadcast of roster) drop(broadcast);
    },
    async stop() {
      clearInterval(ticking);
      untilDone.stop();
      await queue.stop();
      await writer.stop();
    },
  };
}
