import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** What PostgreSQL cannot hold, on every route that the description names: a fault of the caller's, and none of ours. */
let db: TestDatabase;
let api: Api;
let operations: {
  method: string;
  url: string;
  query: string[];
  moments: string[];
  takesJson: boolean;
  told: string[];
}[];

interface Body {
  readonly $ref?: string;
  readonly anyOf?: readonly Body[];
  readonly oneOf?: readonly Body[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Body>>;
}

interface Described {
  readonly components: { readonly schemas: Readonly<Record<string, Body>> };
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly parameters?: { name: string; in: string; schema?: { format?: string } }[];
        readonly requestBody?: { content?: Record<string, { readonly schema: Body }> };
      }
    >
  >;
}

beforeAll(async () => {
  db = await createTestDatabase();
  api = await startApi(db.pool);
  await insertRegions(db.pool);
  await insertDevice(db.pool, "meter-1");
  const { paths, components } = (await api.call("/openapi.json")).json as Described;
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const query = parameters.filter((parameter) => parameter.in === "query");
      return {
        method: method.toUpperCase(),
        url: path.replace("{prefix}", "abcd1234").replaceAll(/\{[^}]+\}/g, "meter-1"),
        query: query.map(({ name }) => name),
        moments: query.filter(({ schema }) => schema?.format === "date-time").map(({ name }) => name),
        takesJson: requestBody?.content?.["application/json"] !== undefined,
        told: momentsOf(requestBody?.content?.["application/json"]?.schema, components.schemas),
      };
    }),
  );
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

/** The moments that a body tells, by name. */
function momentsOf(body: Body | undefined, schemas: Readonly<Record<string, Body>>): string[] {
  const parts = (schema: Body): Body[] => [
    schema.$ref === undefined ? schema : schemas[schema.$ref.split("/").at(-1)!]!,
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap(parts),
  ];
  const told = parts(body ?? {})
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .filter(([, schema]) => parts(schema).some(({ format }) => format === "date-time"));
  return [...new Set(told.map(([name]) => name))];
}

const headers = { "content-type": "application/json" };

describe("text that cannot be stored", () => {
  it.each([
    ["half of a surrogate pair", "\\ud800"],
    ["the other half", "\\uDC00x"],
    ["both, the wrong way round", "\\udc00\\ud800"],
    ["NUL", "a\\u0000"],
  ])("is refused in every body, as a value and as a key: %s", async (_what, text) => {
    const routes = operations.filter(({ takesJson }) => takesJson);
    expect(routes.length).toBeGreaterThan(30);
    for (const { method, url } of routes) {
      for (const [payload, path] of [
        [`{"a":{"b":["x","${text}"]}}`, "/a/b/1"],
        [`{"a":{"${text}":1}}`, "/a"],
      ] as const) {
        const answer = await api.call({ method: method as "POST", url, headers, payload });
        // A decision about a broadcast takes a person, and is refused before its body is read.
        if (answer.status === 403 && url.startsWith("/v1/broadcasts/")) continue;
        expect(answer, `${method} ${url}`).toMatchObject({
          status: 400,
          json: {
            code: "invalid_request",
            faults: [{ path, message: expect.stringContaining("surrogate") }],
          },
        });
      }
    }
  });

  it("is not what looks like it: pairs, an escaped escape, and the same digits elsewhere", async () => {
    const name = "\\ud83d\\ude00 \\\\ud800 d800 \\\\u0000";
    const body = `{"id":"looks-like","kind":"gas-meter","regionCode":"990000","name":"${name}"}`;
    const answer = await api.call({ method: "POST", url: "/v1/devices", headers, payload: body });
    // The region is not there: all else was found good.
    expect(answer.json.faults.map(({ path }: { path: string }) => path)).toEqual(["/regionCode"]);
  });

  it("is refused in a body that is not UTF-8", async () => {
    const payload = Buffer.concat([Buffer.from('{"name":"'), Buffer.of(0xed, 0xa0, 0x80), Buffer.from('"}')]);
    const answer = await api.call({ method: "POST", url: "/v1/devices", headers, payload });
    expect(answer).toMatchObject({ status: 400, json: { code: "invalid_request" } });
    expect(answer.json.detail).toContain("UTF-8");
  });

  it("is refused in every parameter of every address", async () => {
    for (const { method, url, query } of operations) {
      for (const name of query) {
        const answer = await api.call({ method: method as "GET", url: `${url}?${name}=a%00b` });
        expect(answer.status, `${method} ${url}?${name}`).toBe(400);
      }
      const answer = await api.call({ method: method as "GET", url: `${url}%00` });
      expect(answer.status, `${method} ${url}%00`).toBe(400);
    }
  });

  it("is no text at all in an address: what is no UTF-8 is a fault of the caller's, too", async () => {
    for (const { method, url, query } of operations.filter(({ query }) => query.length > 0)) {
      for (const name of query) {
        const answer = await api.call({ method: method as "GET", url: `${url}?${name}=%ED%A0%80` });
        expect(answer.status, `${method} ${url}?${name}`).toBeLessThan(500);
      }
    }
  });
});

