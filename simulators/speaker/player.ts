import type { CommandOutcome, FailureReason, StartOrder } from "../../broadcast/contract/index.ts";
import { isExpired } from "./admit.ts";
import type { MadeReply } from "./memory.ts";
import { scriptOf, type Voice } from "./script.ts";

/** One broadcast that a speaker has accepted. */
export interface Task {
  readonly commandId: string;
  readonly order: StartOrder;
  phase: "waiting" | "playing" | "interrupted" | "done";
  /** The time that has sounded, in milliseconds of the text. */
  soundedMs: number;
  /** The position in the text. A daily programme runs on while it is interrupted, an emergency waits. */
  positionMs: number;
  readonly replies: MadeReply[];
  /** True when the speaker has measured itself that it sounds. */
  measured?: boolean | undefined;
}

export interface PlayerOptions {
  readonly timeScale: number;
  /** Absent: the voice of a newsreader. */
  readonly voice?: Voice | undefined;
  /** A fault: after so much of the text it takes itself to be at the end. */
  readonly breaksOffAfterMs?: number | undefined;
  readonly onBegin: (task: Task, at: number, resumed: boolean) => void;
  /** Called when it has stopped sounding, for good or for a while. */
  readonly onSilence: (task: Task, at: number, why: CommandOutcome) => void;
  readonly onOutcome: (
    task: Task,
    outcome: "ended" | "stopped" | "interrupted" | "failed" | "refused",
    at: number,
    reason?: FailureReason | "expired",
  ) => void;
}

/** Decides which of the accepted broadcasts has the amplifier, and reads it to its end. */
export interface Player {
  readonly playing: Task | undefined;
  /** True when half of the ordered time has sounded, by its own count. */
  hasPlayed(task: Task): boolean;
  add(task: Task): void;
  /** Takes over a task from before a restart. */
  remember(task: Task): void;
  stop(task: Task, at: number): void;
  /** Cuts the power in the middle of everything. */
  cut(at: number): void;
  /** Gives up all tasks that had begun. */
  failOpen(reason: FailureReason, at: number): void;
  /** Lets everything happen that is due by now. */
  advance(at: number): void;
  nextAt(): number | undefined;
}

/** Actual emergencies, then drills of one, then daily programmes; level 1 before 4. Less is more urgent. */
const urgency = ({ order }: Task) =>
  (order.class === "daily" ? 20 : order.mode === "actual" ? 0 : 10) + order.level;

const isDrill = ({ order }: Task) => order.class === "emergency" && order.mode === "drill";

const startsAt = ({ order }: Task) =>
  order.startsAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(order.startsAt);

