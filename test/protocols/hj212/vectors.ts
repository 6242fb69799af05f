import { readFileSync } from "node:fs";
import { ROOT } from "../../project/source-files.ts";

/** The golden packets, each with the project, page or table that it comes from. */
export interface Vector {
  readonly id: string;
  readonly text: string;
  readonly valid: boolean;
  readonly reason?: string;
  readonly expect?: Readonly<Record<string, unknown>>;
  readonly expectReply?: string | null;
  readonly source: string;
}

export interface Stream {
  readonly id: string;
  readonly chunks: readonly string[];
  readonly frames: readonly string[];
  readonly droppedCount?: number;
}

export interface Split {
  readonly id: string;
  readonly frames: readonly string[];
  readonly expect?: readonly Readonly<Record<string, unknown>>[];
  readonly storedRecords?: number;
  readonly expectReplies: readonly string[];
}

export const golden = JSON.parse(readFileSync(`${ROOT}protocols/hj212/testdata/hj212.json`, "utf8")) as {
  readonly vectors: readonly Vector[];
  readonly streams: readonly Stream[];
  readonly split: readonly Split[];
};

/** A packet's text without CR and LF, as a reader hands it on. */
export const bare = (text: string) => text.replace(/\r\n$/, "");
