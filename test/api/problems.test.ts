import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import { API_ERROR_CODES, problemSchema } from "../../api/problem.ts";
import { ERRORS } from "../../base/errors.ts";
import { openPool } from "../../store/database/database.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;

beforeAll(async () => {
  db = await createTestDatabase();
  api = await startApi(db.pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const OWN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("a problem", () => {
  it("has the fields of RFC 9457, our code, and our own id of the request in body and header", async () => {
    const answer = await api.call({
      url: "/v1/devices/nobody",
      headers: { "x-request-id": "from-outside-1" },
    });
    expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(answer.headers["x-request-id"]).toMatch(OWN_ID);
    expect(answer.json).toEqual({
      type: "urn:smart-broadcast-iot:problem:device_not_found",
      title: "There is no such device",
      status: 404,
      detail: "There is no device 'nobody'",
      code: "device_not_found",
      requestId: answer.headers["x-request-id"],
    });
    // Whoever looks for it finds both in the log.
    expect(api.logged.at(-1)).toMatchObject({
      requestId: answer.json.requestId,
      callerRequestId: "from-outside-1",
    });
    expect(problemSchema.safeParse(answer.json).success).toBe(true);
  });

  it("does not repeat in the log what could forge a line of it", async () => {
    const answer = await api.call({ url: "/v1/devices/nobody", headers: { "x-request-id": "a b" } });
    expect(answer.headers["x-request-id"]).toMatch(OWN_ID);
    expect(api.logged.at(-1)).not.toHaveProperty("callerRequestId");
  });

  it("is what an unknown address gets", async () => {
    const answer = await api.call("/v1/nothing?secret=1");
    expect([answer.status, answer.json.code]).toEqual([404, "not_found"]);
    expect(answer.json.detail).toBe("There is no GET /v1/nothing");
  });

  it("is what a broken address gets", async () => {
    const answer = await api.call("/v1/devices/%zz");
    expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
  });

  const post = (payload: string) =>
    api.call({
      method: "POST",
      url: "/v1/broadcasts",
      payload,
      headers: { "content-type": "application/json" },
    });

  it.each([
    ["nests deeply", `{"target":{"polygons":${"[".repeat(1_000_000)}`, "nests deeper than 64 levels"],
    ["nests 65 levels", `${"[".repeat(65)}${"]".repeat(65)}`, "nests deeper than 64 levels"],
    [
      "has very many keys",
      `{${Array.from({ length: 130_000 }, (_, i) => `"k${i}":1`).join()}}`,
      "more than 5000 keys",
    ],
    [
      "has very many values",
      `{"target":{"polygons":[${"[],".repeat(600_000)}[]]}}`,
      "more than 250000 values",
    ],
  ])("is what a body gets that %s, before it is parsed", async (_what, payload, expected) => {
    const parse = vi.spyOn(JSON, "parse");
    const { status, text, json } = await post(payload).finally(() => parse.mockRestore());
    expect([status, json.code]).toEqual([400, "invalid_request"]);
    expect(json.detail).toContain(expected);
    expect(text.length).toBeLessThan(500);
    expect(parse.mock.calls.filter(([given]) => given === payload)).toEqual([]);
  });

  it("takes brackets within strings for what they are, escaped quotes too", async () => {
    const { json } = await post(JSON.stringify({ surplus: `\\"${"[{:,".repeat(60_000)}` }));
    expect(json.detail).toContain('Unrecognized key: "surplus"');
  });

  it("names the first 20 faults and unknown keys, and counts the rest", async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    const unknown = await post(JSON.stringify(Object.fromEntries(keys.map((key) => [key, 1]))));
    expect(unknown.json.detail).toContain('"k19" and 10 more');
    expect(unknown.text).not.toContain('"k20');
    const ring = Array(1000).fill(["east", "north"]);
    const many = await post(JSON.stringify({ mode: "drill", target: { polygons: Array(50).fill(ring) } }));
    expect(many.json.faults).toHaveLength(20);
    expect(many.json.detail).toMatch(/; and 32 more$/);
    const long = await post(JSON.stringify({ ["x".repeat(1_000_000)]: 1, ["y".repeat(500_000)]: 1 }));
    expect([many.text.length, long.text.length].every((length) => length < 10_000)).toBe(true);
  });

  it.each([
    ["text that is no JSON", "application/json", "{", 400, "invalid_request"],
    ["another content type", "application/xml", "<a/>", 415, "unsupported_media_type"],
    ["plain text", "text/plain; charset=utf-8", "{}", 415, "unsupported_media_type"],
    ["a form", "multipart/form-data; boundary=x", "--x--", 415, "unsupported_media_type"],
    ["more than 256 KiB", "application/json", JSON.stringify("x".repeat(300_000)), 413, "payload_too_large"],
  ])("is what %s gets", async (_what, type, payload, status, code) => {
    const answer = await api.call({
      method: "POST",
      url: "/v1/devices",
      payload,
      headers: { "content-type": type },
    });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it.each([
    ["text/plain", "text/plain", "/v1/broadcasts", "POST"],
    ["", "", "/v1/broadcasts", "POST"],
    ["application/cap+xml", "application/cap+xml", "/v1/broadcasts/b/cancel", "POST"],
    ["text/xml", "Text/XML; charset=utf-8", "/v1/broadcasts/b", "PATCH"],
    ["text/plain", "text/plain", "/v1/people/p/totp", "DELETE"],
    ["application/xml", "application/xml", "/v1/access/changes/1/confirm", "POST"],
  ] as const)("names the types that a route takes, to a body of '%s'", async (named, type, url, method) => {
    const { status, json } = await api.call({
      method,
      url,
      payload: Buffer.from("<alert/>"),
      headers: { "content-type": type },
    });
    expect([status, json.code]).toEqual([415, "unsupported_media_type"]);
    const xml = url === "/v1/broadcasts" ? ", application/cap+xml, application/xml, text/xml" : "";
    const found = named === "" ? "There is no Content-Type" : `The Content-Type is '${named}'`;
    expect(json.detail).toBe(`${found}, expected application/json${xml}`);
  });

  it("is no other for an empty body that is said to be JSON than for none, on every route", async () => {
    const { paths } = (await api.call("/openapi.json")).json as {
      paths: Record<string, Record<string, { requestBody?: unknown }>>;
    };
    const seen = { withBody: 0, without: 0 };
    for (const [path, methods] of Object.entries(paths)) {
      for (const [name, { requestBody }] of Object.entries(methods)) {
        if (name === "get") continue;
        const method = name.toUpperCase() as "POST";
        const url = path.replaceAll(/\{\w+\}/g, "999999");
        const plain = await api.call({ method, url });
        const named = await api.call({ method, url, headers: { "content-type": "application/json" } });
        const of = (answer: typeof plain) => [answer.status, answer.json?.code, answer.json?.faults];
        expect(of(named), `${method} ${url}`).toEqual(of(plain));
        seen[requestBody === undefined ? "without" : "withBody"]++;
        if (requestBody === undefined) expect(named.json?.detail).not.toContain("ody");
      }
    }
    expect(seen.without).toBeGreaterThan(10);
    expect(seen.withBody).toBeGreaterThan(20);
  });

  it("lists every fault of a query with its place", async () => {
    const answer = await api.call("/v1/devices?limit=0&kind=NO&colour=red");
    expect(answer.json.faults.map((fault: { path: string }) => fault.path).sort()).toEqual([
      "/",
      "/kind",
      "/limit",
    ]);
  });

  it("says of a parameter that is needed and not there that it is missing", async () => {
    const { json } = await api.call("/v1/series?kind=gas-meter");
    expect(json.faults).toEqual([{ path: "/from", message: "missing, expected string" }]);
    expect(json.detail).toBe("query/from: missing, expected string");
  });
});

describe("access", () => {
  it.each([
    ["no header", undefined],
    ["another scheme", "Basic dGVzdA=="],
    ["a wrong key", "Bearer wrong"],
    ["nothing behind the scheme", "Bearer "],
  ])("with %s is refused", async (_what, authorization) => {
    const response = await api.app.inject({
      url: "/v1/devices",
      ...(authorization && { headers: { authorization } }),
    });
    expect(response.statusCode).toBe(401);
    expect(response.headers["www-authenticate"]).toContain("Bearer");
    expect(response.json().code).toBe("unauthorized");
  });

  it("is refused before anything is said about the request itself", async () => {
    const response = await api.app.inject({
      method: "POST",
      url: "/v1/devices",
      payload: { nonsense: true },
    });
    expect(response.statusCode).toBe(401);
  });

  it("that the role does not have is forbidden", async () => {
    const limited = await startApi(db.pool, {
      access: {
        authenticate: () => ADMINISTRATOR,
        decide: (_principal, action) =>
          action === "devices:read"
            ? { allowed: true, limits: UNLIMITED }
            : { allowed: false, reason: "only reading" },
      },
    });
    expect((await limited.call("/v1/devices")).status).toBe(200);
    const answer = await limited.call("/v1/alarms");
    expect([answer.status, answer.json.code, answer.json.detail]).toEqual([403, "forbidden", "only reading"]);
    await limited.app.close();
  });
});

describe("an error of ours", () => {
  it("is logged once with the request's id, and tells the caller nothing", async () => {
    const failing = await startApi(db.pool, {
      pendingOf: () => {
        throw new Error("secret of the house");
      },
    });
    await db.pool.query(
      "insert into regions (code, name, level) values ('52', 'p', 1) on conflict do nothing",
    );
    await db.pool.query(
      "insert into devices (id, kind, region_code, token_hash) values ('d', 'gas-meter', '52', '\\x00')",
    );
    const answer = await failing.call("/v1/devices/d/ledger");
    await failing.app.close();
    expect([answer.status, answer.json.code]).toEqual([500, "internal"]);
    expect(answer.text).not.toContain("secret");
    const errors = failing.logged.filter((line) => line.level === "error");
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      requestId: answer.json.requestId,
      err: { message: "secret of the house" },
    });
  });
});

describe("while the database is away", () => {
  it("requests are told to come back, and the log has one line for many of them", async () => {
    // A port that was free a moment ago and has nobody behind it.
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const pool = openPool(
      { url: `postgres://nobody@127.0.0.1:${port}/none`, size: 1, applicationName: "test" },
      () => {},
    );
    const away = await startApi(pool);
    for (const url of ["/v1/devices", "/v1/alarms", "/v1/regions"]) {
      const answer = await away.call(url);
      expect([answer.status, answer.json.code]).toEqual([503, "database_unavailable"]);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      expect(answer.text).not.toContain("ECONNREFUSED");
    }
    expect((await away.call("/livez")).status).toBe(200);
    expect(away.logged.filter((line) => line.level === "warn")).toHaveLength(1);
    await away.app.close();
    await pool.end();
  });
});

describe("a database that lets nobody in", () => {
  /** A server that answers each client with this error, in the language of its own. */
  async function refusing(fields: Readonly<Record<string, string>>): Promise<string> {
    const text = Object.entries(fields).map(([field, value]) => `${field}${value}\0`);
    const body = Buffer.from(`${text.join("")}\0`);
    const head = Buffer.alloc(5);
    head.write("E");
    head.writeInt32BE(body.length + 4, 1);
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end(Buffer.concat([head, body])));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    return `postgres://sbi:x@127.0.0.1:${(server.address() as { port: number }).port}/sbi`;
  }

  it.each([
    ["takes no connections", "55000", "postinit.c"],
    ["is not for its role", "42501", "postinit.c"],
    ["is not there", "3D000", "postinit.c"],
    ["has another password", "28P01", "auth.c"],
    ["has another pg_hba.conf", "28000", "auth.c"],
    ["starts", "57P03", "postmaster.c"],
    ["is full", "53300", "proc.c"],
  ])("since it %s (%s), is away to whoever asks", async (_, code, file) => {
    const url = await refusing({ S: "致命错误", V: "FATAL", C: code, M: "数据库不接受连接", F: file });
    const pool = openPool({ url, size: 1, applicationName: "test" }, () => {});
    onTestFinished(() => pool.end());
    const away = await startApi(pool);
    onTestFinished(() => away.app.close());
    for (const path of ["/v1/devices", "/v1/devices/m-1/latest"]) {
      const answer = await away.call(path);
      expect([answer.status, answer.json.code]).toEqual([503, "database_unavailable"]);
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
      expect(answer.text).not.toContain("数据库");
    }
  });
});

describe("the table of errors", () => {
  const documented = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const rows = [...documented.matchAll(/^\| `([a-z_]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => ({
    code,
    status: Number(status),
  }));

  it("is the same in the documentation", () => {
    // Sorted: the page groups codes by status, the table of the code by what the caller does next.
    const byCode = (a: { code: string | undefined }, b: { code: string | undefined }) =>
      a.code! < b.code! ? -1 : 1;
    const expected = API_ERROR_CODES.map((code) => ({ code, status: ERRORS[code].status }));
    expect(rows.sort(byCode)).toEqual(expected.sort(byCode));
  });

  it("is the same in OpenAPI, and each code is an answer of some route", async () => {
    const document = (await api.call("/openapi.json")).json;
    expect(document.components.schemas.Problem.properties.code.enum).toEqual(API_ERROR_CODES);
    const mentioned = new Set<string>();
    for (const path of Object.values<Record<string, { responses: Record<string, { description: string }> }>>(
      document.paths,
    )) {
      for (const operation of Object.values(path)) {
        for (const [status, { description }] of Object.entries(operation.responses)) {
          for (const [, code] of description.matchAll(/`([a-z_]+)`:/g)) {
            expect(ERRORS[code as keyof typeof ERRORS].status).toBe(Number(status));
            mentioned.add(code!);
          }
        }
      }
    }
    expect([...mentioned].sort()).toEqual([...API_ERROR_CODES].sort());
  });
});
