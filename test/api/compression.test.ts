import { randomBytes } from "node:crypto";
import { get as httpGet, type IncomingMessage } from "node:http";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compressAnswers } from "../../api/compression.ts";
import { sendCsv } from "../../api/csv.ts";
import { createLogger } from "../../base/log.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { ADMIN_KEY, type Api, startApi } from "./harness.ts";

let db: TestDatabase;
let api: Api;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.pool.query(
    `insert into regions (code, name, level) select (52 * 10000 + no)::text, '贵州省第' || no || '区', 3
     from generate_series(100, 999) as no`,
  );
  await db.pool.query(
    `insert into devices (id, kind, region_code, token_hash)
     select 'gm-' || no, 'gas-meter', '520100', '\\x00' from generate_series(1, 900) as no`,
  );
  api = await startApi(db.pool);
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

async function ask(url: string, headers: Record<string, string>, method: "GET" | "HEAD" = "GET") {
  const authorization = `Bearer ${ADMIN_KEY}`;
  const answer = await api.app.inject({ method, url, headers: { authorization, ...headers } });
  const { "content-encoding": encoding, vary } = answer.headers;
  return { encoding, vary, status: answer.statusCode, body: answer.rawPayload, headers: answer.headers };
}

describe("an answer that a caller reads", () => {
  it.each([
    ["JSON", "/v1/devices?limit=1000", "application/json"],
    ["CSV", "/v1/devices?limit=1000", "text/csv"],
    ["the document", "/openapi.json", "*/*"],
    ["JSON that no database is asked for", "/v1/kinds", "application/json"],
  ])("is compressed as its caller takes it: %s", async (_what, url, accept) => {
    const plain = await ask(url, { accept });
    expect([plain.status, plain.encoding]).toEqual([200, undefined]);
    expect(plain.body.length).toBeGreaterThan(10_000);
    const br = await ask(url, { accept, "accept-encoding": "gzip, deflate, br" });
    const gzip = await ask(url, { accept, "accept-encoding": "deflate, gzip;q=0.5" });
    expect([br.encoding, gzip.encoding]).toEqual(["br", "gzip"]);
    expect(brotliDecompressSync(br.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    for (const { vary, body } of [br, gzip]) {
      expect(String(vary).split(", ")).toContain("accept-encoding");
      expect(body.length).toBeLessThan(plain.body.length / 4);
    }
    // A CSV differs by what was asked for as well.
    if (accept === "text/csv") expect(br.vary).toBe("accept, accept-encoding");
  });

  it("stays as it is where its caller does not say so, and where it is short", async () => {
    for (const encoding of ["identity", "br;q=0, gzip;q=0", "zstd"])
      expect((await ask("/v1/kinds", { "accept-encoding": encoding })).encoding).toBeUndefined();
    const short = await ask("/v1/devices?limit=1", { "accept-encoding": "br" });
    expect([short.status, short.encoding]).toEqual([200, undefined]);
    expect(short.headers["content-length"]).toBe(String(short.body.length));
  });

  it("is not there when only its headers are asked for", async () => {
    const head = await ask("/v1/kinds", { "accept-encoding": "br" }, "HEAD");
    expect([head.status, head.body.length]).toEqual([200, 0]);
  });
});

describe("which addresses may be compressed", () => {
  const compressed = async (url: string, method: "GET" | "POST" = "GET") => {
    const app = Fastify();
    await compressAnswers(app);
    app.route({ method, url, handler: async () => ({ text: "x".repeat(5000) }) });
    const path = url.replaceAll(":id", "1");
    const { headers } = await app.inject({ method, url: path, headers: { "accept-encoding": "br" } });
    await app.close();
    return headers["content-encoding"] === "br";
  };

  it.each(["/v1/devices", "/v1/broadcasts/:id", "/v1/measures", "/openapi.json"])("%s", async (url) => {
    expect(await compressed(url)).toBe(true);
    expect(await compressed(url, "POST")).toBe(false);
  });

  it.each([
    "/v1/sessions",
    "/v1/sessions/current",
    "/v1/me",
    "/v1/me/totp",
    "/v1/auth/oidc/callback",
    "/v1/displays",
    "/v1/applications/:id/keys",
    "/v1/stream",
    "/v1/console",
    "/metrics",
    "/console/x",
  ])("not %s", async (url) => {
    expect(await compressed(url)).toBe(false);
  });
});

describe("a compressed CSV", () => {
  const logged: Record<string, unknown>[] = [];
  const log = createLogger("info", { write: (line) => logged.push(JSON.parse(line)) });
  const ROWS = 100;
  const source = { pages: 1000, pagesRead: 0, failsAt: Number.POSITIVE_INFINITY, closed: false };
  let app: FastifyInstance;
  let base: string;

  beforeAll(async () => {
    app = Fastify();
    await compressAnswers(app);
    app.get("/v1/numbers", (_request, reply) => {
      source.pagesRead = 0;
      source.closed = false;
      reply.raw.once("close", () => {
        source.closed = true;
      });
      return sendCsv(reply, {
        name: "numbers",
        // What cannot be made shorter by much, so that the sockets between the two fill up.
        columns: [{ header: "text", value: () => randomBytes(5_000).toString("base64") }],
        readPage: async (cursor) => {
          const page = Number(cursor ?? 0);
          if (page >= source.failsAt) throw new Error("the database went away");
          source.pagesRead++;
          const nextCursor = page + 1 < source.pages ? String(page + 1) : null;
          return { items: Array.from({ length: ROWS }, (_, index) => index), nextCursor };
        },
        cursor: undefined,
        firstPageOnly: false,
        record: async () => {},
        log,
      });
    });
    base = await app.listen({ host: "127.0.0.1", port: 0 });
  });
  afterAll(() => app.close());

  /** Asks, and reads nothing of the answer's body. */
  const open = (encoding: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      httpGet(`${base}/v1/numbers`, { headers: { "accept-encoding": encoding } }, resolve).once(
        "error",
        reject,
      );
    });

  it.each(["br", "gzip"])(
    "is read no further than its client reads, and let go with it: %s",
    async (encoding) => {
      source.failsAt = Number.POSITIVE_INFINITY;
      const answer = await open(encoding);
      answer.on("error", () => {});
      expect(answer.headers["content-encoding"]).toBe(encoding);
      let before = -1;
      await expect
        .poll(
          () => {
            const still = source.pagesRead === before;
            before = source.pagesRead;
            return still;
          },
          { interval: 200 },
        )
        .toBe(true);
      // Half a megabyte each, of 1,000.
      expect(source.pagesRead).toBeLessThan(100);
      answer.destroy();
      await expect.poll(() => source.closed).toBe(true);
      expect(source.pagesRead).toBeLessThan(100);
      expect(logged).toEqual([]);
    },
  );

  it.each(["br", "gzip"])("that breaks off is seen to be incomplete: %s", async (encoding) => {
    source.failsAt = 3;
    const answer = await open(encoding);
    const ended = new Promise<string>((resolve) => {
      answer.once("end", () => resolve("whole"));
      answer.once("error", (error: NodeJS.ErrnoException) => resolve(String(error.code)));
    });
    answer.resume();
    expect(await ended).toBe("ECONNRESET");
    expect(logged).toContainEqual(expect.objectContaining({ msg: "a CSV answer was cut off" }));
    logged.length = 0;
  });
});
