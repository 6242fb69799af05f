import { readFileSync } from "node:fs";
import { ROOT } from "../../project/source-files.ts";

/** Events of ChirpStack v4, each with the page that shows it or the definition that it was built from. */
export interface ChirpstackVector {
  readonly id: string;
  readonly topic: string;
  /** The event as JSON; of those that are none, the text. */
  readonly payload?: unknown;
  readonly payloadText?: string;
  readonly valid: boolean;
  /** `down`: a command to the server, which the platform does not send yet. */
  readonly direction?: "down";
  readonly reason?: string;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly source: string;
}

export const vectors = (
  JSON.parse(readFileSync(`${ROOT}protocols/chirpstack/testdata/chirpstack.json`, "utf8")) as {
    readonly vectors: readonly ChirpstackVector[];
  }
).vectors;

export const bytesOf = ({ payload, payloadText }: ChirpstackVector): Buffer =>
  Buffer.from(payloadText ?? JSON.stringify(payload));

/** An event of the vectors by its id, with other fields. */
export function vectorWith(
  id: string,
  changes: Readonly<Record<string, unknown>> = {},
): { topic: string; raw: Buffer } {
  const found = vectors.find((vector) => vector.id === id)!;
  return {
    topic: found.topic,
    raw: Buffer.from(JSON.stringify({ ...(found.payload as object), ...changes })),
  };
}
