import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Pool } from "../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Api, startApi } from "./harness.ts";

/** What nobody outside should read: SQL, PostgreSQL's words, our files, and where they lie. */
const INSIDE =
  /\bselect\b .* \bfrom\b|insert into|delete from|update \w+ set|\bat [^ ]+ \(?(file:|node:|\/)|\.ts:\d+|node_modules|pg_|\brelation\b|\bcolumn\b|constraint|SQLSTATE|syntax error|ECONN|postgres/i;

const FAULT = "column d.tenant_no does not exist: select d.id from devices d where d.id = $1 -- pg_catalog";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
interface Operation {
  readonly method: Method;
  readonly path: string;
}

let db: TestDatabase;
let api: Api;
let operations: Operation[];

beforeAll(async () => {
  db = await createTestDatabase();
  api = await startApi(db.pool);
  const { paths } = (await api.call("/openapi.json")).json as {
    paths: Record<string, Record<string, unknown>>;
  };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase() as Method, path })),
  );
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

/** A pool whose every statement fails as PostgreSQL does when something is wrong with our SQL. */
function brokenPool(code: string): Pool {
  const fail = () =>
    Promise.reject(
      Object.assign(new Error(FAULT), {
        code,
        schema: "public",
        table: "devices",
        routine: "errorMissingColumn",
        severity: "ERROR",
      }),
    );
  const client = { query: fail, release: () => {}, on: () => {}, off: () => {} };
  return { query: fail, connect: async () => client, on: () => {}, end: async () => {} } as unknown as Pool;
}

const FILLED: Record<string, string> = {
  kind: "gas-meter",
  from: "2026-01-01T00:00:00Z",
  to: "2026-01-02T00:00:00Z",
  interval: "1h",
};
const QUERIES = ["", `?${new URLSearchParams(FILLED)}`, "?from=2026-01-01T00:00:00Z&interval=1h", "?limit=5"];
const BODIES: readonly object[] = [
  {},
  { id: "x-1", kind: "gas-meter", regionCode: "52", name: "n" },
  { name: "n" },
  { id: "x-1", name: "n", use: "civil", tenantId: "t", scopes: ["readings:read"], by: "n" },
];

const fill = (path: string, value: string) => path.replaceAll(/\{\w+\}/g, encodeURIComponent(value));

interface Given {
  readonly values: readonly string[];
  readonly queries: readonly string[];
  readonly bodies: readonly (object | string | undefined)[];
}

/** Each of the values, of the queries and of the bodies at least once, beside the first of the others. */
function* triplesOf({ values, queries, bodies }: Given, withBody: boolean) {
  for (const value of values) yield { value, query: queries[0]!, payload: undefined };
  for (const query of queries) yield { value: values[0]!, query, payload: undefined };
  if (withBody) for (const payload of bodies) yield { value: values[0]!, query: "", payload };
}

/** The answers of every route to what is given. */
async function answersOf(app: Api, given: Given) {
  const answers: { what: string; status: number; text: string }[] = [];
  for (const { method, path } of operations) {
    if (path === "/v1/stream") continue; // Has no end.
    const withBody = method !== "GET" && method !== "DELETE";
    for (const { value, query, payload } of triplesOf(given, withBody)) {
      for (const accept of method === "GET" ? ["application/json", "text/csv"] : ["application/json"]) {
        const isText = typeof payload === "string";
        const { status, text } = await app.call({
          method,
          url: fill(path, value) + query,
          headers: { accept, ...(isText ? { "content-type": "application/json" } : {}) },
          ...(payload === undefined ? {} : { payload }),
        });
        answers.push({
          what: `${method} ${fill(path, value)}${query} ${JSON.stringify(payload)}`,
          status,
          text,
        });
      }
    }
  }
  return answers;
}

describe("no answer tells what is inside", () => {
  it.each([
    ["42703", "that our SQL is wrong"],
    ["XX000", "that something inside of it broke"],
    ["57P01", "that it is shutting down"],
  ])("when the database says (%s) %s", async (code) => {
    const broken = await startApi(brokenPool(code));
    const answers = await answersOf(broken, { values: ["x-1", "1"], queries: QUERIES, bodies: BODIES });
    await broken.app.close();
    const failed = answers.filter(({ status }) => status >= 500);
    // Most routes do reach the database with one of these, or nothing would be tested.
    expect(new Set(failed.map(({ what }) => what.split(/[? ]/, 2).join(" "))).size).toBeGreaterThan(
      operations.length / 2,
    );
    for (const { what, status, text } of answers) if (status >= 400) expect(text, what).not.toMatch(INSIDE);
    // The log does have it: an operator must be able to find out.
    if (code !== "57P01") expect(JSON.stringify(broken.logged)).toContain("tenant_no");
  });

  it.each([
    FAULT,
    "insert into audit values (1)",
    "    at listDevices (file:///app/store/devices.ts:12:3)",
    "    at Pool.query (/app/node_modules/pg-pool/index.js:45:11)",
    'duplicate key value violates unique constraint "devices_id"',
    "connect ECONNREFUSED 10.0.0.5:5432",
  ])("which would be noticed: %s", (text) => {
    expect(text).toMatch(INSIDE);
  });

  it("when the input is hostile", async () => {
    const values = [
      "'",
      "1; drop table devices",
      "\0",
      "../../etc/passwd",
      "9".repeat(30),
      "%",
      "𝕏\u202e",
      "null",
    ];
    const hostile = values.map(
      (value) => `?q=${encodeURIComponent(value)}&region=${encodeURIComponent(value)}`,
    );
    const queries = [
      "",
      ...hostile.slice(0, 4),
      "?limit=1e9",
      "?cursor=WyJkZXZpY2VzIiwiMSJd",
      "?q=%00",
      "?__proto__[x]=1",
    ];
    const bodies = ["{", '"', "null", "[]", '{"id":"\\u0000"}', '{"id":{"$gt":""}}', '{"__proto__":{"a":1}}'];
    const answers = await answersOf(api, { values, queries, bodies });
    expect(answers.length).toBeGreaterThan(20 * operations.length);
    const wrong = answers.filter(({ status }) => status >= 500);
    expect(wrong.map(({ what }) => what)).toEqual([]);
    for (const { what, status, text } of answers) {
      if (status >= 400) {
        // What came from the caller may stand in the answer, and looks as it looks.
        const own = values.reduce(
          (rest, value) => rest.replaceAll(JSON.stringify(value).slice(1, -1), ""),
          text,
        );
        expect(own, what).not.toMatch(INSIDE);
      }
    }
  }, 60_000);
});
