import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import { readTlsFiles } from "../../base/tls-files.ts";
import { type Broker, type BrokerOptions, createBroker } from "../../broker/broker.ts";
import { type Authority, type Certificate, createAuthority } from "../helpers/certificates.ts";
import { RawMqtt } from "../helpers/mqtt.ts";

interface Device {
  id: string;
  deviceNo: number;
  gateway: boolean;
}

let authority: Authority;
let stranger: Authority;
let server: Certificate;
let meter1: Certificate;
let meter2: Certificate;

let dir: string;
let broker: Broker;
let tlsPort: number;
let living: Set<string>;
let logged: { msg: string }[];

beforeAll(async () => {
  authority = await createAuthority("Test CA");
  stranger = await createAuthority("Somebody else's CA");
  server = await authority.issue("localhost");
  meter1 = await authority.issue("meter-1");
  meter2 = await authority.issue("meter-2");
});

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-tls-"));
  living = new Set(["meter-1", "meter-2"]);
  logged = [];
});
afterEach(async () => {
  await broker?.close();
  await rm(dir, { recursive: true, force: true });
});

const file = (name: string) => join(dir, name);

async function put(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(file(name), text);
}

async function start(
  files: Record<string, string> = { ca: authority.cert },
  options: Partial<BrokerOptions<Device>> = {},
): Promise<void> {
  await put({ cert: server.cert, key: server.key, ...files });
  const device = (id: string) => (living.has(id) ? { id, deviceNo: 1, gateway: false } : undefined);
  broker = await createBroker<Device>({
    log: createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) }),
    rateLimit: 0,
    authenticate: (id, token) => (token.toString() === `token-of-${id}` ? device(id) : undefined),
    authenticateCertificate: device,
    onPublish: (_message, settled) => settled(),
    onRefused: (_message, _refusal, settled) => settled(),
    onPresence: () => {},
    ...options,
  });
  ({ tlsPort } = await broker.listen({
    host: "127.0.0.1",
    port: "off",
    wsPort: "off",
    tls: {
      port: 0,
      pollMs: 20,
      files: {
        cert: file("cert"),
        key: file("key"),
        ...("ca" in files ? { ca: file("ca") } : {}),
        ...("crl" in files ? { crl: file("crl") } : {}),
      },
    },
  }));
}

const trusting = (more: ConnectionOptions = {}): ConnectionOptions => ({
  host: "127.0.0.1",
  port: tlsPort,
  servername: "localhost",
  ca: authority.cert,
  ...more,
});

const over = (options?: ConnectionOptions) => new RawMqtt(connect(trusting(options)));

/** Logs in with what is given. */
async function returnCode(
  raw: RawMqtt,
  { username, password }: { username?: string; password?: string } = {},
) {
  raw.send({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: randomUUID(),
    keepalive: 0,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  });
  return ((await raw.next("connack")) as { returnCode: number }).returnCode;
}

