import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Logger } from "../base/log.ts";
import { type Db, type Pool, positionIn, withPosition } from "../store/database/index.ts";
import type { ReadDb, Replica } from "../store/replica/index.ts";
import { principalOf } from "./guard.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /**
     * The route only reads, and what it shows may be some seconds old: a replica may answer. "told": but not before the
     * replica has everything of which streams have told, because a page that hears of a change asks at once. Without
     * it, the primary answers.
     */
    reads?: "replica" | "told";
    /** It adds up a fleet: where there is no replica, it uses the connections for which others must not wait. */
    patient?: true;
  }
}

/** How many seconds the answer may be old, where a replica gave it. */
const DATA_AGE_HEADER = "x-data-age";

export interface ReadsOptions {
  readonly pool: Pool;
  readonly patientPool: Pool;
  /** Undefined: the primary answers everything. */
  readonly replica: Pick<Replica, "choose" | "positionOf" | "ageMs" | "noteWrite"> | undefined;
  readonly log: Logger;
}

interface RequestReads {
  readonly db: Db;
  /** How far the log had come for what was read; undefined where there is one database only. */
  readonly position?: () => Promise<bigint>;
  readonly fromReplica?: ReadDb;
}

const chosen = new WeakMap<FastifyRequest, RequestReads>();

/** The database of a request whose route says that it only reads (`config: { reads: … }`). */
export function readsOf(request: FastifyRequest): Db {
  const reads = chosen.get(request);
  if (!reads) throw new Error(`Route ${request.routeOptions.url} does not say that it only reads`);
  return reads.db;
}

/** The cursor of a page, so that the next page is not read at a replica that knows less than this one. */
export async function withPositionOf<T extends string | null>(
  request: FastifyRequest,
  cursor: T,
): Promise<T | string> {
  const position = cursor === null ? undefined : await chosen.get(request)?.position?.();
  return position === undefined ? cursor : withPosition(cursor as string, position);
}

const LAST_KEY = /"nextCursor":"([^"]+)"\}$/;

/** The same in a page that is JSON text already, in which `nextCursor` comes last. */
export async function withPositionInText(request: FastifyRequest, text: string): Promise<string> {
  const [, cursor] = LAST_KEY.exec(text.slice(-1000)) ?? [];
  if (cursor === undefined) return text;
  return text.replace(LAST_KEY, `"nextCursor":${JSON.stringify(await withPositionOf(request, cursor))}}`);
}

/**
 * The one place where a request gets its database. With a replica, the callers' changes are noted as well: whoever has
 * changed something is answered by the primary until the replica has it, whichever process is asked.
 */
export function chooseReads(app: FastifyInstance, { pool, patientPool, replica, log }: ReadsOptions): void {
  app.addHook("preHandler", (request, _reply, done) => {
    const { reads, patient } = request.routeOptions.config;
    if (reads === undefined) return done();
    const primary = patient ? patientPool : pool;
    if (!replica) {
      chosen.set(request, { db: primary });
      return done();
    }
    const { cursor } = request.query as { cursor?: string };
    const callerId = principalOf(request)?.id ?? "";
    const from = cursor === undefined ? undefined : positionIn(cursor);
    replica.choose({ callerId, told: reads === "told", from }).then((fromReplica) => {
      const position = () => replica.positionOf(fromReplica?.isFromReplica() ?? false);
      chosen.set(request, { db: fromReplica ?? primary, position, ...(fromReplica && { fromReplica }) });
      done();
    }, done);
  });
  if (!replica) return;

  app.addHook("preSerialization", async (request, _reply, payload) => {
    const page = payload as { nextCursor?: unknown } | null;
    if (typeof page?.nextCursor !== "string") return payload;
    return { ...page, nextCursor: await withPositionOf(request, page.nextCursor) };
  });
  app.addHook("onSend", async (request, reply, payload) => {
    if (reply.statusCode < 400 && chosen.get(request)?.fromReplica?.isFromReplica()) {
      reply.header(DATA_AGE_HEADER, Math.ceil(replica.ageMs() / 1000));
    }
    const caller = principalOf(request);
    if (caller && reply.statusCode < 400 && request.method !== "GET" && request.method !== "HEAD") {
      // The change is made, whatever becomes of the note.
      await replica
        .noteWrite(caller.id)
        .catch((error: unknown) => log.warn({ err: error }, "a caller's change was not noted for replicas"));
    }
    return payload;
  });
}
