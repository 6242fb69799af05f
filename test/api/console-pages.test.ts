import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Api, aConsole, startApi } from "./harness.ts";

const PAGE = '<!doctype html><script type="module" src="/console/assets/index-B1a2.js"></script>';
const SCRIPT = `console.log("${"a long script ".repeat(200)}")`;

let db: TestDatabase;
let folder: string;
let api: Api;
/** One whose console was not built. */
let bare: Api;

beforeAll(async () => {
  db = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "sbi-console-"));
  await mkdir(join(folder, "console/assets"), { recursive: true });
  const put = (name: string, content: string | Buffer) => writeFile(join(folder, "console", name), content);
  await put("index.html", PAGE);
  await put("icon.svg", "<svg/>");
  await put(".secret", "not for pages");
  await put("assets/index-B1a2.js", SCRIPT);
  await put("assets/index-B1a2.js.br", brotliCompressSync(SCRIPT));
  await put("assets/index-B1a2.js.gz", gzipSync(SCRIPT));
  await put("assets/small-C3.css", "a{}");
  await writeFile(join(folder, "outside.txt"), "outside");
  api = await startApi(db.pool, { console: aConsole({ folder: join(folder, "console") }) });
  bare = await startApi(db.pool, { console: aConsole({ folder: join(folder, "nothing") }) });
});
afterAll(async () => {
  await api.app.close();
  await bare.app.close();
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

/** As a browser without a session asks. */
const ask = (url: string, headers: Record<string, string> = {}, { app }: Pick<Api, "app"> = api) =>
  app.inject({ url, headers });

describe("the console's pages", () => {
  it("stand at /console/, to which the platform's own address leads", async () => {
    const root = await ask("/");
    expect([root.statusCode, root.headers.location]).toEqual([302, "/console/"]);
    const short = await ask("/console?from=mail");
    expect([short.statusCode, short.headers.location]).toEqual([302, "/console/?from=mail"]);
    const page = await ask("/console/");
    expect([page.statusCode, page.body]).toEqual([200, PAGE]);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  });

  it("may load their own files and a worker, and no font, script or style that stands in a text", async () => {
    for (const url of ["/console/", "/console/alarms/5", "/console/assets/index-B1a2.js"]) {
      const { headers } = await ask(url);
      const policy = String(headers["content-security-policy"]).split("; ");
      expect(policy).toEqual([
        "default-src 'self'",
        "base-uri 'none'",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "img-src 'self' data:",
        "object-src 'none'",
        "script-src 'self'",
        "script-src-attr 'none'",
        "style-src 'self'",
        "worker-src 'self'",
      ]);
      expect(headers).toMatchObject({ "x-content-type-options": "nosniff", "x-frame-options": "DENY" });
    }
    // Nothing of that goes beyond them.
    const data = await ask("/livez");
    expect(data.headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it("are asked for again each time, while a file with a hash in its name is kept for good", async () => {
    const page = await ask("/console/");
    expect(page.headers["cache-control"]).toBe("no-cache");
    expect((await ask("/console/icon.svg")).headers["cache-control"]).toBe("no-cache");
    for (const name of ["index-B1a2.js", "small-C3.css"])
      expect((await ask(`/console/assets/${name}`)).headers["cache-control"]).toBe(
        "public, max-age=31536000, immutable",
      );
    // And costs nothing where it has not changed.
    const again = await ask("/console/", { "if-none-match": String(page.headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    expect(again.headers["cache-control"]).toBe("no-cache");
  });

  it("come compressed to whoever takes that, and say that they differ by it", async () => {
    const url = "/console/assets/index-B1a2.js";
    const read = async (accept: string) => {
      const { rawPayload, headers } = await ask(url, { "accept-encoding": accept });
      expect(headers["content-type"]).toBe("application/javascript; charset=utf-8");
      expect(headers.vary).toBe("accept-encoding");
      return { encoding: headers["content-encoding"], etag: headers.etag, body: rawPayload };
    };
    const br = await read("gzip, deflate, br");
    expect([br.encoding, brotliDecompressSync(br.body).toString()]).toEqual(["br", SCRIPT]);
    const gzip = await read("gzip");
    expect([gzip.encoding, gunzipSync(gzip.body).toString()]).toEqual(["gzip", SCRIPT]);
    const plain = await read("identity");
    expect([plain.encoding, plain.body.toString()]).toEqual([undefined, SCRIPT]);
    expect(new Set([br.etag, gzip.etag, plain.etag]).size).toBe(3);
    // What is too small has no compressed file.
    const small = await ask("/console/assets/small-C3.css", { "accept-encoding": "br" });
    expect([small.headers["content-encoding"], small.body]).toEqual([undefined, "a{}"]);
  });

  it("have addresses of their own, which all open the console", async () => {
    for (const url of [
      "/console/broadcasts/7f3a",
      "/console/devices?q=a.b",
      "/console/.secret",
      "/console/x/",
    ]) {
      const page = await ask(url, { accept: "text/html", "accept-encoding": "br, gzip" });
      expect([url, page.statusCode, page.body]).toEqual([url, 200, PAGE]);
      expect(page.headers["cache-control"]).toBe("no-cache");
    }
    const head = await api.app.inject({ method: "HEAD", url: "/console/broadcasts" });
    expect([head.statusCode, head.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  });

  it("open the console for an address whose escapes are broken, which it says is not found", async () => {
    for (const url of ["/console/admin/people/%E0%A4%A", "/console/devices/%zz?kind=camera", "/console/%"]) {
      const { statusCode, body } = await ask(url);
      expect([url, statusCode, body]).toEqual([url, 200, PAGE]);
    }
    for (const url of ["/console/assets/%zz.js", "/v1/devices/%zz"])
      expect([url, (await ask(url)).statusCode]).toEqual([url, 400]);
  });

  it("do not stand in for a file that is missing, which is a problem", async () => {
    for (const url of [
      "/console/assets/index-old.js",
      "/console/assets/",
      "/console/assets/x",
      "/console/a.js",
    ]) {
      const missing = await ask(url, { accept: "*/*", "accept-encoding": "br" });
      expect([url, missing.statusCode]).toEqual([url, 404]);
      expect(missing.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
      expect(missing.headers).not.toHaveProperty("cache-control");
      expect(missing.json().code).toBe("not_found");
    }
    const written = await api.app.inject({ method: "POST", url: "/console/", payload: {} });
    expect([written.statusCode, written.json().code]).toEqual([404, "not_found"]);
  });

  it("do not give what lies outside of their folder", async () => {
    for (const url of [
      "/console/../outside.txt",
      "/console/%2e%2e/outside.txt",
      "/console/..%2foutside.txt",
      "/console/assets/..%2f..%2foutside.txt",
      "/console//outside.txt",
    ]) {
      const answer = await ask(url);
      expect([url, answer.statusCode >= 400 || answer.body === PAGE]).toEqual([url, true]);
      expect(answer.body).not.toContain("outside\n");
      expect(answer.body).not.toBe("outside");
    }
  });

  it("are not counted against the budget of an address, which an office shares", async () => {
    const http = { perMinute: 0, anonymousPerMinute: 1, maxStreams: 1, corsOrigins: [] };
    const limited = await startApi(db.pool, { console: aConsole({ folder: join(folder, "console") }), http });
    const urls = ["/", "/console", "/console/", "/console/alarms", "/console/assets/index-B1a2.js"];
    for (const url of [...urls, ...urls]) {
      const answer = await ask(url, {}, limited);
      expect([url, answer.statusCode < 400]).toEqual([url, true]);
      expect(answer.headers).not.toHaveProperty("ratelimit-limit");
    }
    expect((await ask("/openapi.json", {}, limited)).statusCode).toBe(200);
    expect((await ask("/openapi.json", {}, limited)).statusCode).toBe(429);
    await limited.app.close();
  });
});

describe("a platform whose console was not built", () => {
  it("says at its address how to build it, and leads to the API's page", async () => {
    expect((await ask("/", {}, bare)).headers.location).toBe("/docs");
    for (const url of ["/console/", "/console/alarms"]) {
      const answer = await ask(url, { "accept-encoding": "br" }, bare);
      expect([answer.statusCode, answer.json().code]).toEqual([404, "not_found"]);
      expect(answer.json().detail).toMatch(/has not been built.*`npm run build`/);
    }
  });

  it("serves it once it was built", async () => {
    const later = join(folder, "later");
    const patient = await startApi(db.pool, { console: aConsole({ folder: later }) });
    expect((await ask("/console/", {}, patient)).statusCode).toBe(404);
    await mkdir(later);
    await writeFile(join(later, "index.html"), PAGE);
    expect((await ask("/console/", {}, patient)).body).toBe(PAGE);
    expect((await ask("/", {}, patient)).headers.location).toBe("/console/");
    await patient.app.close();
  });
});
