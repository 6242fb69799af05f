import { createToken, hashToken } from "../access/tokens.ts";
import {
  endSession,
  endSessionsOf,
  findSession,
  insertSession,
  type Living,
  listSessions,
  listSignedIn,
  noteSessionSeen,
  type Session,
  type SessionType,
} from "../store/access/index.ts";
import type { Db, Page, Pool } from "../store/database/index.ts";

/** Tells a session's secret from an API key. */
export const SESSION_PREFIX = "sbis_";
const TOKEN = /^sbis_[A-Za-z0-9_-]{43}$/;

/** A change by another process is seen after this, in milliseconds; a change by this process at once. */
export const FRESH_MS = 5_000;

/** When a session was last used is written this often, in milliseconds. */
const NOTE_EVERY_MS = 60_000;

const MAX_CACHED = 10_000;
const MAX_USER_AGENT = 300;

export interface SessionsOptions {
  readonly pool: Pool;
  /** A session ends so long after the sign-in, in milliseconds. */
  readonly maxAgeMs: number;
  /** … and so long after it was last used. */
  readonly maxIdleMs: number;
  /**
   * How long what was read of a session counts, in milliseconds: until then this process does not see what another one
   * changed. `FRESH_MS` by default.
   */
  readonly freshMs?: number | undefined;
  /** Called when sessions of a person have ended, so that their open streams are cut. */
  readonly onEnded?: ((principalId: string) => void) | undefined;
  readonly now?: () => number;
}

/** The secret that proves a session, and how it is sent: the secret of a cookie is no bearer token. */
export interface SessionSecret {
  readonly token: string;
  readonly type: SessionType;
}

/** A new session, with the secret that proves it. */
export interface OpenedSession {
  readonly session: Session;
  readonly token: string;
}

export interface Sessions {
  /**
   * Opens a session within the caller's transaction; it counts from the commit on. With `lastsMs` it lasts so long,
   * whether it is used or not.
   */
  open(
    db: Db,
    of: {
      readonly principalId: string;
      readonly type: SessionType;
      readonly address: string | null;
      readonly userAgent: string | null;
      /** True when a second factor was given. */
      readonly secondFactor: boolean;
      readonly lastsMs?: number;
    },
  ): Promise<OpenedSession>;
  /** The living session of this type with this secret. Asking counts as using it, unless `isUse` is false. */
  find(token: string, type: SessionType, isUse?: boolean): Promise<Session | undefined>;
  /**
   * How long such a session lives on if it is not used, in milliseconds; 0 when it is over. Asking does not count as
   * use, but for a session that does not end idle: there it only shows when its stream was last open.
   */
  timeLeft(token: string, type: SessionType): Promise<number>;
  /** The people among these who are signed in now, to the minute. */
  signedIn(ids: readonly string[]): Promise<ReadonlySet<string>>;
  list(
    principalId: string,
    page: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<Page<Session>>;
  /** Ends a session of this person; `forget` after the commit. @returns false when there is none */
  end(db: Db, principalId: string, sessionNo: number): Promise<boolean>;
  /** Ends this person's sessions, but for one where it is named; `forget` after the commit. @returns how many */
  endAll(db: Db, principalId: string, exceptNo?: number): Promise<number>;
  /** Makes committed changes of this person's sessions count at once: the next request asks the database again. */
  forget(principalId: string): void;
  /** The same, without anybody being told: for changes of the person that may have ended sessions as well. */
  lookAgain(principalId: string): void;
}

interface Cached {
  session: Session;
  readonly readAt: number;
  /** When this process last saw it, in milliseconds since 1970. */
  seenAt: number;
  notedAt: number;
}

/** Sessions of people and displays. The database has the hash of each secret; memory has those that were asked for lately. */
export function createSessions(options: SessionsOptions): Sessions {
  const { pool, maxAgeMs, maxIdleMs, freshMs = FRESH_MS, onEnded, now = Date.now } = options;
  /** By the secret's hash in base64; the entry longest unread goes first. */
  const cache = new Map<string, Cached>();
  /** Rises with each `forget`, so that an answer of the database that was on its way meanwhile is not kept. */
  let generation = 0;

  function lookAgain(principalId: string): void {
    generation++;
    for (const [key, { session }] of cache) if (session.principalId === principalId) cache.delete(key);
  }

  function forget(principalId: string): void {
    lookAgain(principalId);
    onEnded?.(principalId);
  }

  async function read(key: string, tokenHash: Buffer): Promise<Cached | undefined> {
    const known = cache.get(key);
    if (known && now() - known.readAt < freshMs) return known;
    const before = generation;
    const session = await findSession(pool, tokenHash);
    cache.delete(key);
    if (!session) return undefined;
    const noted = session.lastSeenAt.getTime();
    const seenAt = Math.max(noted, known?.seenAt ?? 0);
    const cached: Cached = { session, readAt: now(), seenAt, notedAt: noted };
    if (before === generation) {
      cache.set(key, cached);
      if (cache.size > MAX_CACHED) cache.delete(cache.keys().next().value!);
    }
    return cached;
  }

  /** The session of this type in memory, whether it has run out or not. */
  async function look(token: string, type: SessionType): Promise<Cached | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const tokenHash = hashToken(token);
    const cached = await read(tokenHash.toString("base64"), tokenHash);
    return cached?.session.type === type ? cached : undefined;
  }

  const leftOf = ({ session, seenAt }: Cached): number => {
    const idleAt = session.endsIdle ? seenAt + maxIdleMs : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(session.expiresAt.getTime(), idleAt) - now());
  };

  /** Written behind the answer, for which nobody waits; where that fails, the next request tries again. */
  function noteSeen(cached: Cached): void {
    const { session, notedAt } = cached;
    const at = now();
    cached.seenAt = at;
    if (at - notedAt < NOTE_EVERY_MS) return;
    cached.notedAt = at;
    cached.session = { ...session, lastSeenAt: new Date(at) };
    noteSessionSeen(pool, session.sessionNo, new Date(at)).catch(() => {
      cached.notedAt = notedAt;
    });
  }

  const living = (): Living => ({ at: new Date(now()), seenAfter: new Date(now() - maxIdleMs) });

  return {
    async open(db, { principalId, type, address, userAgent, secondFactor, lastsMs }) {
      const token = SESSION_PREFIX + createToken();
      const session = await insertSession(db, {
        principalId,
        type,
        tokenHash: hashToken(token),
        at: new Date(now()),
        expiresAt: new Date(now() + (lastsMs ?? maxAgeMs)),
        address,
        secondFactor,
        endsIdle: lastsMs === undefined,
        userAgent: userAgent?.replaceAll(/[^\x20-\x7e]/g, "?").slice(0, MAX_USER_AGENT) ?? null,
      });
      return { session, token };
    },
    async find(token, type, isUse = true) {
      const cached = await look(token, type);
      if (!cached || leftOf(cached) === 0) return undefined;
      if (isUse) noteSeen(cached);
      return cached.session;
    },
    async timeLeft(token, type) {
      const cached = await look(token, type);
      const left = cached ? leftOf(cached) : 0;
      if (cached && left > 0 && !cached.session.endsIdle) noteSeen(cached);
      return left;
    },
    signedIn: async (ids) => new Set(await listSignedIn(pool, ids, living())),
    list: (principalId, page) => listSessions(pool, principalId, living(), page),
    end: (db, principalId, sessionNo) => endSession(db, principalId, sessionNo, new Date(now())),
    endAll: (db, principalId, exceptNo) => endSessionsOf(db, principalId, new Date(now()), exceptNo ?? null),
    forget,
    lookAgain,
  };
}
