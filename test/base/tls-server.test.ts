import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:https";
import { type AddressInfo, connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type FollowedTls, followTlsFiles, refusePlainHttp } from "../../base/tls-server.ts";
import { type Authority, type Certificate, createAuthority } from "../helpers/certificates.ts";

let authority: Authority;
let first: Certificate;
let second: Certificate;
let dir: string;
let tls: FollowedTls;
let server: ReturnType<typeof createServer>;
let logged: { msg: string }[];
let port: number;

beforeAll(async () => {
  authority = await createAuthority("Test CA");
  first = await authority.issue("first");
  second = await authority.issue("second");
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "sbi-https-"));
  await put(first);
  logged = [];
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
  const files = { settings: "HTTP_TLS", cert: join(dir, "cert"), key: join(dir, "key") } as const;
  tls = await followTlsFiles(files, { log, pollMs: 10 });
  server = createServer(tls.material.context, (_request, response) => response.end("well"));
  tls.renew(server);
  refusePlainHttp(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterEach(async () => {
  tls.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true, force: true });
});

async function put({ cert, key }: Partial<Certificate>): Promise<void> {
  if (cert !== undefined) await replace("cert", cert);
  if (key !== undefined) await replace("key", key);
}

/** In one step: half a file would be a fault of its own. */
async function replace(name: string, text: string): Promise<void> {
  await writeFile(join(dir, `${name}.new`), text);
  await rename(join(dir, `${name}.new`), join(dir, name));
}

const trusting = () => ({ host: "127.0.0.1", port, servername: "localhost", ca: authority.cert });

/** The name in the certificate that a new connection is shown. */
const shown = () =>
  new Promise<unknown>((resolve, reject) => {
    const socket: TLSSocket = connect(trusting(), () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.once("error", reject);
  });

const bodyOf = () =>
  new Promise<string>((resolve, reject) => {
    const asked = request({ ...trusting(), path: "/", agent: false }, (response) => {
      response.setEncoding("utf8").on("data", resolve);
    });
    asked.once("error", reject).end();
  });

describe("a server of https", () => {
  it("shows another certificate once its files have changed, without a restart", async () => {
    expect(await shown()).toBe("first");
    await put(second);
    await expect.poll(shown).toBe("second");
    expect(await bodyOf()).toBe("well");
  });

  it("keeps the former one while the files do not fit each other, and says once which is wrong", async () => {
    await put({ cert: second.cert });
    const complaints = () => logged.filter(({ msg }) => msg.startsWith("the TLS files cannot be used"));
    await expect.poll(() => complaints().length).toBe(1);
    expect(JSON.stringify(complaints()[0])).toMatch(/HTTP_TLS_KEY: .*key is not the key of .*cert/);
    expect(await shown()).toBe("first");
    await put({ key: second.key });
    await expect.poll(shown).toBe("second");
    expect(complaints()).toHaveLength(1);
  });

  it("tells whoever speaks plain http to it what it expects, and serves the next one", async () => {
    const socket = connectPlain(port, "127.0.0.1");
    socket.write("GET /console/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let answer = "";
    socket.setEncoding("utf8").on("data", (text) => {
      answer += text;
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toBe(
      "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 70\r\nconnection: close\r\n\r\nThis port speaks https: expected an address that begins with https://\n",
    );
    expect(await bodyOf()).toBe("well");
  });

  it("says nothing to what is neither", async () => {
    const socket = connectPlain(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write("\x10\x20 MQTT, perhaps, in plain text, which is no TLS\r\n");
    let answer = "";
    socket.on("data", (bytes) => {
      answer += bytes.toString("latin1");
    });
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).not.toContain("HTTP");
  });
});
