import {
  BAD_KEY_SET,
  type CommandOutcome,
  OUTCOMES,
  type RefusalReason,
  type StartOrder,
  type StopOrder,
} from "../../broadcast/contract/index.ts";
import type { MetricValue } from "../../devices/kind.ts";
import { judgeOrder, type SpeakerPlace } from "./admit.ts";
import type { KeyNews } from "./keys.ts";
import type { MadeReply, TerminalMemory } from "./memory.ts";
import { createPlayer, type Task } from "./player.ts";
import { DRILL_ANNOUNCEMENT, type Voice } from "./script.ts";
import type { Verdict } from "./verify.ts";

const HOUR_MS = 3_600_000;

/** A command is remembered for this long after its expiry, against a clock that is set back. */
export const REMEMBERED_AFTER_EXPIRY_MS = 24 * HOUR_MS;
/** A stop is remembered for this long at least, whatever its expiry: no start order lives longer. */
export const STOP_REMEMBERED_MS = 72 * HOUR_MS;

/** These reasons suggest that somebody may be forging commands. */
const SUSPICIOUS: ReadonlySet<RefusalReason> = new Set(["unsigned", "unknown_key", "bad_signature"]);

export type Output =
  | { readonly type: "reply"; readonly reply: MadeReply }
  /** Asks for a reading, since quantities differ while it plays, or has just ended. */
  | { readonly type: "telemetry" }
  | { readonly type: "event"; readonly event: { type: string; [key: string]: unknown } }
  /** For a bystander, who hears when it begins and stops; not a message. */
  | { readonly type: "sound"; readonly on: boolean; readonly order: StartOrder; readonly resumed: boolean };

export interface TerminalOptions {
  /** Its own id, to know if an order names it. */
  readonly deviceId: string;
  readonly place: SpeakerPlace;
  /** Texts are read this many times as fast. */
  readonly timeScale?: number;
  /** Absent: the voice of a newsreader. */
  readonly voice?: Voice | undefined;
  /** A fault: so far into a text it takes itself to be at the end. */
  readonly breaksOffAfterMs?: number | undefined;
  readonly telemetryWhilePlayingMs?: number;
  /** The quantities while it plays at this volume; null: at its own. */
  readonly sounding: (volume: number | null) => Record<string, MetricValue>;
  /** Its memory from when it was last on. */
  readonly memory?: TerminalMemory | undefined;
}

/**
 * A speaker's controller, without a line, a loudspeaker or a clock of its own: commands, moments and power go in,
 * replies, telemetry and events come out. Moments are milliseconds since 1970 by the speaker's own clock.
 */
export interface SpeakerTerminal {
  /** Takes a verified command, or the reason why it was not verified. */
  receive(verdict: Verdict, at: number): Output[];
  /** Notes that another key set was taken, or that one was refused. */
  noteKeys(news: KeyNews, at: number): Output[];
  /** Call it at `nextAt` or later. */
  tick(at: number): Output[];
  /** Off: it is silent and deaf. On: it starts, with its memory. */
  power(on: boolean, at: number): Output[];
  /** The moment when it has something to do again; undefined while it only waits for commands. */
  nextAt(): number | undefined;
  /** Quantities that differ from the ordinary ones at this moment. */
  metrics(): Record<string, MetricValue> | undefined;
  memory(): TerminalMemory;
}

interface Stop {
  readonly until: number;
  readonly reply: MadeReply;
}

/** Between the idle amplifier or the street, and the quietest speech. */
const showsSound = ({ amplifier_current: current, sound_level: level }: Record<string, MetricValue>) =>
  (typeof current === "number" && current >= 0.5) || (typeof level === "number" && level >= 75);

const iso = (at: number) => new Date(at).toISOString();
const lastOutcome = ({ replies }: Task): CommandOutcome => replies.at(-1)?.outcome ?? OUTCOMES[0];
const secondsOf = ({ soundedMs }: Task) => Math.round(soundedMs / 100) / 10;

