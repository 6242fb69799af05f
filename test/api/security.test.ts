import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { ADMIN_KEY, type Api, startApi } from "./harness.ts";

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

describe("every answer", () => {
  it.each([
    ["data", "/v1/kinds", 200],
    ["a problem", "/v1/devices/nobody", 404],
    ["an unknown address", "/nothing", 404],
    ["a broken request", "/v1/devices?limit=0", 400],
    ["health", "/livez", 200],
    ["the API's document", "/openapi.json", 200],
  ])("keeps browsers from misusing it: %s", async (_what, url, status) => {
    const { headers, status: got } = await api.call(url);
    expect(got).toBe(status);
    expect(headers).toMatchObject({
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "x-request-id": expect.any(String),
    });
    expect(headers).not.toHaveProperty("x-powered-by");
    expect(headers).not.toHaveProperty("server");
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("does not speak of https over http", async () => {
    expect((await api.call("/livez")).headers).not.toHaveProperty("strict-transport-security");
  });
});

describe("behind a proxy that ends TLS", () => {
  const forwarded = { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7" };

  it("browsers are told to keep to https, when the proxy is one that is trusted and says so", async () => {
    const behind = await startApi(db.pool, { trustProxy: ["127.0.0.1"] });
    const secure = await behind.call({ url: "/livez", headers: forwarded });
    const plain = await behind.call("/livez");
    await behind.app.close();
    expect(secure.headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
    expect(plain.headers).not.toHaveProperty("strict-transport-security");
  });

  it("what anybody else says of it is not believed", async () => {
    const answer = await api.call({ url: "/livez", headers: forwarded });
    expect(answer.headers).not.toHaveProperty("strict-transport-security");
  });
});

describe("the page at /docs", () => {
  it("may load its own files and run no script that stands in its text", async () => {
    const page = await api.call("/docs/");
    const policy = String(page.headers["content-security-policy"]);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|upgrade-insecure/);
    // Which is what the page is made of.
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son[a-z]+=/);
    const own = [...page.text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
    expect(own.length).toBeGreaterThan(3);
    for (const link of own) {
      const file = new URL(link, "http://here/docs/");
      expect(file.host).toBe("here");
      expect((await api.call(file.pathname)).status, link).toBe(200);
    }
  });
});

describe("a query", () => {
  it("of more than 8192 characters is refused", async () => {
    const answer = await api.call(`/v1/devices?q=${"x".repeat(8200)}`);
    expect([answer.status, answer.json.code]).toEqual([400, "invalid_request"]);
    expect(answer.json.detail).toContain("at most 8192");
  });

  it("of more than 64 parameters is refused, also without a key", async () => {
    const url = `/v1/devices?${"a=1&".repeat(64)}a=1`;
    const answer = await api.app.inject({ url });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toContain("at most 64");
  });

  it("of what our longest list has is fine", async () => {
    const devices = Array.from({ length: 100 }, (_, index) => `device-${"x".repeat(50)}-${index}`).join(",");
    const answer = await api.call(`/v1/events?device=${"d".repeat(64)}&type=x&q=${devices}`);
    // Refused for what it asks, not for its length.
    expect(answer.json.detail).not.toContain("at most 8192");
  });
});

describe("headers of more than 16 KiB", () => {
  it("are refused before anything of ours runs", async () => {
    await api.app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = api.app.server.address() as AddressInfo;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request({ port, host: "127.0.0.1", path: "/livez", headers: { "x-long": "x".repeat(20_000) } })
        .once("response", (response) => {
          response.resume();
          resolve(response.statusCode);
        })
        .once("error", reject)
        .end();
    });
    expect(status).toBe(431);
  });
});

describe("pages of other origins", () => {
  const ORIGIN = "https://console.example.org";
  const preflight = (app: Api["app"], origin: string) =>
    app.inject({
      method: "OPTIONS",
      url: "/v1/devices",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });

  it("are let in by nothing, as long as no setting names one", async () => {
    const answer = await preflight(api.app, ORIGIN);
    expect(answer.statusCode).toBe(404);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
  });

  it("are let in where the setting names them, without cookies, and no others are", async () => {
    const open = await startApi(db.pool, {
      http: { perMinute: 0, anonymousPerMinute: 0, maxStreams: 1, corsOrigins: [ORIGIN] },
    });
    const asked = await preflight(open.app, ORIGIN);
    expect(asked.statusCode).toBe(204);
    expect(asked.headers["access-control-allow-origin"]).toBe(ORIGIN);
    expect(asked.headers["access-control-allow-headers"]).toContain("authorization");
    expect(asked.headers).not.toHaveProperty("access-control-allow-credentials");
    const headers = { authorization: `Bearer ${ADMIN_KEY}` };
    const read = await open.app.inject({ url: "/v1/kinds", headers: { ...headers, origin: ORIGIN } });
    expect(read.headers["access-control-allow-origin"]).toBe(ORIGIN);
    expect(read.headers["access-control-expose-headers"]).toContain("x-request-id");
    for (const origin of [
      "https://evil.example.org",
      `${ORIGIN}.evil.org`,
      "null",
      "http://console.example.org",
    ]) {
      const answer = await open.app.inject({ url: "/v1/kinds", headers: { ...headers, origin } });
      expect(answer.headers["access-control-allow-origin"], origin).not.toBe(origin);
    }
    await open.app.close();
  });
});
