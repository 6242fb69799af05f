import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { keepSecret } from "../helpers/secrets.ts";

/** Signing in on the whole platform: real hashes, real wiring. What is possible is tested in `test/api`. */
const PASSWORD = "a quite good password";

let running: TestPlatform;
beforeAll(async () => {
  running = await startTestPlatform();
  const post = (path: string, body: object) => running.api(path, { method: "POST", body });
  await post("/v1/tenants", { id: "county", name: "County", use: "government" });
  const area = { regions: ["5203"], kinds: "all", tenants: "all", devices: "all" };
  await post("/v1/people", {
    id: "li.na",
    tenantId: "county",
    name: "Li Na",
    password: PASSWORD,
    grants: [{ role: "viewer", area }],
  });
});
afterAll(() => running.stop());

it("says loudly at the start that nobody waits, where the delay of privileged grants is 0", () => {
  const line = running.logged.find((text) => text.includes("NOBODY WAITS"));
  expect(JSON.parse(line!)).toMatchObject({ level: "warn", component: "access" });
});

const request = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${running.platform.httpPort}${path}`, init);

it("a person signs in, listens, and is cut off from the live stream by signing out", async () => {
  const answer = await request("/v1/sessions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "li.na", password: PASSWORD }),
  });
  expect(answer.status).toBe(201);
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = answer.headers.getSetCookie()[0]!.split(";")[0]!;
  const stream = await request("/v1/stream", { headers: { cookie } });
  expect(stream.status).toBe(200);
  const ended = stream.text();
  const out = await request("/v1/sessions/current", {
    method: "DELETE",
    headers: { cookie, "x-csrf-token": csrfToken },
  });
  expect(out.status).toBe(204);
  await ended;
  expect((await request("/v1/me", { headers: { cookie } })).status).toBe(401);
  const logged = running.logged.join("\n");
  for (const secret of [PASSWORD, cookie.split("=")[1]!, csrfToken]) expect(logged).not.toContain(secret);
  expect(await (await request("/metrics")).text()).toContain(
    'sbi_logins_total{result="ok",via="password"} 1',
  );
});

it("a session from before a person was shut out opens nothing once they are let in again", async () => {
  const answer = await request("/v1/sessions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username: "li.na", password: PASSWORD, type: "bearer" }),
  });
  const headers = {
    authorization: `Bearer ${keepSecret(((await answer.json()) as { token: string }).token)}`,
  };
  expect((await request("/v1/me", { headers })).status).toBe(200);
  for (const disabled of [true, false]) {
    await running.api("/v1/people/li.na", { method: "PATCH", body: { disabled } });
    expect((await request("/v1/me", { headers })).status).toBe(401);
  }
});

it("an application is cut off from the live stream when its key expires", async () => {
  const post = <T>(path: string, body: object) => running.api<T>(path, { method: "POST", body });
  const area = { regions: "all", kinds: "all", tenants: "all", devices: "all" };
  const grants = [{ scopes: ["stream:read", "devices:read"], area }];
  await post("/v1/people", { id: "wall-owner", tenantId: "county", name: "Owner" });
  const wall = { id: "wall", tenantId: "county", name: "Wall", ownerId: "wall-owner", grants };
  await post("/v1/applications", wall);
  const expiresAt = new Date(Date.now() + 2000);
  const { key } = await post<{ key: string }>("/v1/applications/wall/keys", { expiresAt });
  const headers = { authorization: `Bearer ${key}` };
  const stream = await request("/v1/stream", { headers });
  expect(stream.status).toBe(200);
  await stream.text();
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  expect((await request("/v1/stream", { headers })).status).toBe(401);
});
