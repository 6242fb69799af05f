import type { Socket } from "node:net";
import pg from "pg";

/** The part of `pg` that query functions use: a pool, or one client inside a transaction. */
export type Db = Pick<pg.Pool, "query">;
export type Pool = pg.Pool;
export type Client = pg.PoolClient;

// int8 comes as text by default, because it may not fit a number. Our counts and numbers stay far below
// 2^53, and a lossy parse would be worse than a throw, so say so when one doesn't.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
});

export interface PoolOptions {
  readonly url: string;
  readonly size: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Longest statement, in milliseconds; 0 for none. */
  readonly statementTimeoutMs?: number;
  /**
   * The time after which an answer is given up, in milliseconds; 0 for never. Longer than the statement's own limit: it
   * is for connections that are dead without a sign, which TCP itself would notice after hours.
   */
  readonly answerTimeoutMs?: number;
}

/**
 * Compiling takes 0.4 s for the plan of a fleet's series and wins nothing: many partitions, each with few rows. Servers
 * have it on by default.
 *
 * TimescaleDB refuses a statement that has to open more than 100,000 rows of columnstore, which a merge into an old
 * week of 600 meters does, or a repair of a camera's quarter: it would be refused however often it is tried.
 */
const SETTINGS = "set jit = off; set timescaledb.max_tuples_decompressed_per_dml_transaction = 0";
const applySettings = async (client: pg.ClientBase): Promise<void> => {
  await client.query(SETTINGS);
};

/**
 * A client whose connection breaks by an answer that cannot be read, such as a text longer than JavaScript's strings.
 * The driver throws that out of a socket event, past the caller that waits for the answer, and so would end the
 * process.
 */
class BreakingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const { connection } = this as unknown as { connection: { attachListeners(stream: Listened): void } };
    const attach = connection.attachListeners.bind(connection);
    connection.attachListeners = (stream) =>
      attach({
        on(event, listener) {
          stream.on(event, event === "data" ? breaking(stream, listener) : listener);
        },
      } as Listened);
  }
}

type Listened = Pick<Socket, "on" | "destroy">;
// biome-ignore lint/suspicious/noExplicitAny: as Node has listeners.
type Listener = (...args: any[]) => void;

const breaking =
  (stream: Listened, listener: Listener): Listener =>
  (...args) => {
    try {
      listener(...args);
    } catch (error) {
      stream.destroy(error as Error);
    }
  };

/** Opens a pool. An idle connection that breaks is replaced on next use; it must not end the process. */
export function openPool(options: PoolOptions, onIdleError: (error: Error) => void): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.size,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    ...(options.statementTimeoutMs ? { statement_timeout: options.statementTimeoutMs } : {}),
    ...(options.answerTimeoutMs ? { query_timeout: options.answerTimeoutMs } : {}),
    onConnect: applySettings,
    Client: BreakingClient,
  });
  pool.on("error", onIdleError);
  // pg's own closes the connection at every error, and thousands of refused rows would be as many logins.
  pool.query = ((...args: Parameters<Client["query"]>) =>
    withClient(pool, async (client, isBroken) => {
      try {
        return await client.query(...args);
      } catch (error) {
        if (!isRowFault(error)) isBroken(error as Error);
        throw error;
      }
    })) as Pool["query"];
  return pool;
}

/**
 * Runs `work` on one connection of the pool, and closes the connection rather than return it to the pool when `work`
 * says or the server shows that it is broken. A pool listens for errors of idle connections only: a connection that is
 * lost between two statements of `work` would otherwise end the process.
 */
