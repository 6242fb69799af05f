import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { momentOf } from "../../../store/database/moment.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

describe("a moment as text", () => {
  it.each([
    ["2026-01-31 08:00:00+00", "2026-01-31T08:00:00.000Z"],
    ["2026-01-31 08:00:00.5+00", "2026-01-31T08:00:00.500Z"],
    ["2026-01-31 08:00:00.123456+00", "2026-01-31T08:00:00.123Z"],
    ["2026-01-31 08:00:00.999999+00", "2026-01-31T08:00:00.999Z"],
    ["2026-01-31 16:00:00.25+08", "2026-01-31T08:00:00.250Z"],
    ["2026-01-31 13:30:00+05:30", "2026-01-31T08:00:00.000Z"],
    ["2026-01-30 22:00:00-10", "2026-01-31T08:00:00.000Z"],
  ])("of %s is %s", (text, moment) => {
    expect(momentOf(text)).toBe(moment);
  });

  it.each(["UTC", "Asia/Shanghai", "America/St_Johns"])(
    "is what Date makes of it, in a session in %s",
    async (zone) => {
      const dates = fc.sample(
        fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        200,
      );
      const { rows } = await db.pool.query<{ texts: string[] }>(
        `with zone as materialized (select set_config('TimeZone', $2, true))
       select array_agg(t::text order by i) as texts
       from zone, unnest($1::timestamptz[]) with ordinality as given (t, i)`,
        [dates.map((date) => date.toISOString()), zone],
      );
      expect(rows[0]!.texts.map(momentOf)).toEqual(dates.map((date) => date.toISOString()));
    },
  );
});
