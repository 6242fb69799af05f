import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AccessControl } from "../../access/control.ts";
import { decide, type Principal } from "../../access/decide.ts";
import { UNLIMITED } from "../../access/limits.ts";
import { createBudget } from "../../api/rate-limit.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { type Api, startApi } from "./harness.ts";

describe("a budget of requests", () => {
  it("lets a minute's worth through at once, and then as fast as it fills", () => {
    let now = 0;
    const take = createBudget(60, () => now);
    for (let n = 1; n <= 60; n++) expect(take("a")).toMatchObject({ allowed: true, remaining: 60 - n });
    expect(take("a")).toMatchObject({ allowed: false, remaining: 0, retrySeconds: 1, resetSeconds: 60 });
    now = 999;
    expect(take("a").allowed).toBe(false);
    now = 1000;
    expect(take("a")).toMatchObject({ allowed: true, retrySeconds: 0 });
    expect(take("a").allowed).toBe(false);
    now = 10 * 60_000;
    expect(take("a")).toMatchObject({ allowed: true, remaining: 59, resetSeconds: 1 });
  });

  it("of one caller does not touch that of another", () => {
    const take = createBudget(1, () => 0);
    expect([take("a").allowed, take("a").allowed, take("b").allowed]).toEqual([true, false, true]);
  });

  it("allows in any stretch of time no more than a full bucket and what filled it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 300 }),
        (perMinute, pauses) => {
          let now = 1_000_000;
          const start = now;
          const take = createBudget(perMinute, () => now);
          let allowed = 0;
          for (const pause of pauses) {
            now += pause;
            const allowance = take("a");
            if (allowance.allowed) allowed++;
            // Who waits as long as it was told is let through.
            else if (allowance.retrySeconds * 1000 <= 0) return false;
            if (allowance.remaining < 0 || allowance.remaining > perMinute) return false;
          }
          return allowed <= perMinute + ((now - start) * perMinute) / 60_000 + 1e-6;
        },
      ),
    );
  });

  it("lets who was refused through after the seconds that it was told", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (perMinute) => {
        let now = 0;
        const take = createBudget(perMinute, () => now);
        for (let n = 0; n < perMinute; n++) take("a");
        const { allowed, retrySeconds } = take("a");
        now += retrySeconds * 1000;
        return !allowed && take("a").allowed;
      }),
      { numRuns: 50 },
    );
  });

  it("gives and takes nothing when the clock is set back", () => {
    let now = 100_000;
    const take = createBudget(2, () => now);
    take("a");
    now = 0;
    expect(take("a").allowed).toBe(true);
    expect(take("a").allowed).toBe(false);
  });

  it("remembers a bounded number of callers", () => {
    const take = createBudget(1, () => 0, 10);
    for (let n = 0; n < 1000; n++) take(`caller-${n}`);
    expect(take("caller-999").allowed).toBe(false);
    expect(take("caller-0").allowed).toBe(true);
  });
});

describe("the API", () => {
  let db: TestDatabase;
  let api: Api;
  const principal = (id: string): Principal => ({
    type: "application",
    id,
    name: id,
    tenantId: null,
    grants: UNLIMITED.map((area) => ({ role: "administrator", area })),
  });
  const access: AccessControl = {
    authenticate: ({ authorization }) =>
      authorization?.startsWith("Bearer app-") ? principal(authorization.slice(7)) : undefined,
    decide,
  };
  const as = (id: string) => ({ authorization: `Bearer ${id}` });
  const get = (url: string, headers: Record<string, string> = {}, remoteAddress = "192.0.2.1") =>
    api.app.inject({ url, headers, remoteAddress });

  beforeAll(async () => {
    db = await createTestDatabase();
    api = await startApi(db.pool, {
      access,
      http: { perMinute: 5, anonymousPerMinute: 3, maxStreams: 2, corsOrigins: [] },
    });
  });
  afterAll(async () => {
    await api.app.close();
    await db.drop();
  });

  it("says in each answer what is left, and refuses what is beyond it as a problem", async () => {
    for (let left = 4; left >= 0; left--) {
      const { statusCode, headers } = await get("/v1/kinds", as("app-one"));
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({ "ratelimit-limit": "5", "ratelimit-remaining": String(left) });
      expect(Number(headers["ratelimit-reset"])).toBeGreaterThan(0);
    }
    const refused = await get("/v1/kinds", as("app-one"));
    expect([refused.statusCode, refused.json().code]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(refused.headers["content-type"]).toContain("application/problem+json");
  });

  it("does not let one caller use up what another has, also from the same address", async () => {
    expect((await get("/v1/kinds", as("app-one"))).statusCode).toBe(429);
    expect((await get("/v1/kinds", as("app-two"))).statusCode).toBe(200);
  });

  it("counts requests that fail as well, but not twice", async () => {
    const remaining = async (url: string) => (await get(url, as("app-three"))).headers["ratelimit-remaining"];
    expect(await remaining("/v1/devices/nobody")).toBe("4");
    expect(await remaining("/v1/devices?limit=0")).toBe("3");
  });

  it("slows an address whose credentials are wrong, and still lets the right ones in from there", async () => {
    const address = "198.51.100.7";
    const answers: number[] = [];
    for (let n = 0; n < 5; n++) answers.push((await get("/v1/kinds", as("wrong"), address)).statusCode);
    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect((await get("/v1/kinds", as("app-four"), address)).statusCode).toBe(200);
    expect((await get("/v1/kinds", as("wrong"), "198.51.100.8")).statusCode).toBe(401);
  });

  it("counts a subscriber's whole IPv6 network as one address", async () => {
    for (let n = 1; n <= 3; n++) await get("/v1/nothing", {}, `2001:db8:0:1::${n}`);
    expect((await get("/v1/nothing", {}, "2001:db8:0:1:ffff::1")).statusCode).toBe(429);
    expect((await get("/v1/nothing", {}, "2001:db8:0:2::1")).statusCode).toBe(404);
  });

  it("always answers those who watch the process", async () => {
    for (const url of ["/livez", "/readyz", "/metrics"]) {
      for (let n = 0; n < 10; n++) expect((await get(url, {}, "203.0.113.1")).statusCode).toBe(200);
    }
  });

  it("limits the streams that one caller has open, and gives the place of one that ends to the next", async () => {
    const base = await api.app.listen({ host: "127.0.0.1", port: 0 });
    const open = (id: string) => {
      const controller = new AbortController();
      return fetch(`${base}/v1/stream`, { headers: as(id), signal: controller.signal }).then((response) => ({
        status: response.status,
        retryAfter: response.headers.get("retry-after"),
        close: () => controller.abort(),
      }));
    };
    const first = await open("app-streams");
    const second = await open("app-streams");
    const third = await open("app-streams");
    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    expect(Number(third.retryAfter)).toBeGreaterThan(0);
    const other = await open("app-other");
    expect(other.status).toBe(200);
    first.close();
    await expect.poll(() => api.hub.size, { timeout: 5000 }).toBe(2);
    expect((await open("app-streams")).status).toBe(200);
    second.close();
    other.close();
  });

  it("has no limit where the setting says 0", async () => {
    const open = await startApi(db.pool, { access });
    const { headers } = await open.app.inject({ url: "/v1/kinds", headers: as("app-one") });
    await open.app.close();
    expect(headers["ratelimit-limit"]).toBeUndefined();
  });
});
