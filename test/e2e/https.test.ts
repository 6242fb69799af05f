import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../base/config/index.ts";
import { type Authority, createAuthority } from "../helpers/certificates.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { keepSecret, keepSecretsOf } from "../helpers/secrets.ts";

/** The whole platform with a certificate of its own, and no proxy before it. */
const KEY = "test-administrator-key-of-many-letters";
const PASSWORD = keepSecret("a quite good password");

let dir: string;
let authority: Authority;
let running: TestPlatform;
let env: Record<string, string>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-https-"));
  authority = await createAuthority("Test CA");
  const { cert, key } = await authority.issue("localhost");
  await writeFile(join(dir, "cert.pem"), cert);
  await writeFile(join(dir, "key.pem"), key);
  env = { HTTP_TLS_CERT: join(dir, "cert.pem"), HTTP_TLS_KEY: join(dir, "key.pem") };
  running = await startTestPlatform(env);
});
afterAll(async () => {
  await running.stop();
  await rm(dir, { recursive: true, force: true });
});

const trusting = () => ({ host: "127.0.0.1", servername: "localhost", ca: authority.cert });

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  path: string,
  {
    body,
    headers = {},
    method = body ? "POST" : "GET",
  }: { body?: object; headers?: Record<string, string>; method?: string } = {},
) {
  keepSecretsOf(body);
  return new Promise<Answer>((resolve, reject) => {
    const options = { ...trusting(), port: running.platform.httpPort, path, method, agent: false };
    const type = body ? { "content-type": "application/json" } : {};
    const asked = request({ ...options, headers: { ...type, ...headers } }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more) => {
        text += more;
      });
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    asked.once("error", reject).end(body && JSON.stringify(body));
  });
}

/** Everything that comes back until the other side hangs up. */
function saidTo(port: number, text: string): Promise<string> {
  const socket = connectPlain(port, "127.0.0.1");
  let answer = "";
  socket.setEncoding("utf8").on("data", (more) => {
    answer += more;
  });
  socket.write(text);
  return new Promise((resolve) => socket.once("close", () => resolve(answer)));
}

it("the API speaks https, keeps browsers to it, and gives them cookies that go nowhere else", async () => {
  const alive = await ask("/livez");
  expect(alive.status).toBe(200);
  expect(alive.headers["strict-transport-security"]).toMatch(/^max-age=\d{8}/);
  expect(JSON.parse((await ask("/v1/console")).text)).toMatchObject({ secure: true });

  const headers = { authorization: `Bearer ${KEY}` };
  const post = (path: string, body: object) => ask(path, { body, headers });
  expect((await post("/v1/tenants", { id: "county", name: "County", use: "government" })).status).toBe(201);
  const person = { id: "li.na", tenantId: "county", name: "Li Na", password: PASSWORD, grants: [] };
  expect((await post("/v1/people", person)).status).toBe(201);
  const opened = await ask("/v1/sessions", {
    body: { username: "li.na", password: PASSWORD },
    headers: { host: "iot.example.cn", origin: "https://iot.example.cn" },
  });
  expect(opened.status).toBe(201);
  const [cookie = ""] = opened.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(/^__Host-sbi_session=[^;]+;.* Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const me = await ask("/v1/me", { headers: { cookie: cookie.split(";")[0]! } });
  expect(JSON.parse(me.text)).toMatchObject({ id: "li.na" });
});

it("MQTT over WebSocket speaks TLS with the same certificate", async () => {
  const { credentials } = JSON.parse(
    (
      await ask("/v1/devices", {
        body: { id: "meter-1", kind: "gas-meter", regionCode: "520326001001", name: "meter" },
        headers: { authorization: `Bearer ${KEY}` },
      })
    ).text,
  );
  const password = keepSecret(credentials.password);
  const client = await connectAsync(`wss://127.0.0.1:${running.platform.mqttWsPort}/mqtt`, {
    ca: authority.cert,
    username: "meter-1",
    password,
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  const sent = { volume: 5 };
  await client.publishAsync("v1/devices/meter-1/telemetry", JSON.stringify(sent), { qos: 1 });
  await client.endAsync();
  const latest = await ask("/v1/devices/meter-1/latest", { headers: { authorization: `Bearer ${KEY}` } });
  expect(JSON.parse(latest.text)).toMatchObject({ reading: { metrics: { volume: 5 } } });
});

it("whoever speaks plain http to either port is told so", async () => {
  for (const port of [running.platform.httpPort, running.platform.mqttWsPort]) {
    const answer = await saidTo(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*This port speaks https/);
  }
});

it("a platform that ends does not wait for connections on which nothing was asked", async () => {
  const other = await startTestPlatform(env);
  const idle = connectTls({ ...trusting(), port: other.platform.httpPort });
  const half = connectPlain(other.platform.httpPort, "127.0.0.1");
  for (const socket of [idle, half]) socket.on("error", () => {});
  await new Promise((resolve) => idle.once("secureConnect", resolve));
  const closed = [idle, half].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
  await other.stop();
  await Promise.all(closed);
});

it("half of the two settings, and a file that cannot be used, keep the platform from starting", async () => {
  for (const [name, other] of [
    ["HTTP_TLS_CERT", "HTTP_TLS_KEY"],
    ["HTTP_TLS_KEY", "HTTP_TLS_CERT"],
  ] as const)
    expect(() => loadConfig({ [name]: env[name] })).toThrow(`${name}: needs ${other} as well`);
  const wrong = startTestPlatform({ ...env, HTTP_TLS_KEY: join(dir, "cert.pem") });
  await expect(wrong).rejects.toThrow(/^HTTP_TLS_KEY: .*cert\.pem cannot be used, expected PEM/);
});
