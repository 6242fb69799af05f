import { cancelTargets } from "../../store/broadcast/index.ts";
import type { Dispatcher, DispatcherOptions } from "./contract.ts";
import { decideOnTarget, patienceAfterExpiry, patienceOf, type TargetSurroundings } from "./deadlines.ts";
import { dueStep, step } from "./due-step.ts";
import { Afterwards } from "./ended-broadcasts.ts";
import { createDispatchMetrics } from "./metrics.ts";
import { toCommand } from "./on-air.ts";
import { Patience } from "./patience.ts";
import { type Loaded, type LoadOnly, load } from "./read-on-air.ts";
import { Roster } from "./roster.ts";
import { SendQueue } from "./send-queue.ts";
import { DISPATCH_SETTINGS, type DispatchSettings } from "./settings.ts";
import { SpeakerIntake } from "./speaker-intake.ts";
import { ensureStopOrder } from "./stop-order.ts";
import type { OnAir, OnAirTarget } from "./target.ts";
import { Jobs } from "./until-done.ts";
import { Writer } from "./writer.ts";

export type { Dispatcher, DispatcherOptions } from "./contract.ts";

/** For a line that is full, and for a step that somebody else's came before. */
const RETRY_MS = 2_000;
/** Targets are looked through at least this often while they wait for something. */
const LOOK_MS = 250;

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { pool, log, sign, now = Date.now, monotonic = () => performance.now() } = options;
  const settings: DispatchSettings = { ...DISPATCH_SETTINGS, ...options.settings };
  const rules = settings.proof;
  const roster = new Roster();
  const metrics = createDispatchMetrics(options.registry, roster, now);
  const jobs = new Jobs(log);
  const patience = new Patience({ pool, settings, monotonic, log, targets: () => roster.targets() });
  const queue = new SendQueue(roster, send, onRoundSent, monotonic);
  const intake = new SpeakerIntake({ roster, rules, onFacts: settle, onListening });
  const observeSeconds = (seconds: number) => metrics.writeSeconds.observe(seconds);
  const afterwards = new Afterwards({ pool, roster, settings, log, now, monotonic, onCorrected, drop });
  const writer = new Writer({
    pool,
    settings,
    log,
    broadcasts: roster,
    monotonic,
    correct: (broadcast, targets) => afterwards.correct(broadcast, targets),
    onWritten,
    observeSeconds,
  });
  let stopped = false;
  let ticking: NodeJS.Timeout | undefined;

  const surroundings = (): TargetSurroundings => ({
    settings,
    isOnline: options.isOnline,
    isBusy: (target) => roster.isBusy(target),
    now: now(),
  });
  const waitAnew = (target: OnAirTarget) => {
    target.dueAt = monotonic() + patienceOf(target, surroundings());
  };

  // Sending

  function send(target: OnAirTarget): void {
    const { broadcast } = target;
    if (now() >= broadcast.expiresAt) return look(target);
    const stopping = broadcast.isCancelled;
    const command = stopping ? broadcast.stop : broadcast.starts.get(target.attempt);
    // A stop that is not signed yet comes back here once it is.
    if (!command || (stopping ? !target.stopWanted : target.isFinal)) return;
    if (!options.deliver(target.deviceId, command.payload)) {
      // Not there or not listening: it will say when it is. There, but its line is full: once more soon.
      const wait = options.isOnline(target.deviceId) ? RETRY_MS : Number.POSITIVE_INFINITY;
      target.dueAt = monotonic() + wait;
      return;
    }
    const wait = settings.answerWaitsMs[Math.min(target.tries, settings.answerWaitsMs.length - 1)] ?? 0;
    target.tries++;
    // One that has acknowledged it before is waited for as before.
    if (stopping || target.standing === "unanswered") target.dueAt = monotonic() + wait;
    if (stopping) return metrics.commands.inc({ type: "stop" });
    const at = now();
    if (target.sends++ === 0) {
      broadcast.lastHandedOverAt = at;
      metrics.commands.inc({ type: "first" });
    } else metrics.commands.inc({ type: "repeated" });
    target.handedOverAt ??= at;
    settle(target);
  }

  function onRoundSent(broadcast: OnAir): void {
    if (broadcast.isCancelled || broadcast.roundTold || broadcast.lastHandedOverAt === undefined) return;
    broadcast.roundTold = true;
    if (!broadcast.fresh) return;
    const seconds = (broadcast.lastHandedOverAt - broadcast.releasedAt) / 1000;
    metrics.handOverSeconds.observe(seconds);
    const { id, counts } = broadcast;
    log.info(
      { broadcast: id, seconds, waiting: counts.waiting },
      "all speakers that listen have their command on their connection",
    );
  }

  // Taking in

  function settle(target: OnAirTarget): void {
    if (target.settle(rules) && !target.broadcast.isOver) waitAnew(target);
    if (target.broadcast.isOver) afterwards.noticed(target.broadcast);
    writer.noticed();
  }

  function onListening(target: OnAirTarget): void {
    target.tries = 0;
    if (target.broadcast.isCancelled) {
      if (target.stopWanted) queue.push(target);
      return;
    }
    if (target.isFinal) return;
    // What was on its way when the line broke may be lost. Whoever has it knows it by its id and answers again.
    if (target.standing === "unanswered" || target.standing === "acknowledged") queue.push(target);
    if (target.standing !== "unanswered") waitAnew(target);
  }

  // Waiting

  /** A target whose time has come. */
  function look(target: OnAirTarget): void {
    target.dueAt = Number.POSITIVE_INFINITY;
    if (target.broadcast.isCancelled) {
      const again = target.stopWanted && options.isOnline(target.deviceId);
      if (again && target.tries < settings.answerWaitsMs.length) queue.push(target);
      return;
    }
    if (target.isFinal) return;
    const decision = decideOnTarget(target, surroundings());
    if (decision.do === "send") queue.push(target);
    else if (decision.do === "wait") target.dueAt = monotonic() + decision.ms;
    else patience.lose(target);
  }

  function giveUp(target: OnAirTarget): void {
    if (target.isFinal) return;
    // Something may have come while the database was asked.
    const decision = decideOnTarget(target, surroundings());
    if (decision.do !== "give_up") return look(target);
    target.giveUp(decision.state, decision.reason, rules);
    writer.noticed();
  }

  function tick(): void {
    const at = monotonic();
    const clock = now();
    for (const broadcast of roster) {
      if (!broadcast.expired && !(broadcast.isOver && !broadcast.isCancelled) && clock >= broadcast.expiresAt)
        expire(broadcast, at);
      if (at < broadcast.lookAt) continue;
      broadcast.lookAt = at + LOOK_MS;
      for (const target of broadcast.targets) if (target.dueAt <= at) look(target);
    }
    void patience.runOut(giveUp);
    for (const broadcast of roster) proceed(broadcast);
    afterwards.letGo();
  }

  /** From here on nothing of it is sent; speakers that had begun have a little time left. */
  function expire(broadcast: OnAir, at: number): void {
    broadcast.expired = true;
    broadcast.lookAt = at;
    queue.clear(broadcast);
    if (broadcast.isCancelled) return afterwards.keep(broadcast);
    for (const target of broadcast.targets) {
      if (!target.isFinal) target.dueAt = Math.min(target.dueAt, at + patienceAfterExpiry(target, settings));
    }
  }

  // Steps of the broadcast itself

  function onWritten(): void {
    for (const broadcast of roster) {
      if (broadcast.changed) {
        broadcast.changed = broadcast.hasDirty();
        tell(broadcast);
        if (broadcast.isOver && !canBeStopped(broadcast)) afterwards.keep(broadcast);
      }
      proceed(broadcast);
    }
  }

  const tell = (broadcast: OnAir) => options.onProgress(broadcast.progress(new Date(now())));

  /** Takes the step that is due, if one is. */
  function proceed(broadcast: OnAir): void {
    const action = dueStep(broadcast, now());
    if (!action || broadcast.stepping || stopped || intake.isHeld || monotonic() < broadcast.stepAt) return;
    // Targets first: the database lets a broadcast end only when all of its targets have.
    if (action !== "play" && broadcast.changed) return writer.noticed();
    broadcast.stepping = true;
    void jobs.run(broadcast.broadcastNo, `${action} a broadcast`, async () => {
      if (roster.get(broadcast.broadcastNo) !== broadcast || dueStep(broadcast, now()) !== action) {
        broadcast.stepping = false;
        return;
      }
      const { state, taken } = await step(pool, broadcast, action, new Date(now()));
      broadcast.stepping = false;
      broadcast.stepAt = taken ? 0 : monotonic() + RETRY_MS;
      // Somebody has cancelled it, and says so here in a moment.
      if (state === "cancelled") return;
      broadcast.state = state;
      tell(broadcast);
      if (state === "dispatching" || state === "playing") return;
      log.info({ broadcast: broadcast.id, state, targets: { ...broadcast.counts } }, "a broadcast has ended");
      if (taken) metrics.count(broadcast);
      queue.clear(broadcast);
      afterwards.keep(broadcast);
    });
  }

  function onCorrected(broadcast: OnAir, corrected: number): void {
    metrics.corrected.inc(corrected);
    tell(broadcast);
  }

  // Coming and going

  function drop(broadcast: OnAir): void {
    queue.clear(broadcast);
    roster.remove(broadcast);
    if (roster.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  }

  function admit({ broadcasts, replies, readings }: Loaded, fresh: boolean): void {
    for (const broadcast of broadcasts) {
      const before = roster.get(broadcast.broadcastNo);
      if (before) drop(before);
      broadcast.fresh = fresh;
      roster.add(broadcast);
    }
    for (const reply of replies) intake.takeReply(reply);
    for (const reading of readings) intake.takeReading(reading);
    for (const broadcast of broadcasts) {
      if (!fresh) for (const target of broadcast.targets) target.adopt(rules);
      if (broadcast.isOver && !canBeStopped(broadcast)) {
        afterwards.noticed(broadcast);
        afterwards.keep(broadcast);
        continue;
      }
      for (const target of broadcast.targets) {
        if (target.isFinal) continue;
        if (target.standing === "unanswered") queue.push(target);
        else waitAnew(target);
      }
      broadcast.changed = true;
      const { id, state, open } = broadcast;
      log.info(
        { broadcast: id, state, targets: broadcast.byDeviceNo.size, open },
        fresh ? "a broadcast begins" : "a broadcast is taken up again",
      );
    }
    if (roster.size > 0) ticking ??= setInterval(tick, settings.tickMs);
    writer.noticed();
  }

  /** Reads broadcasts into memory; what speakers say meanwhile waits. */
  async function read(what: string, only: LoadOnly): Promise<void> {
    intake.hold();
    try {
      await jobs.run(only.broadcastNo ?? 0, what, async () => {
        // What is known of a broadcast that is read again must not be lost by that.
        if (only.broadcastNo !== undefined && roster.get(only.broadcastNo) && !(await writer.write()))
          throw new Error("the course of a broadcast could not be written");
        const loaded = await load(pool, options.speakers, new Date(now()), rules, only);
        if (!stopped) admit(loaded, only.fresh === true);
      });
    } finally {
      intake.release();
    }
  }

  async function cancel(broadcastNo: number): Promise<void> {
    const known = roster.get(broadcastNo);
    if (known) halt(known, false);
    else await read("cancel a broadcast", { broadcastNo });
    const broadcast = roster.get(broadcastNo);
    // Expired, or never released: nobody can play it.
    if (!broadcast || !canBeStopped(broadcast)) return;
    if (!known) halt(broadcast, true);
    await stopSpeakers(broadcast);
    if (stopped) return;
    log.info({ broadcast: broadcast.id, targets: { ...broadcast.counts } }, "a broadcast is cancelled");
    metrics.count(broadcast);
    tell(broadcast);
  }

  /** It is cancelled, and a speaker may still hold a command of it. */
  const canBeStopped = ({ isCancelled, expiresAt }: OnAir) => isCancelled && now() < expiresAt;

  /**
   * Nothing of it is sent any more, from this moment on.
   * @param unsure it was read from the database: who holds a command, only the speakers know
   */
  function halt(broadcast: OnAir, unsure: boolean): void {
    queue.clear(broadcast);
    broadcast.state = "cancelled";
    broadcast.endedAt = now();
    broadcast.lookAt = 0;
    for (const target of broadcast.targets) {
      target.tries = 0;
      target.dueAt = Number.POSITIVE_INFINITY;
      // One that was given up may play nevertheless. Whoever refused or has played to the end does not.
      const canPlay = target.state !== "sounded" && target.state !== "refused";
      target.stopWanted = canPlay && !target.stopAnswered && (unsure || target.sends > 0);
      if (!target.isFinal) target.cancel(rules);
    }
    writer.noticed();
  }

  async function stopSpeakers(broadcast: OnAir): Promise<void> {
    await jobs.run(broadcast.broadcastNo, "stop the speakers of a broadcast", async () => {
      const order = await ensureStopOrder(pool, broadcast, sign, new Date(now()));
      if (order) roster.addStop(broadcast, toCommand(order));
      for (const target of broadcast.targets) if (target.stopWanted) queue.push(target);
      await cancelTargets(pool, broadcast.broadcastNo);
    });
    await queue.sent(broadcast);
  }

  return {
    async resume() {
      await read("take up what is on the air", {});
      for (const broadcast of roster) {
        if (!canBeStopped(broadcast)) continue;
        halt(broadcast, true);
        await stopSpeakers(broadcast);
      }
    },
    begin: (broadcastNo) => read("begin a broadcast", { broadcastNo, fresh: true }),
    cancel,
    retry: (broadcastNo) => read("try a broadcast again", { broadcastNo }),
    onReplies: (replies) => intake.onReplies(replies),
    onReadings: (readings) => intake.onReadings(readings),
    onListening: (deviceId) => intake.onListening(deviceId),
    wantsReadings: () => intake.isHeld || roster.size > 0,
    wantsReadingsOf: (deviceNo) => intake.isHeld || roster.has(deviceNo),
    async stop() {
      stopped = true;
      clearInterval(ticking);
      queue.stop();
      jobs.stop();
      await writer.stop();
    },
  };
}
