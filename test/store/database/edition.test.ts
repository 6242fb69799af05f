import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PlatformError } from "../../../base/errors.ts";
import type { Db } from "../../../store/database/database.ts";
import { readDatabaseFacts } from "../../../store/database/edition.ts";
import { emptyTestDatabase, type TestDatabase } from "../../helpers/db.ts";

/** A database that answers the one question with these facts. */
function answering(number: number, timescaledb: string | null, license: string | null): Db {
  const query = async () => ({ rows: [{ number, postgres: String(number), timescaledb, license }] });
  return { query } as unknown as Db;
}

const UPDATE = ". Once the server has it, say in this database: alter extension timescaledb update";

describe("what a database is", () => {
  it.each([
    ["timescale", "community"],
    ["apache", "apache"],
    // The setting can be left out; nothing is promised then.
    [null, "apache"],
  ])("follows from the licence: %s is the %s edition", async (license, edition) => {
    expect(await readDatabaseFacts(answering(170_005, "2.23.0", license))).toEqual({
      edition,
      postgres: "170005",
      timescaledb: "2.23.0",
    });
  });

  it.each([
    ["2.19.0", 150_000],
    ["2.19.3", 170_011],
    ["2.100.0", 180_000],
    ["3.0.0", 170_000],
    ["2.20.0-dev", 170_000],
  ])("may be TimescaleDB %s on PostgreSQL %i", async (timescaledb, number) => {
    expect(await readDatabaseFacts(answering(number, timescaledb, "timescale"))).toMatchObject({
      timescaledb,
    });
  });

  it.each([
    ["2.18.2", 170_000, `TimescaleDB is 2.18.2, expected 2.19 or newer${UPDATE}`],
    ["2.9.0", 170_000, `TimescaleDB is 2.9.0, expected 2.19 or newer${UPDATE}`],
    ["1.20.0", 170_000, `TimescaleDB is 1.20.0, expected 2.19 or newer${UPDATE}`],
    [null, 170_000, "TimescaleDB is not installed, expected 2.19 or newer"],
    ["2.19.0", 149_999, "PostgreSQL is 149999, expected 15 or newer"],
  ])("may not be TimescaleDB %s on PostgreSQL %i", async (timescaledb, number, message) => {
    const error = await readDatabaseFacts(answering(number, timescaledb, "timescale")).catch(
      (cause) => cause,
    );
    expect(error).toBeInstanceOf(PlatformError);
    expect(error).toMatchObject({ code: "database_unsuitable", message });
  });
});

describe("the database under test", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await emptyTestDatabase();
  });
  afterAll(() => db.drop());

  it("says itself what it is, and what it is it can do", async () => {
    const { edition, postgres, timescaledb } = await readDatabaseFacts(db.pool);
    expect(postgres).toMatch(/^\d+\.\d+/);
    expect(timescaledb).toMatch(/^\d+\.\d+\.\d+/);
    await db.pool.query("create table a (t timestamptz not null)");
    await db.pool.query("select create_hypertable('a', by_range('t'))");
    const continuous = db.pool.query(
      `create materialized view b with (timescaledb.continuous) as
         select time_bucket('1 day', t) as day, count(*) from a group by 1 with no data`,
    );
    if (edition === "community") await continuous;
    else await expect(continuous).rejects.toThrow("apache");
  });

  it("is unsuitable without the extension", async () => {
    await db.pool.query("drop extension timescaledb cascade");
    await expect(readDatabaseFacts(db.pool)).rejects.toThrow("TimescaleDB is not installed");
  });
});