describe("a moment that is none of ours", () => {
  const OUTSIDE = [
    "0001-01-01T00:00:00+08:00",
    "0000-01-01T00:00:00Z",
    "-000001-01-01T00:00:00Z",
    "9999-12-31T23:59:59-01:00",
    "+010000-01-01T00:00:00Z",
  ];

  it.each(OUTSIDE)("is refused wherever one is asked for: %s", async (moment) => {
    const routes = operations.filter(({ moments }) => moments.length > 0);
    expect(routes.length).toBeGreaterThan(6);
    for (const { method, url, moments } of routes) {
      for (const name of moments) {
        const answer = await api.call({
          method: method as "GET",
          url: `${url}?kind=gas-meter&${name}=${encodeURIComponent(moment)}`,
        });
        expect(answer, `${method} ${url}?${name}`).toMatchObject({
          status: 400,
          json: { code: "invalid_request" },
        });
      }
    }
  });

  it.each(OUTSIDE)("is refused wherever a body tells one: %s", async (moment) => {
    const refused: string[] = [];
    for (const { method, url, told } of operations) {
      for (const name of told) {
        // A repair says what it does before when.
        const payload = JSON.stringify({ action: "void", [name]: moment });
        const answer = await api.call({ method: method as "POST", url, headers, payload });
        // A decision about a broadcast takes a person, and is refused before its body is read.
        if (answer.status === 403 && url.startsWith("/v1/broadcasts/")) continue;
        expect(answer, `${method} ${url} ${name}`).toMatchObject({
          status: 400,
          json: {
            code: "invalid_request",
            faults: expect.arrayContaining([expect.objectContaining({ path: `/${name}` })]),
          },
        });
        refused.push(`${url.split("/").at(-1)} ${name}`);
      }
    }
    expect(refused).toEqual(
      expect.arrayContaining([
        "keys expiresAt",
        "exchanges at",
        "repairs from",
        "repairs to",
        "broadcasts startsAt",
      ]),
    );
  });

  it.each(["0001-01-02T00:00:00Z", "9998-12-31T23:59:59Z", "9999-12-30T23:59:59Z"])(
    "is answered or refused at the edge as well, in every interval and zone: %s",
    async (moment) => {
      for (const interval of ["15m", "1h", "1d", "1w", "1mo"]) {
        for (const timeZone of ["Asia/Shanghai", "Pacific/Kiritimati", "Etc/GMT+12"]) {
          for (const path of ["devices/meter-1/series?", "series?kind=gas-meter&"]) {
            const query = `interval=${interval}&timeZone=${encodeURIComponent(timeZone)}`;
            const range = moment.startsWith("0")
              ? `from=${moment}&to=0002-01-01T00:00:00Z`
              : `from=${moment.slice(0, 10)}T00:00:00Z&to=${moment}`;
            const answer = await api.call(`/v1/${path}${query}&${range}`);
            expect([200, 400], `${path}${query}&${range} ${answer.text}`).toContain(answer.status);
          }
        }
      }
      for (const path of ["devices/meter-1/readings", "events", "devices/meter-1/replies", "audit"]) {
        const answer = await api.call(`/v1/${path}?from=0001-01-02T00:00:00Z&to=${moment}`);
        expect([200, 400], path).toContain(answer.status);
      }
    },
  );
});

