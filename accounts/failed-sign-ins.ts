import type { ErrorCode } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { networkOf } from "../base/networks.ts";
import { appendAuditAlone, createAuditBudget } from "../store/audit/index.ts";
import type { Pool } from "../store/database/index.ts";
import type { LoginVia } from "./login-metrics.ts";
import type { Visitor } from "./visitor.ts";

/** One row for each person and network in so many milliseconds; the next row says how many more there were. */
const EVERY_MS = 5 * 60_000;
/**
 * Rows in a burst, and then one in so many milliseconds, for all people together: against a flood from many networks.
 */
const ALL = { burst: 100, everyMs: 3_000 };

/** A sign-in that failed. */
export interface FailedSignIn {
  /** The person whose name was tried, if there is one: people type passwords into the wrong field. */
  readonly person: { readonly id: string; readonly tenantId: string | null } | undefined;
  readonly via: LoginVia;
  readonly code: ErrorCode;
}

export interface FailedSignIns {
  /** Writes it to the audit beside the answer, whose time must not tell whether there is such a person. */
  record(failed: FailedSignIn, visitor: Visitor): void;
  /** Writes how many went without a row since the last one, and waits for the rows that are being written. */
  flush(): Promise<void>;
}

/**
 * Failed sign-ins, as `session.refused` in the audit, in bounded number. Rows that are not written yet are in memory.
 */
export function createFailedSignIns(options: {
  readonly pool: Pool;
  readonly log: Logger;
  readonly now: () => number;
}): FailedSignIns {
  const { pool, log, now } = options;
  const single = createAuditBudget({ burst: 1, everyMs: EVERY_MS });
  const all = createAuditBudget({ ...ALL, maxKeys: 1 });
  /** The latest failure without a row, by person and network. */
  const latest = new Map<string, { failed: FailedSignIn; visitor: Visitor }>();
  const writing = new Set<Promise<void>>();

  function write(failed: FailedSignIn, visitor: Visitor, unrecordedBefore: number): void {
    const overall = all.take("", now());
    if (overall === undefined) return;
    const { person, via, code } = failed;
    const { address, requestId, callerRequestId = null } = visitor;
    const unrecorded = unrecordedBefore + overall;
    const work: Promise<void> = appendAuditAlone(pool, {
      // The caller has not shown who they are. The tenant's auditors see attempts in the name of one of their people.
      actor: {
        ...{ type: "person", id: null, name: null, tenantId: person?.tenantId ?? null },
        ...{ address, requestId, callerRequestId },
      },
      action: "session.refused",
      object: { type: "person", id: person?.id ?? null },
      after: { via, code, ...(unrecorded > 0 ? { unrecordedBefore: unrecorded } : {}) },
    })
      .then(
        () => {},
        (error: unknown) =>
          log.error({ err: error, requestId }, "a failed sign-in could not be written to the audit"),
      )
      .finally(() => writing.delete(work));
    writing.add(work);
  }

  return {
    record(failed, visitor) {
      const key = `${failed.person?.id ?? ""} ${networkOf(visitor.address)}`;
      const before = single.take(key, now());
      if (before !== undefined) {
        latest.delete(key);
        return write(failed, visitor, before);
      }
      latest.set(key, { failed, visitor });
      // The budget forgets as many.
      if (latest.size > 10_000) latest.delete(latest.keys().next().value!);
    },
    async flush() {
      for (const { key, left } of single.drain()) {
        const last = latest.get(key);
        if (last) write(last.failed, last.visitor, left - 1);
      }
      latest.clear();
      await Promise.all(writing);
    },
  };
}
