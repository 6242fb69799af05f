import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { keepSecret } from "../helpers/secrets.ts";
import { type Api, aConsole, startApi } from "./harness.ts";

const LI = { id: "li.na", name: "李娜", role: "dispatcher", sees: "南明区" };
const PASSWORD = keepSecret("the-password-of-the-demo");

let db: TestDatabase;
let folder: string;
const apis: Api[] = [];
beforeAll(async () => {
  db = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "sbi-console-facts-"));
});
afterAll(async () => {
  for (const { app } of apis) await app.close();
  await db.drop();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startApi>[1] = {}): Promise<Api> {
  const api = await startApi(db.pool, options);
  apis.push(api);
  return api;
}

/** As somebody asks who has not signed in. */
async function ask(
  { app }: Api,
  { address = "127.0.0.1", ...headers }: Record<string, string> & { address?: string } = {},
) {
  const answer = await app.inject({ url: "/v1/console", remoteAddress: address, headers });
  expect([answer.statusCode, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
  return answer.json();
}

describe("what a page is told before anybody has signed in", () => {
  it("is the platform's name, version and zone, and how one signs in", async () => {
    const plain = await start();
    expect(await ask(plain)).toEqual({
      name: "Test platform",
      version: "0.0.0-test",
      timeZone: "Asia/Shanghai",
      passwordSignIn: true,
      signedIn: false,
      oidc: null,
      secure: true,
      build: null,
      demo: null,
    });
    const issuer = "https://id.example.org:8443/realms/county";
    const withProvider = await start({ console: aConsole({ name: "南明区应急广播", issuer }) });
    expect(await ask(withProvider)).toMatchObject({
      name: "南明区应急广播",
      oidc: { label: "id.example.org:8443" },
    });
  });

  it("names the console that is served, also once it was built anew", async () => {
    const api = await start({ console: aConsole({ folder }) });
    expect((await ask(api)).build).toBeNull();
    for (const [stamp, build] of [
      ["0123456789abcdef0123456789abcdef\n", "0123456789abcdef"],
      ["fedcba9876543210fedcba9876543210\n", "fedcba9876543210"],
    ]) {
      await writeFile(join(folder, "built-from"), stamp!);
      expect((await ask(api)).build).toBe(build);
    }
  });

  it("says when somebody on the way may read along", async () => {
    const api = await start({ trustProxy: ["10.0.0.1"] });
    const secure = async (request: Parameters<typeof ask>[1]) => (await ask(api, request)).secure;
    expect(await secure({ address: "127.0.0.1" })).toBe(true);
    expect(await secure({ address: "::ffff:127.0.0.1" })).toBe(true);
    expect(await secure({ address: "::1" })).toBe(true);
    expect(await secure({ address: "192.0.2.7" })).toBe(false);
    expect(await secure({ address: "10.0.0.1", "x-forwarded-for": "192.0.2.7" })).toBe(false);
    const https = { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.7" };
    expect(await secure({ address: "10.0.0.1", ...https })).toBe(true);
    expect(await secure({ address: "192.0.2.7", ...https })).toBe(false);
  });

  it("is counted against the budget of an address", async () => {
    const api = await start({
      http: { perMinute: 0, anonymousPerMinute: 1, maxStreams: 1, corsOrigins: [] },
    });
    await ask(api);
    const second = await api.app.inject({ url: "/v1/console" });
    expect([second.statusCode, second.json().code]).toEqual([429, "rate_limited"]);
  });
});

describe("the people of the demo", () => {
  const told = { console: aConsole({ demoPeople: [{ ...LI, password: PASSWORD }] }) };
  const here = { address: "127.0.0.1", host: "localhost:8080", "x-page-host": "localhost:8080" };
  const passwordOf = async (api: Api, request: Parameters<typeof ask>[1]) => {
    const { demo } = await ask(api, request);
    expect(demo.people).toEqual([{ ...LI, password: demo.people[0].password }]);
    return demo.people[0].password;
  };

  it("are told to every page, with their passwords to one on the demo's own machine", async () => {
    const api = await start(told);
    for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost"])
      expect(await passwordOf(api, { ...here, host })).toBe(PASSWORD);
    expect(await passwordOf(api, { ...here, address: "::1" })).toBe(PASSWORD);
    expect(await passwordOf(api, { ...here, address: "::ffff:127.0.0.1" })).toBe(PASSWORD);
  });

  it("keep their passwords to themselves before anybody else, a site that leads here and a proxy's guests", async () => {
    const api = await start(told);
    for (const strange of [
      { ...here, address: "192.0.2.7" },
      { ...here, address: "::ffff:192.0.2.7" },
      { ...here, host: "evil.example.org:8080" },
      { ...here, host: "localhost.example.org" },
      { ...here, "x-forwarded-for": "192.0.2.7" },
      { ...here, "x-real-ip": "192.0.2.7" },
      { ...here, forwarded: "for=192.0.2.7" },
      { ...here, via: "1.1 proxy" },
      // A proxy that says nothing of itself, and has put its own name for the platform in place of the one asked for.
      { ...here, "x-page-host": "demo.example.org" },
      { ...here, "x-page-host": "localhost.example.org:8080" },
      { ...here, "x-page-host": "" },
    ])
      expect([strange, await passwordOf(api, strange)]).toEqual([strange, null]);
    // Neither to whoever asks without a page.
    expect(await passwordOf(api, { address: "127.0.0.1", host: "localhost:8080" })).toBeNull();
    // Also where the proxy is believed: neither may somebody far away claim to be here, nor one beside it.
    const behind = await start({ ...told, trustProxy: ["192.0.2.1", "127.0.0.1"] });
    const claims = { "x-forwarded-for": "127.0.0.1", "x-forwarded-host": "localhost" };
    expect(await passwordOf(behind, { ...here, address: "192.0.2.1", ...claims })).toBeNull();
    expect(await passwordOf(behind, { ...here, ...claims })).toBeNull();
    // A proxy that says nothing of its guest hands on what the guest has claimed.
    const guest = { ...here, host: "demo.example.org", "x-forwarded-host": "localhost" };
    expect(await passwordOf(behind, guest)).toBeNull();
  });
});