describe("a parameter that nobody's program would send", () => {
  const cursor = (list: string, ...keys: unknown[]) =>
    Buffer.from(JSON.stringify([list, ...keys])).toString("base64url");
  const AT = "2026-01-01 00:00:00+00";
  const CURSORS = [
    ...[2 ** 31, 2 ** 53, -(2 ** 53), 1.5, null, "x", [], {}, "2026-13-01", "a\0"].flatMap((key) => [
      [key],
      [key, 1],
      [AT, key],
      [key, AT, 1],
      [1, key, 1],
      [1, AT, key],
      [AT, key, "a", "b"],
      ["a", key],
    ]),
  ];

  it("is answered or refused, and never a fault of ours: names that every object has, and odd numbers", async () => {
    const hostile = ["constructor", "__proto__", "-1", "9007199254740993", "a,constructor"];
    for (const { method, url, query } of operations.filter(({ method }) => method === "GET")) {
      if (url === "/v1/stream") continue;
      for (const name of query)
        for (const value of hostile) {
          const answer = await api.call({
            method: method as "GET",
            url: `${url}?kind=gas-meter&${name}=${value}`,
          });
          expect(answer.status, `${url}?${name}=${value}: ${answer.text}`).toBeLessThan(500);
        }
    }
  }, 30_000);

  it("is refused as a cursor that the list did not make, in every order", async () => {
    const lists = operations.filter(({ query }) => query.includes("cursor"));
    expect(lists.length).toBeGreaterThan(10);
    for (const { url, query } of lists) {
      const sorts = query.includes("sort") ? ["", "severity", "name", "lastSeenAt", "id", "raisedAt"] : [""];
      for (const sort of sorts) {
        const rest = `${sort && `sort=${sort}&`}kind=gas-meter`;
        // The list names itself in its refusal.
        const refused = await api.call(`${url}?${rest}&cursor=${cursor("none")}`);
        const list = /list of (\S+):/.exec(refused.json.detail)?.[1];
        if (list === undefined) continue;
        for (const keys of CURSORS) {
          const answer = await api.call(`${url}?${rest}&cursor=${cursor(list, ...keys)}`);
          expect([200, 400], `${url}?${rest} ${JSON.stringify(keys)} ${answer.text}`).toContain(
            answer.status,
          );
        }
      }
    }
  }, 60_000);

  it("is refused where a body names a quantity that every object has", async () => {
    const at = "2026-01-01T00:00:00Z";
    for (const metric of ["constructor", "__proto__", "toString"]) {
      for (const [path, body] of [
        ["exchanges", { metric, at, oldRegister: 1, newRegister: 0 }],
        ["repairs", { action: "void", metrics: [metric], reason: "x", from: at, to: "2026-01-02T00:00:00Z" }],
        [
          "repairs",
          {
            action: "correct",
            corrections: [{ metric, add: 1 }],
            reason: "x",
            from: at,
            to: "2026-01-02T00:00:00Z",
          },
        ],
      ] as const) {
        const answer = await api.call({
          method: "POST",
          url: `/v1/devices/meter-1/${path}`,
          headers,
          payload: JSON.stringify(body),
        });
        expect(answer.status, `${path} ${metric}: ${answer.text}`).toBe(400);
      }
    }
  });
});