export function createPlayer(options: PlayerOptions): Player {
  const { timeScale, breaksOffAfterMs = Number.POSITIVE_INFINITY } = options;
  const readingMsOf = (order: StartOrder) => scriptOf(order).readingMs(options.voice);
  /** Tasks that were accepted and are not over, in the order in which they came. */
  const open: Task[] = [];
  let playing: Task | undefined;
  /** When the present stretch of sound began. */
  let since = 0;
  /** When an interrupted one fell silent. */
  const silentSince = new Map<Task, number>();
  let seenUntil = Number.NEGATIVE_INFINITY;

  const lengthOf = ({ order }: Task) => readingMsOf(order) * order.repeatCount;

  /** The end of the reading that is under way, in milliseconds of the text. */
  const readingEnd = (task: Task): number => {
    const readingMs = readingMsOf(task.order);
    // A hair further, because a sum of readings may fall just short of their product.
    return (Math.floor(task.positionMs / readingMs + 1e-6) + 1) * readingMs;
  };
  const stretchEnd = (task: Task) => Math.min(readingEnd(task), breaksOffAfterMs);
  const boundaryAt = (task: Task) => Math.ceil(since + (stretchEnd(task) - task.positionMs) / timeScale);

  const count = (task: Task, at: number, most = Number.POSITIVE_INFINITY) => {
    const ms = Math.min(most, Math.max(0, at - since) * timeScale);
    task.soundedMs += ms;
    task.positionMs += ms;
    since = at;
  };

  const close = (task: Task) => {
    task.phase = "done";
    open.splice(open.indexOf(task), 1);
    silentSince.delete(task);
    if (playing === task) playing = undefined;
  };

  const finish = (
    task: Task,
    outcome: "ended" | "stopped" | "failed" | "refused",
    at: number,
    reason?: FailureReason | "expired",
  ) => {
    const wasPlaying = task === playing;
    close(task);
    if (wasPlaying) options.onSilence(task, at, outcome);
    options.onOutcome(task, outcome, at, reason);
  };

  const readUntil = (at: number) => {
    while (playing && boundaryAt(playing) <= at) {
      const task = playing;
      const boundary = boundaryAt(task);
      const target = stretchEnd(task);
      count(task, boundary, target - task.positionMs);
      task.positionMs = target;
      if (target >= Math.min(lengthOf(task), breaksOffAfterMs) - 1e-3) finish(task, "ended", boundary);
      else if (isExpired(task.order, boundary)) finish(task, "ended", boundary, "expired");
    }
  };

  const dropExpired = (at: number) => {
    for (const task of [...open]) {
      if (task === playing || !isExpired(task.order, at)) continue;
      if (task.phase === "interrupted") finish(task, "failed", at, "interrupted");
      else finish(task, "refused", at, "expired");
    }
  };

  const interrupt = (task: Task, at: number) => {
    count(task, at);
    task.phase = "interrupted";
    silentSince.set(task, at);
    playing = undefined;
    options.onSilence(task, at, "interrupted");
    options.onOutcome(task, "interrupted", at);
  };

  /** @returns false when nothing of it is left to play */
  const begin = (task: Task, at: number): boolean => {
    const resumed = task.phase === "interrupted";
    if (resumed && task.order.class === "daily") {
      task.positionMs += (at - silentSince.get(task)!) * timeScale;
      if (task.positionMs >= lengthOf(task)) {
        finish(task, "failed", at, "interrupted");
        return false;
      }
    }
    silentSince.delete(task);
    playing = task;
    task.phase = "playing";
    since = at;
    options.onBegin(task, at, resumed);
    return true;
  };

  const choose = (at: number) => {
    for (;;) {
      const due = open.filter((task) => task !== playing && startsAt(task) <= at);
      const best = due.reduce<Task | undefined>(
        (first, task) => (first && urgency(first) <= urgency(task) ? first : task),
        undefined,
      );
      if (!best || (playing && urgency(playing) <= urgency(best))) return;
      if (playing && isDrill(playing) && !isDrill(best)) {
        // After a warning the rest of a drill is not played.
        count(playing, at);
        finish(playing, "failed", at, "interrupted");
      } else if (playing) interrupt(playing, at);
      if (begin(best, at)) return;
    }
  };

  return {
    get playing() {
      return playing;
    },
    hasPlayed: (task) => task.soundedMs >= lengthOf(task) / 2,
    add: (task) => void open.push(task),
    remember(task) {
      if (task.phase !== "done") open.push(task);
    },
    stop(task, at) {
      if (task.phase === "done") return;
      if (task === playing) count(task, at);
      finish(task, "stopped", at);
    },
    cut(at) {
      if (playing) count(playing, at);
      playing = undefined;
    },
    failOpen(reason, at) {
      for (const task of [...open]) if (task.phase !== "waiting") finish(task, "failed", at, reason);
    },
    advance(at) {
      seenUntil = at;
      if (open.length === 0) return;
      readUntil(at);
      dropExpired(at);
      choose(at);
    },
    nextAt() {
      let next: number | undefined;
      const consider = (moment: number) => {
        if (next === undefined || moment < next) next = moment;
      };
      for (const task of open) {
        if (task === playing) consider(boundaryAt(task));
        else {
          consider(Date.parse(task.order.expiresAt));
          if (startsAt(task) > seenUntil) consider(startsAt(task));
        }
      }
      return next;
    },
  };
}
