import type { ReactNode } from "react";
import type { SeverityName, StateName } from "../ui/marks.tsx";
import { defineTexts } from "../ui/texts.ts";

/**
 * What a village's tile shows: the state of its worst speaker in a broadcast, or at rest whether its speakers are
 * reachable. `out` is taken out of the target, or not in it.
 */
export type TileState =
  | "sounded"
  | "playing"
  | "waiting"
  | "failed"
  | "refused"
  | "offline"
  | "cancelled"
  | "none"
  | "online"
  | "partly"
  | "out";

/** One village. */
export interface VillageTile {
  readonly code: string;
  readonly name: string;
  readonly state: TileState;
  /** Such as `1/2`: sounded of all, or online of all. */
  readonly fraction?: string | undefined;
  /** Words in place of the state's. */
  readonly words?: string | undefined;
  /** In the range of something that waits for a decision. */
  readonly outlined?: boolean;
  /** The worst alarm in it of which nobody has taken notice. In dots, a critical one takes the place of the glyph. */
  readonly alarm?: SeverityName | undefined;
}

/** A township with its villages. */
export interface TownshipRow {
  readonly code: string;
  readonly name: string;
  /** Below its name: `13/13 已发声`. */
  readonly about?: string;
  readonly tiles: readonly VillageTile[];
  /** At the right of its tiles, in dots: numbers, below `ends` of the matrix. */
  readonly end?: ReactNode;
}

export const tileTexts = defineTexts(
  {
    online: "在线",
    partly: "部分离线",
    out: "不在范围",
    village: "村",
    state: "状态",
    township: "乡镇",
    speakers: "喇叭",
  },
  {
    online: "Online",
    partly: "Partly offline",
    out: "Not in range",
    village: "Village",
    state: "State",
    township: "Township",
    speakers: "Speakers",
  },
);

/** The glyph of a state; healthy tiles at rest have none. */
export const glyphOf = (state: TileState): StateName | undefined =>
  state === "online" || state === "partly" || state === "out" ? undefined : state;

/** By region code, so that a village is always in the same place. */
export const inOrder = <T extends { readonly code: string }>(items: readonly T[]): readonly T[] =>
  items.toSorted((a, b) => (a.code < b.code ? -1 : 1));
