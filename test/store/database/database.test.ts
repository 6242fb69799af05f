import type { Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  type Client,
  isAway,
  isRowFault,
  isTransient,
  openPool,
  withTransaction,
} from "../../../store/database/database.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await emptyTestDatabase();
  await db.pool.query("create table item (n int primary key)");
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("truncate item"));

const items = async () =>
  (await db.pool.query<{ n: number }>("select n from item order by n")).rows.map(({ n }) => n);

/** Cuts the connection as a network does, without a word to the server. */
function cut(client: Client): void {
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
}

describe("a transaction", () => {
  function onePool() {
    const pool = openPool({ url: db.url, size: 1, applicationName: "test-one" }, () => {});
    onTestFinished(() => pool.end());
    return pool;
  }

  it("commits what the work has done and returns its result", async () => {
    const pool = onePool();
    const result = await withTransaction(pool, async (tx) => {
      await tx.query("insert into item values (1), (2)");
      return "done";
    });
    expect(result).toBe("done");
    expect(await items()).toEqual([1, 2]);
    expect(pool.idleCount).toBe(1);
  });

  it("is rolled back when the work throws, and the connection is used again", async () => {
    const pool = onePool();
    const failing = withTransaction(pool, async (tx) => {
      await tx.query("insert into item values (1)");
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await items()).toEqual([]);
    expect(pool.idleCount).toBe(1);
    await withTransaction(pool, (tx) => tx.query("insert into item values (2)"));
    expect(await items()).toEqual([2]);
  });

  it("tells the database's error when a statement fails", async () => {
    const pool = onePool();
    const failing = withTransaction(pool, async (tx) => {
      await tx.query("insert into item values (1)");
      await tx.query("insert into item values (1)");
    });
    await expect(failing).rejects.toMatchObject({ code: "23505" });
    expect(await items()).toEqual([]);
  });

  it("does not pass for committed when the work has swallowed a statement's error", async () => {
    const pool = onePool();
    const failing = withTransaction(pool, async (tx) => {
      await tx.query("insert into item values (1)");
      await tx.query("insert into item values (1)").catch(() => {});
    });
    await expect(failing).rejects.toThrow("The transaction ended in ROLLBACK: one of its statements failed");
    expect(await items()).toEqual([]);
  });

  it("whose connection breaks throws a transient error, and the pool gets another connection", async () => {
    const pool = onePool();
    const failing = withTransaction(pool, async (tx) => {
      await tx.query("insert into item values (1)");
      cut(tx);
      await tx.query("insert into item values (2)");
    });
    const error = await failing.catch((cause: unknown) => cause);
    expect(isTransient(error)).toBe(true);
    expect(pool.totalCount).toBe(0);
    await withTransaction(pool, (tx) => tx.query("insert into item values (3)"));
    expect(await items()).toEqual([3]);
  });
});

describe("an answer that the driver cannot read", () => {
  /** An authentication of a kind that there is not: the driver's parser throws. */
  const UNREADABLE = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 99]);

  it("breaks its connection and fails what waits for it, in a transaction, outside of one, and idle", async () => {
    const idle: Error[] = [];
    const pool = openPool({ url: db.url, size: 1, applicationName: "test-one" }, (error) => idle.push(error));
    onTestFinished(() => pool.end());
    const connected: Client[] = [];
    pool.on("connect", (client) => connected.push(client));
    const answer = () =>
      (connected.at(-1) as unknown as { connection: { stream: Socket } }).connection.stream.emit(
        "data",
        UNREADABLE,
      );

    const failing = withTransaction(pool, async (tx) => {
      const waiting = tx.query("select 1");
      answer();
      await waiting;
    });
    await expect(failing).rejects.toThrow("Unknown authenticationOk message type");
    await pool.query("select 1");
    const waiting = pool.query("select 1");
    // Once the pool has handed the connection over.
    await new Promise((resolve) => pool.once("acquire", resolve));
    answer();
    await expect(waiting).rejects.toThrow("Unknown authenticationOk message type");
    expect(idle).toEqual([]);
    await pool.query("select 1");
    answer();
    await expect.poll(() => idle.length).toBeGreaterThan(0);
    await pool.query("select 1");
    expect(connected).toHaveLength(4);
  });
});

