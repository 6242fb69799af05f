import { createRandom, type Random } from "../../devices/random.ts";

/** Something that happens to a process of the platform, or to a node of the engine. */
export interface Blow {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly who: string;
  readonly what: "kill" | "pause";
  /** After so many seconds it is started again, or goes on; undefined: it stays away. */
  readonly backAfter: number | undefined;
}

export interface PlanOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly everySeconds: number;
  readonly processes: readonly string[];
  /** Nodes of the engine that may be killed and paused, one at a time. */
  readonly nodes: readonly string[];
}

/** One in so many is a blow to a node. */
const NODES_SHARE = 0.3;

/**
 * Draws what happens when. At every moment one process is neither away nor paused, and a majority of three nodes is
 * there. One process stays away for good in the last third.
 */
export function planBlows({ seed, seconds, everySeconds, processes, nodes }: PlanOptions): Blow[] {
  const random = createRandom(seed);
  const blows: Blow[] = [];
  const backAt = new Map<string, number>();
  const isAway = (who: string, at: number) => (backAt.get(who) ?? 0) > at;
  let gone = false;
  for (let at = everySeconds; at <= seconds - everySeconds / 2; at += everySeconds) {
    const there = processes.filter((name) => !isAway(name, at));
    const isNode = nodes.length > 0 && nodes.every((name) => !isAway(name, at)) && random.chance(NODES_SHARE);
    if (!isNode && there.length < 2) continue;
    const from = isNode ? nodes : there;
    const who = from[Math.floor(random.next() * from.length)]!;
    const what = random.chance(0.5) ? "kill" : "pause";
    const forGood = !isNode && !gone && at > (2 * seconds) / 3;
    if (forGood) gone = true;
    const backAfter = forGood ? undefined : drawAbsence(random, isNode, what, everySeconds);
    backAt.set(who, backAfter === undefined ? Number.POSITIVE_INFINITY : at + backAfter);
    blows.push({ at, who, what: forGood ? "kill" : what, backAfter });
  }
  return blows;
}

/** A node is back before the next blow; of processes, every third stays away for longer than two of them. */
function drawAbsence(random: Random, isNode: boolean, what: Blow["what"], everySeconds: number): number {
  if (isNode) return Math.round(random.between(0.1, 0.5) * everySeconds);
  if (what === "kill" && random.chance(1 / 3)) return Math.round(random.between(2.2, 3.5) * everySeconds);
  return Math.round(random.between(0.2, 1.6) * everySeconds);
}

export const describeBlow = ({ at, who, what, backAfter }: Blow): string =>
  `${at} s: ${what} ${who}, ${backAfter === undefined ? "which stays away" : `back after ${backAfter} s`}`;
