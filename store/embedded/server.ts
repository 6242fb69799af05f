import { createServer, type Server, type Socket } from "node:net";
import { Connection, type SessionTurns, type Unit } from "./connection.ts";
import { type Engine, runStatement } from "./engine.ts";
import { firstError, firstValue, frame, summarize, type TransactionStatus } from "./frames.ts";

export interface ServeOptions {
  readonly engine: Engine;
  readonly socketPath: string;
  /**
   * How long a connection may keep a transaction open without sending anything while others wait, in milliseconds. A
   * server would let the others work; here a forgotten transaction stops them all.
   */
  readonly idleInTransactionMs: number;
  /** Called when the engine has crashed: nothing more can run in this process. */
  readonly onCrash: (error: unknown) => void;
  readonly onWarning: (text: string) => void;
}

export interface WireServer {
  /** Ends every connection, rolls back what is open, and stops listening. */
  close(): Promise<void>;
}

const SYNC = frame("S");
const FLUSH = frame("H");
/** A statement that PostgreSQL refuses to read. */
const FAILING_PARSE = frame("P", "", "rollback what has no sync", Buffer.alloc(2));
/** PGlite starts PostgreSQL with debug logging; its log goes unread, and it costs half of a short query. */
const BASELINE = "set client_min_messages = notice; set log_min_messages = fatal";
const READ_SETTINGS =
  "select coalesce(json_object_agg(name, setting order by name), '{}')::text from pg_settings where source = 'session'";
/** The parameters that a client gets when it connects. */
const REPORTED = [
  "server_version",
  "server_encoding",
  "client_encoding",
  "is_superuser",
  "session_authorization",
  "DateStyle",
  "IntervalStyle",
  "TimeZone",
  "integer_datetimes",
  "standard_conforming_strings",
  "default_transaction_read_only",
  "in_hot_standby",
];

/** Listens on a Unix socket and lets connections take turns on the engine's one session. */
export async function serve(options: ServeOptions): Promise<WireServer> {
  const turns = new TurnTaker(options);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    turns.join(socket);
  });
  await listen(server, options.socketPath);
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      turns.stop();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Urgent connections take at most so many turns in a row while others wait: batches of readings go on. */
const MAX_URGENT_IN_A_ROW = 4;

/** All others take at most so many while a patient one waits: a page's questions, but not an endless row of them. */
const MAX_BEFORE_PATIENT = 32;

/**
 * Gives the session to one connection at a time: from its first message until PostgreSQL says that it is idle again.
 * The others wait in the order in which they asked, behind the urgent ones and before the patient ones.
 */