describe("numbers of the database", () => {
  it("of 64 bits are JavaScript numbers while they are exact, and else an error rather than another number", async () => {
    const read = async (value: string) =>
      (await db.pool.query<{ value: number }>("select $1::bigint as value", [value])).rows[0]!.value;
    expect(await read("9007199254740991")).toBe(Number.MAX_SAFE_INTEGER);
    expect(await read("-9007199254740991")).toBe(Number.MIN_SAFE_INTEGER);
    await expect(read("9007199254740993")).rejects.toThrow("bigint 9007199254740993 does not fit");
    await expect(read("-9223372036854775808")).rejects.toThrow(RangeError);
    expect(await read("1")).toBe(1);
  });
});

const coded = (code: string, message = "as PostgreSQL says it") =>
  Object.assign(new Error(message), { code });

describe("an error may pass by itself", () => {
  it.each([
    ["a connection that was refused", coded("ECONNREFUSED")],
    ["a name that does not resolve yet", coded("EAI_AGAIN")],
    ["a socket file that is not there yet", coded("ENOENT")],
    ["a connection that was reset", coded("ECONNRESET")],
    ["several addresses that all refused", new AggregateError([new Error("x"), coded("ECONNREFUSED")])],
    ["pg's word for a lost connection", new Error("Connection terminated unexpectedly")],
    ["pg's word for a pool without a connection", new Error("timeout exceeded when trying to connect")],
    ["connection_failure", coded("08006")],
    ["a deadlock", coded("40P01")],
    ["a serialization failure", coded("40001")],
    ["a full disk", coded("53100")],
    ["too many connections", coded("53300")],
    ["a statement that took too long", coded("57014")],
    ["a server that shuts down", coded("57P01")],
    ["a server that starts", coded("57P03")],
    ["a transaction that idled too long", coded("25P03")],
    ["a replica", coded("25006")],
    ["any connection exception", coded("08P01")],
    ["any lack of resources", coded("53400")],
    ["a commit that nobody knows of", coded("40003")],
    ["a transaction that took too long", coded("25P04")],
    ["a lock that is not free", coded("55P03")],
    ["a server that crashed", coded("57P02")],
    ["a database that was dropped", coded("57P04")],
    ["a session that idled too long", coded("57P05")],
    ["an operator", coded("57000")],
    ["a system that fails", coded("58000")],
    ["a disk that fails", coded("58030")],
    ["a pipe that is broken", coded("EPIPE")],
    ["a host that is down", coded("EHOSTDOWN")],
    ["a process with too many files", coded("EMFILE")],
    ["pg's word for a server that does not answer at the door", new Error("timeout expired")],
  ])("when it is %s", (_, error) => {
    expect(isTransient(error)).toBe(true);
    expect(isAway(error)).toBe(true);
    expect(isRowFault(error)).toBe(false);
  });

  it.each([
    ["a unique violation", coded("23505")],
    ["a value out of range", coded("22003")],
    ["a table that is missing", coded("42P01")],
    ["a wrong password", coded("28P01")],
    ["a code that nobody knows", coded("ZZ999")],
    ["a code that is a word of JavaScript", coded("constructor")],
    ["a bug of ours", new TypeError("x is not a function")],
    ["several that are all permanent", new AggregateError([coded("28P01"), new Error("x")])],
    ["no error at all", "ECONNREFUSED"],
    ["nothing", undefined],
  ])("and not when it is %s", (_, error) => {
    expect(isTransient(error)).toBe(false);
  });

  const atTheDoor = (code: string) => Object.assign(coded(code), { file: "postinit.c" });

  it.each([
    ["a wrong password", coded("28P01")],
    ["a role that may not sign in", coded("28000")],
    ["a database that is not there", coded("3D000")],
    ["packages that are being exchanged", coded("58P01")],
    ["a database that takes no connections", atTheDoor("55000")],
    ["a database that is not for this role", atTheDoor("42501")],
    ["a certificate that has expired", coded("CERT_HAS_EXPIRED")],
    ["a certificate of nobody", coded("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["no password", new Error("SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string")],
    ["no TLS", new Error("The server does not support SSL connections")],
    ["several addresses that all refuse", new AggregateError([coded("28P01"), atTheDoor("55000")])],
  ])("or waits for an operator, and is no fault of what was asked, when it is %s", (_, error) => {
    expect([isAway(error), isTransient(error), isRowFault(error)]).toEqual([true, false, false]);
  });

  it.each([
    ["a unique violation", coded("23505")],
    ["a value out of range", coded("22003")],
    ["a limit of the program", coded("54000")],
    ["a table that is missing", coded("42P01")],
    ["a table that is not ours", coded("42501")],
    ["an object in another state", coded("55000")],
    ["a transaction that has failed", coded("25P02")],
    ["an error inside of the database", coded("XX000")],
    ["a column that is damaged", coded("XX001")],
    ["a code that is a word of JavaScript", coded("constructor")],
    ["a bug of ours", new TypeError("x is not a function")],
    ["several bugs", new AggregateError([new Error("x"), coded("42P01")])],
    ["nothing", undefined],
  ])("and is ours or the row's when it is %s", (_, error) => {
    expect(isAway(error)).toBe(false);
  });

  it("when nobody listens there, as pg reports it", async () => {
    const pool = openPool(
      { url: "postgres://nobody@127.0.0.1:1/none", size: 1, applicationName: "test-nobody" },
      () => {},
    );
    onTestFinished(() => pool.end());
    const error = await pool.query("select 1").catch((cause: unknown) => cause);
    expect(isTransient(error)).toBe(true);
  });
});

describe("the fault lies in the row", () => {
  it("and the connection is used again, which it is after no other error", async () => {
    const options = { url: db.url, size: 1, applicationName: "test-kept", answerTimeoutMs: 300 };
    const pool = openPool(options, () => {});
    onTestFinished(() => pool.end());
    let connections = 0;
    pool.on("connect", () => connections++);
    await expect(pool.query("select 1 / 0")).rejects.toMatchObject({ code: "22012" });
    await expect(pool.query({ name: "n", text: "select 1 / $1::int", values: [0] })).rejects.toThrow("zero");
    await pool.query("select 1");
    expect(connections).toBe(1);
    await expect(pool.query("select pg_sleep(0.6)")).rejects.toThrow("Query read timeout");
    await pool.query("select 1");
    expect(connections).toBe(2);
  });

  it.each([
    ["a check", "insert into item select 1 / 0", "22012"],
    ["a key that is there", "insert into item values (1), (1)", "23505"],
    ["a missing value", "insert into item values (null)", "23502"],
    ["text that is no number", "insert into item select 'x'::int", "22P02"],
    ["a NUL in JSON", `select '{"a":"\\u0000"}'::jsonb`, "22P05"],
  ])("when the database refuses %s", async (_, sql, code) => {
    const error = await db.pool.query(sql).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code });
    expect(isRowFault(error)).toBe(true);
    expect(isTransient(error)).toBe(false);
  });

  it("when a value is too large for its index or form", () => {
    expect(isRowFault(coded("54000"))).toBe(true);
    expect(isRowFault(coded("ERR_STRING_TOO_LONG"))).toBe(true);
  });

  it.each([["42P01"], ["40001"], ["08006"], ["2200"], ["220031"], ["ENOENT"]])(
    "and not with code %s",
    (code) => {
      expect(isRowFault(coded(code))).toBe(false);
    },
  );

  it("and not without a code", () => {
    expect(isRowFault(new Error("22003"))).toBe(false);
    expect(isRowFault(undefined)).toBe(false);
    expect(isRowFault(null)).toBe(false);
  });
});

it("a connection of a pool opens as much of columnstore as a statement needs, and compiles nothing", async () => {
  const { rows } = await db.pool.query(
    `select current_setting('jit') as jit,
            current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction') as rows`,
  );
  expect(rows).toEqual([{ jit: "off", rows: "0" }]);
});
