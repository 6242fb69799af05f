import { createServer as createHttpServer, get as getHttp, type ServerResponse } from "node:http";
import { createServer as createHttpsServer, get as getHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { prepareShutdown } from "../../api/shutdown.ts";
import { createAuthority } from "../helpers/certificates.ts";

describe("an answer under way when the server closes", () => {
  it.each(["http", "https"])("is still given over %s", async (scheme) => {
    const authority = await createAuthority("Test CA");
    let arrived: (response: ServerResponse) => void = () => {};
    const response = new Promise<ServerResponse>((resolve) => {
      arrived = resolve;
    });
    const handler = (_request: unknown, answer: ServerResponse) => arrived(answer);
    const server =
      scheme === "http"
        ? createHttpServer(handler)
        : createHttpsServer(await authority.issue("localhost"), handler);
    const endConnections = prepareShutdown(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const options = { host: "127.0.0.1", port, agent: false, servername: "localhost", ca: authority.cert };
    const status = new Promise<number | string | undefined>((resolve) => {
      const get = scheme === "http" ? getHttp : getHttps;
      get(options, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).once("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    const answer = await response;
    const closed = new Promise((resolve) => server.close(resolve));
    endConnections();
    answer.end("well");
    expect(await status).toBe(200);
    await closed;
  });
});
