import type { Registry } from "prom-client";
import type { Config } from "../../base/config/index.ts";
import type { Logger } from "../../base/log.ts";

/** What every phase of a start is given. */
export interface Start {
  readonly config: Config;
  /** The log of one part of the platform. */
  readonly logOf: (component: string) => Logger;
  readonly registry: Registry;
  /** The start is given up when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** Puts down how a part ends. The platform ends its parts in reverse order of how they were made. */
  readonly atEnd: (undo: Undo) => void;
}

export type Undo = () => Promise<unknown> | unknown;

/** Those who are told of something by a part that is made before them. */
export class Hearers<A extends readonly unknown[]> {
  private readonly hearers: ((...told: A) => void)[] = [];

  add(hearer: (...told: A) => void): void {
    this.hearers.push(hearer);
  }

  readonly tell = (...told: A): void => {
    for (const hearer of this.hearers) hearer(...told);
  };
}
