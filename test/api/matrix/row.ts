import type { InjectOptions } from "fastify";
import type { Principal } from "../../../access/decide.ts";
import type { Limits } from "../../../access/limits.ts";
import type { Action } from "../../../access/roles.ts";

/** Something that a caller may or may not know of. */
export interface Known {
  /** What names it in an address. */
  readonly id: string;
  visible(limits: Limits, principal: Principal): boolean;
}

/** What one route needs and gives: the rows that its answers are compared with. */
export type Row = { readonly action: Action } & (ListRow | ObjectRow | CreateRow | PlainRow | ClosedRow);

/** Lists exactly what the limits let through. */
export interface ListRow {
  readonly type: "list";
  readonly lists: readonly {
    readonly url: string;
    /** What names an item, in JSON and in the column of the CSV form, where there is one. */
    readonly field: string;
    readonly csv?: boolean;
    expected(limits: Limits, principal: Principal): string[];
  }[];
}

/** One object: found within the limits; else told like one that there is not. */
export interface ObjectRow {
  readonly type: "object";
  readonly objects: readonly Known[];
  /** Of the right form, and nobody's. */
  readonly unknown: string;
  readonly code: string;
  /** What stands in the list of objects under `id`, for requests that name more than that. */
  requests(id: string, object: Known | undefined): InjectOptions[];
  /** What a visible one answers with. 200 by default. */
  status?(limits: Limits, object: Known, principal: Principal): number;
  /** Asked for only where it is out of reach: what becomes of others has tests of its own. */
  readonly hiddenOnly?: boolean;
  /** SQL with which everything is as it was. */
  readonly restore?: string;
}

/** Adding something that there is already: whoever may add it is told so, and nothing changes. */
export interface CreateRow {
  readonly type: "create";
  readonly cases: readonly {
    readonly request: InjectOptions;
    status(limits: Limits, principal: Principal): number;
  }[];
}

/** Bounded by its action alone, or by limits that its own tests look after. */
export interface PlainRow {
  readonly type: "plain";
  readonly request: InjectOptions;
}

export const get = (url: string): InjectOptions => ({ method: "GET", url });

/** What comes of it has tests of its own; here, that nobody may do it who does not hold the action. */
export interface ClosedRow {
  readonly type: "closed";
  readonly request: InjectOptions;
}

/** The ids of what is visible. */
export const ids = (known: readonly Known[]) => (limits: Limits, principal: Principal) =>
  known.filter((each) => each.visible(limits, principal)).map(({ id }) => id);

/** A change that changes nothing. */
export const patch =
  (path: string) =>
  (id: string): InjectOptions => ({
    method: "PATCH",
    url: `/v1/${path}/${id}`,
    payload: { name: id },
  });
