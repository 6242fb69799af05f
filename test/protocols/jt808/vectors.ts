import { readFileSync } from "node:fs";
import { ROOT } from "../../project/source-files.ts";

/** A golden frame, with the project or table that it comes from. Names in `expect` are the collection's own. */
export interface Vector {
  readonly id: string;
  readonly hex: string;
  readonly valid: boolean;
  readonly reason?: string;
  readonly source: string;
  readonly expect?: {
    readonly header: {
      readonly msgId: string;
      readonly version2019: boolean;
      readonly encryption: number;
      readonly bodyLength: number;
      readonly phone: string;
      readonly serial: number;
      readonly protocolVersion?: number;
      readonly subpackage?: { readonly total: number; readonly index: number };
    };
    // biome-ignore lint/suspicious/noExplicitAny: each sort of message has words of its own
    readonly body?: any;
    readonly bodyHex?: string;
    readonly nonStandardEscape?: true;
  };
}

export interface Stream {
  readonly id: string;
  readonly chunks: readonly string[];
  readonly frames: readonly string[];
  readonly dropped?: readonly string[];
  readonly restHex: string;
}

export interface Split {
  readonly id: string;
  readonly frames: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly assembled?: { readonly msgId: string; readonly body: any };
  readonly resendRequest?: {
    readonly firstSerial: number;
    readonly indexes: readonly number[];
    readonly hex2013: string;
  };
}

export const golden = JSON.parse(readFileSync(`${ROOT}protocols/jt808/testdata/jt808.json`, "utf8")) as {
  readonly vectors: readonly Vector[];
  readonly streams: readonly Stream[];
  readonly subpackages: readonly Split[];
};

export const hex = (text: string): Buffer => Buffer.from(text, "hex");

export const vector = (id: string): Vector => {
  const found = golden.vectors.find((each) => each.id === id);
  if (!found) throw new Error(`no golden frame '${id}'`);
  return found;
};
