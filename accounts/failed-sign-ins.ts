import { networkOf } from "../access/networks.ts";
import type { ErrorCode } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { appendAuditAlone, createAuditBudget } from "../store/audit/index.ts";
import type { Pool } from "../store/database/index.ts";
import type { LoginVia } from "./login-metrics.ts";
import type { Visitor } from "./visitor.ts";

/** One row a person and network in so long; the next one says how many there were beside it. */
const EVERY_MS = 5 * 60_000;
/** So many rows at once, and then one in so long, whoever it is: a flood from many networks. */
const ALL = { burst: 100, everyMs: 3_000 };

/** A sign-in that failed. */
export interface FailedSignIn {
  /** Who it was tried as, where there is such a person: people type passwords into the wrong field. */
  readonly person: { readonly id: string; readonly tenantId: string | null } | undefined;
  readonly via: LoginVia;
  readonly code: ErrorCode;
}

export interface FailedSignIns {
  /** Puts it into the audit beside the answer, which must not tell by its time whether there is such a person. */
  record(failed: FailedSignIn, visitor: Visitor): void;
  /** Writes how many went without a row since the last one, and waits for what is being written. */
  flush(): Promise<void>;
}

/** Sign-ins that failed, as `session.refused` in the audit, in bounded number. What is not written yet is in memory. */
export function createFailedSignIns(options: {
  readonly pool: Pool;
  readonly log: Logger;
  readonly now: () => number;
}): FailedSignIns {
  const { pool, log, now } = options;
  const single = createAuditBudget({ burst: 1, everyMs: EVERY_MS });
  const all = createAuditBudget({ ...ALL, maxKeys: 1 });
  /** The latest of those that have no row, by person and network. */
  const latest = new Map<string, { failed: FailedSignIn; visitor: Visitor }>();
  const writing = new Set<Promise<void>>();

  function write(failed: FailedSignIn, visitor: Visitor, unrecordedBefore: number): void {
    const overall = all.take("", now());
    if (overall === undefined) return;
    const { person, via, code } = failed;
    const { address, requestId, callerRequestId = null } = visitor;
    const unrecorded = unrecordedBefore + overall;
    const work: Promise<void> = appendAuditAlone(pool, {
      // Nobody has shown who they are. The tenant's auditors see what is tried as one of their people.
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
          log.error({ err: error, requestId }, "a failed sign-in could not be put into the audit"),
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