export async function withClient<T>(
  pool: Pool,
  work: (client: Client, isBroken: (error: Error) => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const isBroken = (error: Error) => {
    broken = error;
  };
  client.on("error", isBroken);
  try {
    return await work(client, isBroken);
  } finally {
    client.off("error", isBroken);
    client.release(broken);
  }
}

/** Runs `work` in a transaction on one connection; rolls back when it throws. */
export function withTransaction<T>(pool: Pool, work: (client: Client) => Promise<T>): Promise<T> {
  return withClient(pool, async (client, isBroken) => {
    try {
      await client.query("begin");
      const result = await work(client);
      const { command } = await client.query("commit");
      // After a failed statement whose error the work has swallowed, a commit is answered with a rollback.
      if (command !== "COMMIT") {
        throw new Error(`The transaction ended in ${command}: one of its statements failed`);
      }
      return result;
    } catch (error) {
      await client.query("rollback").catch(isBroken);
      throw error;
    }
  });
}

/**
 * SQLSTATEs after which the same statement may succeed later. An unknown code counts as permanent: retrying for ever a
 * statement that can never succeed would hold back every acknowledgement behind it.
 */
const TRANSIENT_SQLSTATES: Record<string, string> = {
  "40001": "serialization_failure",
  "40003": "statement_completion_unknown",
  "40P01": "deadlock_detected",
  "55P03": "lock_not_available",
  "57000": "operator_intervention",
  "57014": "query_canceled: our own statement_timeout, or an administrator",
  "57P01": "admin_shutdown",
  "57P02": "crash_shutdown",
  "57P03": "cannot_connect_now: the server is starting",
  "57P04": "database_dropped: while a backup takes its place",
  "58000": "system_error",
  "58030": "io_error",
  "25P03": "idle_in_transaction_session_timeout: the server has ended the connection; another one will do",
  "25P04": "transaction_timeout: likewise",
  "57P05": "idle_session_timeout: likewise",
  "25006": "read_only_sql_transaction: a replica that has not been promoted yet",
};

/**
 * Classes of SQLSTATEs all of which may pass: connection exception, and insufficient resources, a full disk among them.
 */
const TRANSIENT_CLASS = /^(08|53)...$/;

/**
 * SQLSTATEs by which a server refuses to let us in, or is unsuitable, until an operator has done something. A start
 * says so and ends; a running platform waits, and refuses none of its messages for that.
 */
const REFUSING_SQLSTATES: Record<string, string> = {
  "28000": "invalid_authorization_specification: pg_hba.conf, or a role that may not sign in",
  "28P01": "invalid_password: that is being changed",
  "3D000": "invalid_catalog_name: the database is gone, or has another name while a backup is restored",
  "58P01": "undefined_file: the server's packages are being exchanged",
};

/** The server's code that lets a session in; its messages come with many codes, and in the server's language. */
const AT_THE_DOOR = "postinit.c";

/** Node's refusals of a certificate. */
const REFUSED_TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED_CERT|DEPTH_ZERO_|UNABLE_TO_)/;

/** pg's own words for a server that offers another way in than we ask for. */
const REFUSING_MESSAGES = /^SASL: |^The server does not support SSL|establishing an SSL connection/;

/** Node's socket errors, and pg's own words for a connection that went away. */
const TRANSIENT_NODE_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ECONNABORTED",
  "EHOSTDOWN",
  "ENETDOWN",
  "ENOBUFS",
  "EADDRNOTAVAIL",
  "EMFILE",
  "ENFILE",
]);
const TRANSIENT_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|^timeout expired$|Client has encountered a connection error|not queryable|Query read timeout/;

/** True when the database may accept the same statement later. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code === "string") {
    if (TRANSIENT_CLASS.test(code) || Object.hasOwn(TRANSIENT_SQLSTATES, code)) return true;
    if (TRANSIENT_NODE_CODES.has(code)) return true;
  }
  if (error instanceof AggregateError) return error.errors.some(isTransient);
  return TRANSIENT_MESSAGES.test(error.message);
}

/**
 * True when the database cannot be used at the moment: the fault passes by itself, or the database lets nobody in until
 * an operator has done something. The request itself is not at fault.
 */
export function isAway(error: unknown): boolean {
  if (isTransient(error)) return true;
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const { code, file } = error as { code?: unknown; file?: unknown };
  if (typeof code !== "string") return REFUSING_MESSAGES.test(error.message);
  // E.g. 55000, which is a fault of ours elsewhere: the database takes no connections.
  return Object.hasOwn(REFUSING_SQLSTATES, code) || file === AT_THE_DOOR || REFUSED_TLS.test(code);
}

/** Node's code for a text that is longer than its strings. */
const TOO_LONG = "ERR_STRING_TOO_LONG";

/**
 * True when the fault lies in the data of one row (SQLSTATE class 22 data exception, 23 integrity constraint violation,
 * 54 program limit exceeded; or the stored value is too long to be read), so that the other rows of the batch may be
 * fine.
 */
export function isRowFault(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && (/^(22|23|54)...$/.test(code) || code === TOO_LONG);
}

/**
 * The reason, in words, why the database could not be used. A host with several addresses fails with several errors and
 * no message.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join("; ");
  return (error as Error).message;
}
