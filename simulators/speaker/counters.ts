import type { StartOrder } from "../../broadcast/contract/index.ts";

/** One stretch of sound as a listener in the village hears it, by the true clock. */
export interface Play {
  readonly speakerId: string;
  readonly broadcastId: string;
  readonly attempt: number;
  readonly beganAt: number;
  /** True after an interruption: it is not a second play. */
  readonly resumed: boolean;
  readonly expiresAt: number;
  endedAt: number | undefined;
}

/** The commands, replies and plays of a fleet of speakers: the other side of the platform's own record. */
export interface Counters {
  /** Messages on the topic of commands, whatever their content. */
  commandsReceived: number;
  /** Replies by outcome; refusals as `refused:<reason>`. */
  readonly replies: Map<string, number>;
  /** Everything that sounded, in the order in which it began. */
  readonly plays: Play[];
  /** Of one broadcast, how often each speaker has begun it; being interrupted and going on is once. */
  playsOf(broadcastId: string): Map<string, number>;
  noteReply(outcome: string, reason: string | undefined): void;
  noteSound(speakerId: string, order: StartOrder, on: boolean, resumed: boolean, at: number): void;
}

export function createCounters(): Counters {
  const replies = new Map<string, number>();
  const plays: Play[] = [];
  const underWay = new Map<string, Play>();
  return {
    commandsReceived: 0,
    replies,
    plays,
    playsOf(broadcastId) {
      const times = new Map<string, number>();
      for (const play of plays) {
        if (play.broadcastId !== broadcastId || play.resumed) continue;
        times.set(play.speakerId, (times.get(play.speakerId) ?? 0) + 1);
      }
      return times;
    },
    noteReply(outcome, reason) {
      const name = outcome === "refused" ? `refused:${reason}` : outcome;
      replies.set(name, (replies.get(name) ?? 0) + 1);
    },
    noteSound(speakerId, order, on, resumed, at) {
      const last = underWay.get(speakerId);
      if (last) last.endedAt = at;
      underWay.delete(speakerId);
      if (!on) return;
      const { broadcastId, attempt } = order;
      const play = {
        speakerId,
        broadcastId,
        attempt,
        beganAt: at,
        resumed,
        expiresAt: Date.parse(order.expiresAt),
        endedAt: undefined,
      };
      plays.push(play);
      underWay.set(speakerId, play);
    },
  };
}
