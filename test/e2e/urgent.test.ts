import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { keepSecret } from "../helpers/secrets.ts";
import { registerSpeakers } from "./broadcast-stage.ts";

/** An officer at work while the database is kept busy: the whole platform, with real hashes. */
const PASSWORD = "a quite good password";
const SLOW = 300;

let running: TestPlatform;
let drafted: string;
/** Makes every question about events take so many seconds. */
const slowDown = (seconds: number) =>
  running.db.pool.query(`
    create or replace function slow_events() returns setof kept_events language plpgsql as $$
    begin
      perform pg_sleep(${seconds});
      return query select * from kept_events;
    end $$`);

beforeAll(async () => {
  running = await startTestPlatform({ DATABASE_POOL_SIZE: "4" });
  const post = (path: string, body: object) => running.api(path, { method: "POST", body });
  await post("/v1/tenants", { id: "county", name: "County", use: "government" });
  const area = { regions: ["5203"], kinds: "all", tenants: "all", devices: "all" };
  const grants = [{ role: "duty-officer", area }];
  const officer = { id: "li.na", tenantId: "county", name: "Li Na", password: PASSWORD, grants };
  await post("/v1/people", officer);
  await registerSpeakers(running.api, ["sp-1"], "520326001001");
  const { id } = await running.api<{ id: string }>("/v1/broadcasts", {
    method: "POST",
    body: {
      mode: "actual",
      level: 1,
      eventCode: "11A51",
      texts: [{ language: "zh-CN", headline: "山洪灾害预警", description: "请立即上山" }],
      target: { regions: ["520326"] },
    },
  });
  drafted = id;
  await running.db.pool.query("alter table events rename to kept_events");
  const isEmbedded = process.env.DATABASE_URL === undefined;
  await slowDown(isEmbedded ? 0.02 : 0.2);
  await running.db.pool.query("create view events as select * from slow_events()");
});
afterAll(() => running.stop());

it("an officer signs in, reads, releases and cancels while 300 slow questions wait for the database", async () => {
  let answered = 0;
  const slow = Array.from({ length: SLOW }, () =>
    running.api("/v1/events").then(
      () => void answered++,
      () => void answered++,
    ),
  );
  await Promise.race(slow);

  let token = "";
  /** How many questions waited still when each was answered. */
  const waiting: Record<string, number> = {};
  const ask = async <T>(name: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`http://127.0.0.1:${running.platform.httpPort}${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body ? { "content-type": "application/json" } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = await response.json();
    expect(response.ok, `${name}: ${JSON.stringify(answer)}`).toBe(true);
    waiting[name] = SLOW - answered;
    return answer as T;
  };
  const credentials = { username: "li.na", password: PASSWORD, type: "bearer" };
  ({ token } = await ask<{ token: string }>("sign in", "/v1/sessions", credentials));
  keepSecret(token);
  const path = `/v1/broadcasts/${drafted}`;
  await ask("me", "/v1/me");
  const { revision } = await ask<{ revision: number }>("read", path);
  const released = await ask<{ state: string }>("release", `${path}/release`, { revision });
  const cancelled = await ask<{ state: string }>("cancel", `${path}/cancel`, { reason: "a false alarm" });
  expect([released.state, cancelled.state]).toEqual(["dispatching", "cancelled"]);
  await ask("ready", "/readyz");
  // In one queue, nearly all questions would be answered, or given up, before the officer is.
  for (const [name, count] of Object.entries(waiting)) expect(count, name).toBeGreaterThan(SLOW / 4);

  await slowDown(0);
  await Promise.all(slow);
});
