import type { Registry } from "prom-client";
import type { Config } from "../../base/config/index.ts";
import type { Logger } from "../../base/log.ts";

/** The parts that every phase of a start gets. */
export interface Start {
  readonly config: Config;
  /** The log of one part of the platform. */
  readonly logOf: (component: string) => Logger;
  readonly registry: Registry;
  /** The start is given up when it aborts. */
  readonly signal: AbortSignal | undefined;
  /** Registers the end of a part. The platform ends its parts in reverse order of how they were made. */
  readonly atEnd: (undo: Undo) => void;
}

export type Undo = () => Promise<unknown> | unknown;

/** The listeners to a part that is made before them. */
export class Hearers<A extends readonly unknown[]> {
  private readonly hearers: ((...told: A) => void)[] = [];

  add(hearer: (...told: A) => void): void {
    this.hearers.push(hearer);
  }

  readonly tell = (...told: A): void => {
    for (const hearer of this.hearers) hearer(...told);
  };
}
