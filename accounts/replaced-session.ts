import type { Session, SessionType } from "../store/access/index.ts";
import { appendAudit } from "../store/audit/index.ts";
import type { Client } from "../store/database/index.ts";
import type { KnownPrincipals } from "./known-principals.ts";
import type { Sessions } from "./sessions.ts";
import type { Visitor } from "./visitor.ts";

interface ReplacedOptions {
  readonly directory: Pick<KnownPrincipals, "findPrincipal">;
  readonly sessions: Pick<Sessions, "find" | "end">;
}

/**
 * What a browser's cookie stands for when it gets another one. It is ended with that: nobody could end it at this
 * browser any more, and whoever has kept the former cookie could go on under the former name.
 */
export function createReplacedSessions({ directory, sessions }: ReplacedOptions) {
  return {
    /** Where the new session has a cookie. Asking does not count as using it. */
    find: async (type: SessionType, { cookie }: Visitor): Promise<Session | undefined> =>
      type === "cookie" && cookie ? sessions.find(cookie, "cookie", false) : undefined,
    /** Ends it in the name of whose it was; `forget` after the commit. */
    async end(tx: Client, { principalId, sessionNo }: Session, by: string, visitor: Visitor): Promise<void> {
      const former = directory.findPrincipal(principalId);
      if (!former || !(await sessions.end(tx, principalId, sessionNo))) return;
      const { address, requestId, callerRequestId = null } = visitor;
      const { type, id, name, tenantId } = former;
      await appendAudit(tx, {
        actor: { type, id, name, tenantId, address, requestId, callerRequestId },
        action: "session.end",
        object: { type: "session", id: String(sessionNo) },
        after: { by },
      });
    },
  };
}
