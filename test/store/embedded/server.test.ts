import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createLogger } from "../../../base/log.ts";
import type * as launch from "../../../store/embedded/launch.ts";
import { PATIENT_APPLICATION, URGENT_APPLICATION } from "../../../store/embedded/urgent.ts";
import { importBuilt } from "../../helpers/built.ts";
import { copyTemplate } from "../../helpers/embedded-templates.ts";
import { query, RawClient } from "./wire.ts";

const { startEmbedded } = await importBuilt<typeof launch>("store/embedded/launch");

const IDLE_MS = 400;

let folder: string;
let database: launch.EmbeddedDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  folder = mkdtempSync(join(inject("testRun").folder, "wire-"));
  await copyTemplate("empty", folder);
  database = await startEmbedded({
    dataDir: folder,
    log: createLogger("silent"),
    idleInTransactionMs: IDLE_MS,
  });
  pool = new pg.Pool({ connectionString: database.url, max: 6 });
});

afterAll(async () => {
  await pool.end();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function withClient<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  client.on("error", () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const one = async (sql: string, values: unknown[] = []) =>
  Object.values((await pool.query(sql, values)).rows[0] as object)[0] as unknown;

describe("the embedded database", () => {
  it("is PostgreSQL 17 with TimescaleDB's library loaded before the first statement", async () => {
    expect(await one("show server_version_num")).toMatch(/^17/);
    expect(await one("show timescaledb.license")).toBe("timescale");
  });

  it("answers fifty queries that arrive at once on six connections, each to its own asker", async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        pool.query<{ n: number }>({ name: `q${i % 4}`, text: `select $1::int + ${i % 4} as n`, values: [i] }),
      ),
    );
    expect(answers.map(({ rows }) => rows[0]?.n)).toEqual(Array.from({ length: 50 }, (_, i) => i + (i % 4)));
  });

  it("keeps statements of the same name on two connections apart", async () => {
    await withClient((a) =>
      withClient(async (b) => {
        await a.query({ name: "same", text: "select 'a' as who" });
        await b.query({ name: "same", text: "select 'b' as who" });
        expect((await a.query({ name: "same", text: "select 'a' as who" })).rows).toEqual([{ who: "a" }]);
        expect((await b.query({ name: "same", text: "select 'b' as who" })).rows).toEqual([{ who: "b" }]);
      }),
    );
  });

  it("deallocates the statements of a client that left", async () => {
    const before = await one("select count(*) from pg_prepared_statements");
    await withClient(async (client) => {
      await client.query({ name: "mine", text: "select 1 as x" });
      expect(Number(await one("select count(*) from pg_prepared_statements"))).toBe(Number(before) + 1);
    });
    await expect.poll(async () => one("select count(*) from pg_prepared_statements")).toBe(before);
  });

  it("keeps the settings of two connections apart", async () => {
    await withClient((a) =>
      withClient(async (b) => {
        await a.query("set timezone = 'Asia/Shanghai'");
        await a.query("set work_mem = '8MB'");
        expect((await b.query("show timezone")).rows).toEqual([{ TimeZone: "GMT" }]);
        await b.query("set timezone = 'Asia/Urumqi'");
        expect((await a.query("show timezone")).rows).toEqual([{ TimeZone: "Asia/Shanghai" }]);
        expect((await a.query("show work_mem")).rows).toEqual([{ work_mem: "8MB" }]);
        await a.query("reset all");
        expect((await a.query("show timezone")).rows).toEqual([{ TimeZone: "GMT" }]);
        expect((await b.query("show timezone")).rows).toEqual([{ TimeZone: "Asia/Urumqi" }]);
      }),
    );
  });

  it("lets other connections wait while one is in a transaction, and shows them what it committed", async () => {
    await pool.query("create table turns (n int)");
    await withClient(async (client) => {
      await client.query("begin");
      await client.query("insert into turns values (1)");
      const other = pool.query<{ count: string }>("select count(*) from turns");
      await client.query("insert into turns values (2)");
      await client.query("commit");
      expect(Number((await other).rows[0]?.count)).toBe(2);
    });
  });

  it("serves waiting connections in the order in which they asked", async () => {
    const order: number[] = [];
    await withClient(async (holder) => {
      const clients = await Promise.all(
        [0, 1, 2, 3].map(async () => {
          const client = new pg.Client({ connectionString: database.url });
          await client.connect();
          return client;
        }),
      );
      await holder.query("begin");
      const queries = clients.flatMap((client, i) => [client.query("select 1").then(() => order.push(i))]);
      await holder.query("commit");
      await Promise.all(queries);
      await Promise.all(clients.map((client) => client.end()));
    });
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it("gives urgent connections the next turn, and every fifth to those that waited before them", async () => {
    await pool.query("create table order_of_turns (no int generated always as identity, who text)");
    const insert = (who: string) => query(`insert into order_of_turns (who) values ('${who}')`);
    await withClient(async (holder) => {
      const slow = await Promise.all(Array.from({ length: 8 }, () => RawClient.start(database.url)));
      const urgent = await RawClient.start(database.url, { application_name: URGENT_APPLICATION });
      await holder.query("begin");
      for (const client of slow) client.send(insert("other"));
      urgent.send(...Array.from({ length: 6 }, () => insert("urgent")));
      // A connection that comes last and is answered shows that what was sent before has arrived.
      await RawClient.start(database.url).then((client) => client.close());
      await holder.query("commit");
      await Promise.all(slow.map((client) => client.untilReady()));
      for (let n = 0; n < 6; n++) await urgent.untilReady();
      for (const client of [...slow, urgent]) client.close();
    });
    const { rows } = await pool.query<{ who: string }>("select who from order_of_turns order by no");
    const u = "urgent";
    const o = "other";
    expect(rows.map(({ who }) => who)).toEqual([u, u, u, u, o, u, u, o, o, o, o, o, o, o]);
  });

  it("lets a patient connection wait for the others, but not for ever", async () => {
    await pool.query("create table order_of_patience (no int generated always as identity, who text)");
    const insert = (who: string) => query(`insert into order_of_patience (who) values ('${who}')`);
    const times = (count: number, who: string) => Array.from({ length: count }, () => insert(who));
    await withClient(async (holder) => {
      const patient = await RawClient.start(database.url, { application_name: PATIENT_APPLICATION });
      const other = await RawClient.start(database.url);
      const urgent = await RawClient.start(database.url, { application_name: URGENT_APPLICATION });
      await holder.query("begin");
      patient.send(...times(2, "patient"));
      other.send(...times(40, "other"));
      urgent.send(insert("urgent"));
      // As above: what was sent before has arrived.
      await RawClient.start(database.url).then((client) => client.close());
      await holder.query("commit");
      for (let n = 0; n < 2; n++) await patient.untilReady();
      for (let n = 0; n < 40; n++) await other.untilReady();
      await urgent.untilReady();
      for (const client of [patient, other, urgent]) client.close();
    });
    const { rows } = await pool.query<{ who: string }>("select who from order_of_patience order by no");
    const order = rows.map(({ who }) => who);
    expect(order[0]).toBe("urgent");
    // The connection that came and went took one of the 32 turns.
    expect(order.indexOf("patient")).toBe(31);
    expect(order.lastIndexOf("patient")).toBe(42);
  });

  it("rolls back what a client left open when it disconnected, and goes on", async () => {
    await pool.query("create table left_open (n int)");
    const client = new pg.Client({ connectionString: database.url });
    client.on("error", () => {});
    await client.connect();
    await client.query("begin");
    await client.query("insert into left_open values (1)");
    const waiting = one("select count(*) from left_open");
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expect(Number(await waiting)).toBe(0);
  });

  it("ends a transaction that idles while others wait", async () => {
    await withClient(async (forgetful) => {
      await forgetful.query("begin");
      await forgetful.query("select 1");
      expect(await one("select 42")).toBe(42);
      await expect(forgetful.query("select 1")).rejects.toThrow();
    });
  });

  it("reads a large result through a cursor in pieces", async () => {
    await withClient(async (client) => {
      const cursor = client.query(new Cursor<{ n: number }>("select generate_series(1, 2500) as n"));
      let sum = 0;
      for (let rows = await cursor.read(1000); rows.length > 0; rows = await cursor.read(1000)) {
        for (const row of rows) sum += row.n;
      }
      await cursor.close();
      expect(sum).toBe((2500 * 2501) / 2);
    });
    expect(await one("select 1")).toBe(1);
  });

  it("takes a parameter of several megabytes and gives it back", async () => {
    const large = "0123456789abcdef".repeat(400_000);
    expect(await one("select md5($1)", [large])).toBe(
      await one("select md5(repeat('0123456789abcdef', 400000))"),
    );
    expect(((await one("select $1::text", [large])) as string).length).toBe(large.length);
  });

  it("fails COPY FROM STDIN and LISTEN at once instead of waiting for ever", async () => {
    await pool.query("create table copied (n int)");
    await expect(pool.query("copy copied from stdin")).rejects.toThrow(/COPY FROM STDIN is not supported/);
    await expect(pool.query("listen news")).rejects.toThrow(/LISTEN is not supported/);
    await expect(pool.query("select 1; discard all")).rejects.toThrow(/DISCARD ALL is not supported/);
    expect(await one("select 1")).toBe(1);
  });

  it("reports a failed statement with its SQLSTATE and keeps the connection", async () => {
    await withClient(async (client) => {
      await expect(client.query("select 1 / $1::int", [0])).rejects.toMatchObject({ code: "22012" });
      await expect(client.query("selec")).rejects.toMatchObject({ code: "42601" });
      expect((await client.query("select 1 as x")).rows).toEqual([{ x: 1 }]);
    });
  });
});