describe("the TLS listener", () => {
  it("takes a device with its token, with and without client certificates set up", async () => {
    await start({});
    const raw = over();
    expect(await returnCode(raw, { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1);
    await raw.next("puback", 1);
  });

  it("speaks TLS 1.2 and 1.3 and nothing older", async () => {
    await start();
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const raw = over({ minVersion: version, maxVersion: version });
      expect(await returnCode(raw, { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
      expect((raw.socket as TLSSocket).getProtocol()).toBe(version);
    }
    const old = over({
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await old.closed;
    await vi.waitFor(() => expect(broker.counts.tlsErrors).toBe(1));
  });

  it("leaves the plain doors shut that are off", async () => {
    await start();
    const plain = new RawMqtt(connectPlain({ host: "127.0.0.1", port: tlsPort }));
    await expect(returnCode(plain, { username: "meter-1", password: "token-of-meter-1" })).rejects.toThrow();
    expect(plain.received).toEqual([]);
  });

  it("gives a connection that is cut during the handshake its place back", async () => {
    await start({}, { limits: { perAddress: 1 } });
    const half = connectPlain({ host: "127.0.0.1", port: tlsPort });
    half.on("error", () => {});
    await new Promise((resolve) => half.once("connect", resolve));
    const beyond = over();
    await beyond.closed;
    half.destroy();
    await vi.waitFor(async () => {
      const raw = over();
      expect(await returnCode(raw, { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
    });
    expect(broker.counts.connectionsRefused).toBeGreaterThan(0);
  });
});

describe("a client certificate", () => {
  it.each([
    ["its id as user name", { username: "meter-1" }],
    ["its id as user name and an empty password", { username: "meter-1", password: "" }],
    ["no user name", {}],
  ])("lets its device in without a token, with %s", async (_about, names) => {
    await start();
    const raw = over(meter1);
    expect(await returnCode(raw, names)).toBe(0);
    raw.publish("v1/devices/meter-1/telemetry", "{}", 1);
    await raw.next("puback", 1);
  });

  it("does not help another device", async () => {
    await start();
    expect(await returnCode(over(meter2), { username: "meter-1" })).toBe(4);
    expect(await returnCode(over(meter2), { username: "meter-1", password: "token-of-meter-2" })).toBe(4);
    // And does it no harm: its token is enough.
    expect(await returnCode(over(meter2), { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
  });

  it("does not make up for a wrong token of its own device", async () => {
    await start();
    expect(await returnCode(over(meter1), { username: "meter-1", password: "wrong" })).toBe(4);
  });

  it("lets nobody in whose device does not exist, or is named in a way that no device is", async () => {
    await start();
    living.delete("meter-1");
    expect(await returnCode(over(meter1))).toBe(4);
    expect(await returnCode(over(await authority.issue("v1/devices/+")))).toBe(4);
  });

  it("of another authority ends the connection, whatever else is sent", async () => {
    await start();
    const raw = over(await stranger.issue("meter-1"));
    await expect(returnCode(raw, { username: "meter-1", password: "token-of-meter-1" })).rejects.toThrow();
    expect(broker.counts.tlsErrors).toBe(1);
  });

  it("that has expired ends the connection", async () => {
    await start();
    const raw = over(await authority.issue("meter-1", { validTo: new Date(Date.now() - 60_000) }));
    await expect(returnCode(raw)).rejects.toThrow();
  });

  it("means nothing when no authority is set up", async () => {
    await start({});
    expect(await returnCode(over(meter1), { username: "meter-1" })).toBe(4);
  });

  it("cannot be claimed without TLS", async () => {
    await start();
    expect(await returnCode(over(), { username: "meter-1" })).toBe(4);
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("is looked at in each handshake of %s anew", async (version) => {
    await start();
    const only = { ...meter1, minVersion: version, maxVersion: version };
    const before = over(only);
    let session: Buffer | undefined;
    before.socket.on("session", (ticket: Buffer) => {
      session = ticket;
    });
    expect(await returnCode(before)).toBe(0);
    session ??= (before.socket as TLSSocket).getSession();
    const again = over({ ...only, session });
    expect(await returnCode(again)).toBe(0);
    expect(session).toBeDefined();
    expect((again.socket as TLSSocket).isSessionReused()).toBe(false);
  });

  it("that is revoked ends the connection, and every other by certificate is looked at anew", async () => {
    await start({ ca: authority.cert, crl: authority.revoke([]) });
    const before = over(meter1);
    expect(await returnCode(before)).toBe(0);
    const other = over(meter2);
    expect(await returnCode(other)).toBe(0);
    const byToken = over();
    expect(await returnCode(byToken, { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
    await put({ crl: authority.revoke([meter1]) });
    await Promise.all([before.closed, other.closed]);
    await expect(returnCode(over(meter1))).rejects.toThrow();
    expect(await returnCode(over(meter2))).toBe(0);
    byToken.send({ cmd: "pingreq" });
    await byToken.next("pingresp");
  });

  it("is not taken on the word of a list that is out of date", async () => {
    await start({
      ca: authority.cert,
      crl: authority.revoke([], { nextUpdate: new Date(Date.now() - 60_000) }),
    });
    await expect(returnCode(over(meter1), {})).rejects.toThrow();
  });
});

describe("files that change", () => {
  const serialOf = (raw: RawMqtt) => (raw.socket as TLSSocket).getPeerCertificate().serialNumber;

  it("are read again, and no connection is dropped for a new server certificate", async () => {
    await start();
    const before = over(meter1);
    expect(await returnCode(before, {})).toBe(0);
    const renewed = await authority.issue("localhost");
    // Certificate first, key later: in between they do not fit.
    await put({ cert: renewed.cert });
    await vi.waitFor(() => expect(logged.some(({ msg }) => msg.includes("the former stay"))).toBe(true));
    expect(await returnCode(over(meter1), {})).toBe(0);
    await put({ key: renewed.key });
    await vi.waitFor(async () => {
      const after = over(meter1);
      expect(await returnCode(after, {})).toBe(0);
      expect(serialOf(after)).not.toBe(serialOf(before));
    });
    before.publish("v1/devices/meter-1/telemetry", "{}", 1);
    await before.next("puback", 1);
  });
});

describe("files that cannot be used", () => {
  const files = () => ({ cert: file("cert"), key: file("key"), ca: file("ca"), crl: file("crl") });
  const good = () => ({
    cert: server.cert,
    key: server.key,
    ca: authority.cert,
    crl: authority.revoke([]),
  });

  it.each([
    ["cert", "MQTT_TLS_CERT"],
    ["key", "MQTT_TLS_KEY"],
    ["ca", "MQTT_TLS_CA"],
    ["crl", "MQTT_TLS_CRL"],
  ])("are named with their setting: %s", async (name, setting) => {
    await put(good());
    await expect(readTlsFiles(files())).resolves.toBeDefined();
    await put({ [name]: "not PEM" });
    await expect(readTlsFiles(files())).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(new RegExp(`^${setting}: .*/${name} cannot be used`)),
    });
    await rm(file(name));
    await expect(readTlsFiles(files())).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(new RegExp(`^${setting}: .*/${name} cannot be read \\(ENOENT\\)`)),
    });
  });

  it("are named when the key is another certificate's", async () => {
    await put({ ...good(), key: meter1.key });
    await expect(readTlsFiles(files())).rejects.toThrow(/^MQTT_TLS_KEY: .*key is not the key of .*cert$/);
  });

  it("keep the broker from listening at all", async () => {
    await put({ cert: server.cert, key: "nothing" });
    broker = await createBroker<Device>({
      log: createLogger("silent"),
      rateLimit: 0,
      authenticate: () => undefined,
      onPublish: () => {},
      onRefused: () => {},
      onPresence: () => {},
    });
    const listening = broker.listen({
      host: "127.0.0.1",
      port: 0,
      wsPort: 0,
      tls: { port: 0, files: { cert: file("cert"), key: file("key") } },
    });
    await expect(listening).rejects.toMatchObject({ code: "config_invalid" });
  });
});

describe("an idle handshake", () => {
  it("is among the strangers who make room for others", async () => {
    await start({}, { limits: { strangers: 1 } });
    const idle = connectPlain({ host: "127.0.0.1", port: tlsPort });
    idle.on("error", () => {});
    const gone = new Promise((resolve) => idle.once("close", resolve));
    onTestFinished(() => void idle.destroy());
    await new Promise((resolve) => idle.once("connect", resolve));
    expect(await returnCode(over(), { username: "meter-1", password: "token-of-meter-1" })).toBe(0);
    await gone;
  });
});