export function createTerminal(options: TerminalOptions): SpeakerTerminal {
  const { deviceId, place, telemetryWhilePlayingMs = 2000 } = options;
  const tasks = new Map<string, Task>();
  const stops = new Map<string, Stop>();
  let outputs: Output[] = [];
  // With something to remember it has been on before, and has yet to be switched on again.
  let isOn = options.memory === undefined;
  let reportAt = 0;

  const say = (reply: MadeReply) => outputs.push({ type: "reply", reply });

  /** Answers a start order, and remembers the answer. */
  const answer = (task: Task, outcome: CommandOutcome, at: number, more: Record<string, unknown> = {}) => {
    const { broadcastId, attempt } = task.order;
    const reply = { commandId: task.commandId, outcome, observedAt: iso(at), broadcastId, attempt, ...more };
    task.replies.push(reply);
    say(reply);
  };

  const tell = (type: string, at: number, more: Record<string, unknown>) =>
    outputs.push({
      type: "event",
      event: {
        eventId: `${type}-${(more.commandId as string | undefined) ?? ""}-${at.toString(36)}`,
        observedAt: iso(at),
        type,
        ...more,
      },
    });

  const about = ({ commandId, order }: Task) => ({
    commandId,
    broadcastId: order.broadcastId,
    mode: order.mode,
    class: order.class,
    level: order.level,
    ...(order.mode === "drill" ? { announcement: DRILL_ANNOUNCEMENT } : {}),
  });

  const player = createPlayer({
    timeScale: options.timeScale ?? 1,
    voice: options.voice,
    breaksOffAfterMs: options.breaksOffAfterMs,
    onBegin(task, at, resumed) {
      answer(task, "started", at, {
        ...(task.order.mode === "drill" ? { announcement: DRILL_ANNOUNCEMENT } : {}),
        ...(resumed ? { resumed } : {}),
      });
      tell("play_started", at, { ...about(task), ...(resumed ? { resumed } : {}) });
      outputs.push({ type: "sound", on: true, order: task.order, resumed });
      outputs.push({ type: "telemetry" });
      reportAt = at + telemetryWhilePlayingMs;
    },
    onSilence(task, at, why) {
      tell("play_ended", at, { ...about(task), seconds: secondsOf(task), outcome: why });
      outputs.push({ type: "sound", on: false, order: task.order, resumed: false });
      outputs.push({ type: "telemetry" });
    },
    onOutcome(task, outcome, at, reason) {
      answer(task, outcome, at, { secondsPlayed: secondsOf(task), ...(reason ? { reason } : {}) });
    },
  });

  for (const task of options.memory?.tasks ?? []) {
    const kept: Task = { ...task, replies: [...task.replies], positionMs: task.soundedMs };
    tasks.set(task.order.broadcastId, kept);
    player.remember(kept);
  }
  for (const { broadcastId, ...stop } of options.memory?.stops ?? []) stops.set(broadcastId, stop);

  const forget = (at: number) => {
    for (const [id, { order, phase }] of tasks) {
      if (phase === "done" && Date.parse(order.expiresAt) + REMEMBERED_AFTER_EXPIRY_MS < at) tasks.delete(id);
    }
    for (const [id, { until }] of stops) if (until < at) stops.delete(id);
  };

  const refuse = (verdict: Verdict, reason: RefusalReason, at: number, previous?: CommandOutcome) => {
    const { commandId } = verdict;
    const order = "order" in verdict ? verdict.order : undefined;
    say({
      commandId,
      outcome: "refused",
      observedAt: iso(at),
      reason,
      ...(order ? { broadcastId: order.broadcastId } : {}),
      ...(order?.type === "start" ? { attempt: order.attempt } : {}),
      ...(previous ? { previous } : {}),
    });
    if (SUSPICIOUS.has(reason))
      tell("verification_failed", at, { commandId: commandId.slice(0, 64), reason });
  };

  const hasPlayedOut = (task: Task) => task.replies.at(-1)?.reason === "expired" || player.hasPlayed(task);

  const measure = (task: Task) => {
    const measured = options.sounding(task.order.volume);
    if (showsSound(measured)) task.measured = true;
    return measured;
  };

  const start = (verdict: Verdict, order: StartOrder, at: number) => {
    const known = tasks.get(order.broadcastId);
    // The platform sends a command again whose answer it has not seen. It gets the same answers, of the same moments.
    if (known?.order.attempt === order.attempt) {
      for (const reply of known.replies) say(reply);
      return;
    }
    if (stops.has(order.broadcastId)) return refuse(verdict, "cancelled", at);
    if (known) {
      const previous = lastOutcome(known);
      // It has ended here, and the platform has no proof: then it names this speaker. The measurements here are on
      // their way as a reading, and people who heard it do not hear it twice.
      const wasHeard = known.measured === true && hasPlayedOut(known);
      const mayPlay = previous !== "ended" || (order.again?.includes(deviceId) && !wasHeard);
      const isOver = known.phase === "done" && mayPlay;
      if (order.attempt < known.order.attempt || !isOver) return refuse(verdict, "replayed", at, previous);
    }
    const task: Task = {
      commandId: verdict.commandId,
      order,
      phase: "waiting",
      soundedMs: 0,
      positionMs: 0,
      replies: [],
    };
    tasks.set(order.broadcastId, task);
    answer(task, "accepted", at);
    player.add(task);
  };

  const stop = (order: StopOrder, commandId: string, at: number) => {
    const { broadcastId } = order;
    const before = stops.get(broadcastId);
    if (before) return void say(before.reply);
    const task = tasks.get(broadcastId);
    const previous = task && task.phase === "done" ? { previous: lastOutcome(task) } : {};
    if (task) player.stop(task, at);
    const secondsPlayed = task ? secondsOf(task) : 0;
    const reply = {
      commandId,
      outcome: "stopped",
      observedAt: iso(at),
      broadcastId,
      secondsPlayed,
      ...previous,
    };
    const until = Math.max(
      Date.parse(order.expiresAt) + REMEMBERED_AFTER_EXPIRY_MS,
      at + STOP_REMEMBERED_MS + REMEMBERED_AFTER_EXPIRY_MS,
    );
    stops.set(broadcastId, { until, reply: reply as MadeReply });
    say(reply as MadeReply);
  };

  /** Lets due things happen, and hands out everything that came of them. */
  const settle = (at: number): Output[] => {
    if (isOn) {
      player.advance(at);
      if (player.playing && at >= reportAt) {
        outputs.push({ type: "telemetry" });
        reportAt = at + telemetryWhilePlayingMs;
      }
    }
    const settled = outputs;
    outputs = [];
    return settled;
  };

  return {
    receive(verdict, at) {
      if (!isOn) return [];
      player.advance(at);
      forget(at);
      const reason = "order" in verdict ? judgeOrder(verdict.order, place, at) : verdict.refused;
      if (reason !== undefined) refuse(verdict, reason, at);
      else if ("order" in verdict && verdict.order.type === "start") start(verdict, verdict.order, at);
      else if ("order" in verdict) stop(verdict.order as StopOrder, verdict.commandId, at);
      return settle(at);
    },
    noteKeys(news, at) {
      if (!isOn) return [];
      if ("fault" in news) tell("verification_failed", at, { reason: BAD_KEY_SET, detail: news.fault });
      else tell("key_set_taken", at, { version: news.version });
      return settle(at);
    },
    tick: settle,
    power(on, at) {
      isOn = on;
      if (on) {
        tell("restarted", at, {});
        // Nothing tells how much of it was heard before the power went.
        player.failOpen("restarted", at);
        return settle(at);
      }
      const { playing } = player;
      // Without power it cannot send anything; only a bystander notices.
      outputs = playing ? [{ type: "sound", on: false, order: playing.order, resumed: false }] : [];
      player.cut(at);
      return settle(at);
    },
    nextAt() {
      if (!isOn) return undefined;
      const next = player.nextAt();
      return player.playing ? Math.min(next ?? reportAt, reportAt) : next;
    },
    metrics: () => (isOn && player.playing ? measure(player.playing) : undefined),
    memory: () => ({
      tasks: [...tasks.values()].map(({ positionMs: _position, replies, ...task }) => ({
        ...task,
        replies: [...replies],
      })),
      stops: [...stops].map(([broadcastId, held]) => ({ broadcastId, ...held })),
    }),
  };
}
