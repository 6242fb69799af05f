import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { httpClient } from "../../bench/query/http-client.ts";

/** A server that answers each request with the bytes that `answer` gives, in pieces of that many bytes. */
async function startServer(answer: (request: string, socket: Socket) => string | undefined, piece = 1e6) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (request) => {
      const bytes = Buffer.from(answer(request.toString(), socket) ?? "");
      const send = (at: number): void => {
        if (at < bytes.length)
          socket.write(bytes.subarray(at, at + piece), () => setImmediate(send, at + piece));
      };
      send(0);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = httpClient((server.address() as AddressInfo).port, "the-key");
  onTestFinished(() => {
    client.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { client, sockets };
}

const ok = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe("the bench's HTTP client", () => {
  it("asks with the key, and gets the body as a whole", async () => {
    const { client } = await startServer((request) => ok(request));
    expect((await client.ask("/v1/kinds?a=b")).toString()).toMatch(
      /^GET \/v1\/kinds\?a=b HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nAuthorization: Bearer the-key\r\n.*\r\n\r\n$/s,
    );
  });

  it.each([1, 2, 7])("puts an answer together that comes in pieces of %i bytes", async (piece) => {
    const { client } = await startServer(() => ok("贵阳\r\n\r\n"), piece);
    expect((await client.ask("/")).toString()).toBe("贵阳\r\n\r\n");
    expect((await client.ask("/")).toString()).toBe("贵阳\r\n\r\n");
  });

  it("keeps a connection for each request under way, and uses it again", async () => {
    const { client, sockets } = await startServer((request) => ok(request.split(" ")[1]!));
    const askThree = () =>
      Promise.all(["/1", "/2", "/3"].map(async (path) => String(await client.ask(path))));
    expect(await askThree()).toEqual(["/1", "/2", "/3"]);
    expect(await askThree()).toEqual(["/1", "/2", "/3"]);
    expect(sockets.size).toBe(3);
  });

  it("reads an answer without a body", async () => {
    const { client } = await startServer(() => ok(""));
    expect(await client.ask("/")).toHaveLength(0);
  });

  it("refuses a status other than 200, with what was said", async () => {
    const { client } = await startServer(() => "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone");
    await expect(client.ask("/v1/x")).rejects.toThrow("GET /v1/x: answered 404: none");
  });

  it.each([
    ["in chunks", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"],
    [
      "in chunks and with a length",
      "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0",
    ],
    ["without a length", "HTTP/1.1 200 OK\r\n\r\n"],
    ["with a length that is none", "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n"],
    ["that is only announced", "HTTP/1.1 100 Continue\r\n\r\n"],
    ["after which the connection ends", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"],
    ["of another protocol", "RTSP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n"],
  ])("refuses an answer %s", async (_, answer) => {
    const { client } = await startServer(() => answer);
    await expect(client.ask("/")).rejects.toThrow(/expected an HTTP\/1\.1 answer with a Content-Length/);
  });

  it("refuses more than was announced", async () => {
    const { client } = await startServer(() => `${ok("whole")}!`);
    await expect(client.ask("/")).rejects.toThrow("longer than its Content-Length");
  });

  it("refuses a head without an end", async () => {
    const { client } = await startServer(() => `HTTP/1.1 200 OK\r\nx: ${"x".repeat(20_000)}`);
    await expect(client.ask("/")).rejects.toThrow("the head is longer than");
  });

  it("does not wait for an answer whose connection is gone", async () => {
    const { client } = await startServer((_, socket) => {
      socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf");
      return undefined;
    });
    await expect(client.ask("/")).rejects.toThrow("GET /: the connection was closed");
  });

  it("says so when a connection was closed between two requests, and then opens another", async () => {
    const { client, sockets } = await startServer(() => ok(""));
    await client.ask("/");
    for (const socket of sockets) socket.destroy();
    await expect(client.ask("/")).rejects.toThrow(/closed|ECONNRESET|EPIPE/);
    expect(await client.ask("/")).toHaveLength(0);
  });
});