class TurnTaker implements SessionTurns {
  readonly parameters: ReadonlyMap<string, string>;
  readonly processId = process.pid;
  readonly #options: ServeOptions;
  readonly #engine: Engine;
  readonly #waiting = new Set<Connection>();
  #urgentInARow = 0;
  #beforePatient = 0;
  readonly #connections = new Set<Connection>();
  /** The connection with an open sequence or transaction. */
  #holder: Connection | undefined;
  #status: TransactionStatus | undefined = "I";
  #idleTimer: NodeJS.Timeout | undefined;
  #scheduled = false;
  #stopped = false;
  #statements = 0;
  readonly #baseline: string;
  /** The settings that the session has, as JSON; undefined when they are not known. */
  #settings: string | undefined;
  /** The connection whose unnamed statement the session has. */
  #unnamedOf: Connection | undefined;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#engine = options.engine;
    runStatement(this.#engine, BASELINE);
    this.#baseline = firstValue(runStatement(this.#engine, READ_SETTINGS)) ?? "{}";
    this.#settings = this.#baseline;
    const parameters = new Map<string, string>();
    for (const name of REPORTED) {
      parameters.set(name, firstValue(runStatement(this.#engine, `select current_setting('${name}')`)) ?? "");
    }
    this.parameters = parameters;
  }

  join(socket: Socket): void {
    this.#connections.add(new Connection(socket, this));
  }

  nextStatementName(): string {
    this.#statements++;
    return `s${this.#statements}`;
  }

  wanted(connection: Connection): void {
    if (connection !== this.#holder) this.#waiting.add(connection);
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    for (const connection of this.#connections) {
      // The others are idle or leave anyway: their sockets just close.
      const busy = connection === this.#holder || this.#waiting.has(connection);
      if (!busy || connection.leaving) continue;
      connection.fail("57P01", "terminating connection: the embedded database is shutting down");
    }
    clearTimeout(this.#idleTimer);
    if (this.#holder) this.#rollback();
    this.#holder = undefined;
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    // Not at once: the event loop reads and writes sockets between two units.
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#stopped) return;
      try {
        this.#turn();
      } catch (error) {
        this.#stopped = true;
        this.#options.onCrash(error);
      }
    });
  }

  #turn(): void {
    const connection = this.#holder ?? this.#nextWaiting();
    if (!connection) return;
    const unit = connection.runnable ? connection.take() : undefined;
    if (connection.closed) this.#leave(connection);
    else if (unit) this.#run(connection, unit);
    else return; // the holder thinks, or does not read its answer; its timer runs
    if (this.#holder ? this.#holder.runnable || this.#holder.closed : this.#waiting.size > 0)
      this.#schedule();
  }

  #nextWaiting(): Connection | undefined {
    let urgent: Connection | undefined;
    let other: Connection | undefined;
    let patient: Connection | undefined;
    for (const connection of this.#waiting) {
      if (!connection.runnable && !connection.closed) this.#waiting.delete(connection);
      else if (connection.urgent) urgent ??= connection;
      else if (connection.patient) patient ??= connection;
      else other ??= connection;
    }
    let next = other && this.#urgentInARow >= MAX_URGENT_IN_A_ROW ? other : (urgent ?? other ?? patient);
    if (patient && this.#beforePatient >= MAX_BEFORE_PATIENT) next = patient;
    if (!next) return undefined;
    this.#waiting.delete(next);
    this.#urgentInARow = next.urgent && other ? this.#urgentInARow + 1 : 0;
    this.#beforePatient = patient && next !== patient ? this.#beforePatient + 1 : 0;
    return next;
  }

  #run(connection: Connection, unit: Unit): void {
    clearTimeout(this.#idleTimer);
    if (!this.#holder) this.#useSettings(connection);
    const before = this.#restoreUnnamed(connection, unit);
    let answer = this.#engine.exec(unit.parts.length === 1 ? unit.parts[0]! : Buffer.concat(unit.parts));
    if (before) answer = Buffer.concat([before, answer]);
    const summary = summarize(answer);
    connection.names.ran(summary.failed);
    this.#keepUnnamed(connection, unit, summary.failed);
    if (summary.settingsChanged) connection.settingsChanged = true;
    connection.send(answer);

    this.#status = summary.status;
    if (summary.status === "I") {
      this.#holder = undefined;
      if (connection.settingsChanged) this.#readSettings(connection);
      if (connection.runnable) this.#waiting.add(connection);
    } else {
      this.#holder = connection;
      this.#waiting.delete(connection);
      this.#watchIdle(connection);
    }
  }

  #watchIdle(holder: Connection): void {
    this.#idleTimer = setTimeout(() => {
      if (this.#holder !== holder) return;
      if (this.#waiting.size === 0) return this.#watchIdle(holder);
      const seconds = this.#options.idleInTransactionMs / 1000;
      const text = `transaction idle for ${seconds} s while other connections wait for the embedded database`;
      this.#options.onWarning(text);
      holder.fail("25P03", text);
    }, this.#options.idleInTransactionMs);
    this.#idleTimer.unref();
  }

  /** Removes everything that a closed connection has left in the session. */
  #leave(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    this.#waiting.delete(connection);
    if (connection === this.#holder) {
      clearTimeout(this.#idleTimer);
      this.#rollback();
      this.#holder = undefined;
    }
    if (connection === this.#unnamedOf) this.#unnamedOf = undefined;
    const closing = connection.names.closeAll();
    if (closing.length > 0) this.#engine.exec(Buffer.concat([...closing, SYNC]));
  }

  #rollback(): void {
    // It is in a sequence without its Sync yet, which would commit: an error before it rolls back.
    if (this.#status === undefined)
      this.#status = summarize(this.#engine.exec(Buffer.concat([FAILING_PARSE, SYNC]))).status;
    if (this.#status !== "I") runStatement(this.#engine, "rollback");
    this.#status = "I";
    this.#unnamedOf = undefined;
  }

  /** Another connection may have replaced the unnamed statement since this one parsed it: parses it again. */
  #restoreUnnamed(connection: Connection, unit: Unit): Buffer | undefined {
    if (!unit.needsUnnamed || this.#unnamedOf === connection || !connection.unnamed) return undefined;
    const answer = this.#engine.exec(Buffer.concat([connection.unnamed, FLUSH]));
    this.#unnamedOf = connection;
    // The client did not ask for this Parse and must not see its success.
    return firstError(answer) === undefined ? undefined : answer;
  }

  #keepUnnamed(connection: Connection, unit: Unit, failed: boolean): void {
    if (unit.unnamed === undefined) return;
    if (unit.unnamed === null || failed) {
      connection.unnamed = undefined;
      this.#unnamedOf = undefined;
    } else {
      connection.unnamed = unit.unnamed;
      this.#unnamedOf = connection;
    }
  }

  /** Gives the session the settings of a connection whose turn begins. */
  #useSettings(connection: Connection): void {
    const wanted = connection.settings ?? this.#baseline;
    if (wanted === this.#settings) return;
    const literal = wanted.replaceAll("'", "''");
    runStatement(
      this.#engine,
      `reset all; select set_config(key, value, false) from json_each_text('${literal}')`,
    );
    this.#settings = wanted;
    this.#unnamedOf = undefined;
  }

  #readSettings(connection: Connection): void {
    connection.settingsChanged = false;
    const now = firstValue(runStatement(this.#engine, READ_SETTINGS)) ?? "{}";
    this.#settings = now;
    connection.settings = now;
    // `reset all` takes the baseline away as well.
    const merged = { ...JSON.parse(this.#baseline), ...JSON.parse(now) };
    if (Object.keys(merged).length > Object.keys(JSON.parse(now)).length) {
      connection.settings = JSON.stringify(merged);
    }
    this.#unnamedOf = undefined;
  }
}
