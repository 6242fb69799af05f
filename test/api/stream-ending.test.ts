import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { watchSession } from "../../api/stream/session-watch.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInForCookie, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";

const PASSWORD = "a quite good password";

describe("a person's stream", () => {
  let db: TestDatabase;
  let app: TestPeople;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());
  afterEach(() => app.stop());

  async function start(times: { sessionMaxAgeMs?: number; sessionMaxIdleMs?: number }) {
    app = await startPeople(db, times);
    await app.app.listen({ host: "127.0.0.1", port: 0 });
  }
  const addPerson = (id: string) => app.addPerson(id, { password: PASSWORD, role: "viewer" });
  const request = (path: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${(app.app.server.address() as AddressInfo).port}${path}`, { headers });
  const bearer = async (id: string) => ({
    authorization: `Bearer ${await signInForToken(app, id, PASSWORD)}`,
  });

  it.each([
    ["bearer token", bearer],
    ["cookie", async (id: string) => ({ cookie: (await signInForCookie(app, id, PASSWORD)).cookie })],
  ])(
    "ends with a session by %s, twelve hours after the sign-in, whatever else is open",
    async (by, signIn) => {
      await start({ sessionMaxAgeMs: 2000 });
      const id = `age-${by.slice(0, 6)}`;
      await addPerson(id);
      const headers = await signIn(id);
      const stream = await request("/v1/stream", headers);
      expect(stream.status).toBe(200);
      const application = await request("/v1/stream", {
        authorization: `Bearer ${await app.addApplication(`app-${id}`, { scopes: ["stream:read", "devices:read"] })}`,
      });
      expect(await stream.text()).toContain("id: 0\n");
      expect((await request("/v1/me", headers)).status).toBe(401);
      expect(app.hub.size).toBe(1);
      await application.body!.cancel();
    },
  );

  it("ends an hour after the session was last used, of which an open stream is no use", async () => {
    await start({ sessionMaxIdleMs: 2000 });
    await addPerson("idle");
    const headers = await bearer("idle");
    const ended = (await request("/v1/stream", headers)).text();
    const usedAt = performance.now();
    expect((await request("/v1/me", headers)).status).toBe(200);
    await ended;
    expect(performance.now() - usedAt).toBeGreaterThan(1990);
    expect((await request("/v1/me", headers)).status).toBe(401);
  });
});

describe("the watch over a session", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const MINUTE = 60_000;

  /** A session that has so long to live; undefined: the database is away. */
  function watch(given: number | undefined) {
    let left = given;
    let looks = 0;
    let over = 0;
    const timeLeft = async () => {
      looks++;
      if (left === undefined) throw new Error("connect ECONNREFUSED");
      return left;
    };
    const stop = watchSession({ timeLeft }, { token: "t", type: "bearer" }, () => over++);
    return {
      stop,
      get looks() {
        return looks;
      },
      get over() {
        return over;
      },
      async pass(ms: number) {
        if (left !== undefined) left = Math.max(0, left - ms);
        await vi.advanceTimersByTimeAsync(ms);
      },
      become(ms: number | undefined) {
        left = ms;
      },
    };
  }

  it("says once when it is over, to the moment where that was known before", async () => {
    const session = watch(MINUTE);
    await session.pass(0);
    for (let i = 0; i < 59; i++) await session.pass(1000);
    expect(session.over).toBe(0);
    await session.pass(1000);
    expect(session.over).toBe(1);
    await session.pass(10 * MINUTE);
    expect(session.over).toBe(1);
    expect(session.looks).toBeLessThan(5);
  });

  it("says so at once where it was over before the stream began", async () => {
    const session = watch(0);
    await session.pass(0);
    expect(session.over).toBe(1);
  });

  it("goes on as long as the session is used", async () => {
    const session = watch(MINUTE);
    for (let i = 0; i < 100; i++) {
      session.become(MINUTE);
      await session.pass(1000);
    }
    expect(session.over).toBe(0);
    await session.pass(MINUTE);
    expect(session.over).toBe(1);
  });

  it("notices within half a minute that another process has ended it", async () => {
    const session = watch(600 * MINUTE);
    await session.pass(5 * MINUTE);
    session.become(0);
    await session.pass(MINUTE / 2);
    expect(session.over).toBe(1);
  });

  it("lets it go on while the database is away, and no longer than it was known to live", async () => {
    const session = watch(10 * MINUTE);
    await session.pass(MINUTE);
    session.become(undefined);
    await session.pass(8 * MINUTE);
    expect(session.over).toBe(0);
    await session.pass(MINUTE);
    expect(session.over).toBe(1);
  });

  it("takes it up again when the database comes back", async () => {
    const session = watch(10 * MINUTE);
    await session.pass(MINUTE);
    session.become(undefined);
    await session.pass(8 * MINUTE);
    session.become(20 * MINUTE);
    await session.pass(5 * MINUTE);
    expect(session.over).toBe(0);
  });

  it("is over with the stream", async () => {
    const session = watch(MINUTE);
    await session.pass(0);
    session.stop();
    await session.pass(10 * MINUTE);
    expect([session.over, session.looks, vi.getTimerCount()]).toEqual([0, 1, 0]);
  });

  it("is over with a stream that went away during a look", async () => {
    const session = watch(0);
    session.stop();
    await session.pass(MINUTE);
    expect([session.over, vi.getTimerCount()]).toEqual([0, 0]);
  });
});
