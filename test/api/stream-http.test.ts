import type { AddressInfo } from "node:net";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ADMIN_KEY, type Api, startApi } from "./harness.ts";

/** Streams ask the database nothing: the pool never connects. */
const pool = new pg.Pool();
let api: Api;
let base: string;

beforeEach(async () => {
  api = await startApi(pool);
  await api.app.listen({ host: "127.0.0.1", port: 0 });
  base = `http://127.0.0.1:${(api.app.server.address() as AddressInfo).port}`;
});
afterEach(() => api.app.close());

const open = (query: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
  fetch(`${base}/v1/stream${query}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}`, ...headers },
    ...(signal ? { signal } : {}),
  });

const presence = (deviceId: string, newsNo: number) =>
  api.hub.publish(
    "presence",
    { deviceId, connected: true, changedAt: "2026-01-01T00:00:00.000Z" },
    { regionCode: "520102", kind: "camera", tenantId: null },
    { newsNo, index: 0 },
  );

/** Reads until the text holds `wanted`. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes(wanted)) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended before '${wanted}': ${text}`);
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

describe("GET /v1/stream", () => {
  it("streams live events under the platform's headers", async () => {
    const response = await open("?topics=presence&region=5201");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-request-id")).toBeTruthy();
    const reader = response.body!.getReader();
    await readUntil(reader, "id: 0\n");
    presence("cam-1", 1);
    const text = await readUntil(reader, "cam-1");
    expect(text).toContain("id: 1.0\nevent: presence\ndata: {");
    await reader.cancel();
  });

  it("resumes after Last-Event-ID", async () => {
    presence("cam-1", 1);
    presence("cam-2", 2);
    const response = await open("", { "last-event-id": "1.0" });
    const reader = response.body!.getReader();
    const text = await readUntil(reader, "cam-2");
    expect(text).not.toContain("cam-1");
    await reader.cancel();
  });

  it("forgets a client that went away", async () => {
    const controller = new AbortController();
    const response = await open("", {}, controller.signal);
    await readUntil(response.body!.getReader(), "id: 0\n");
    expect(api.hub.size).toBe(1);
    controller.abort();
    await expect.poll(() => api.hub.size, { timeout: 5000 }).toBe(0);
  });

  it("refuses an unknown topic as a problem", async () => {
    const response = await open("?topics=gossip");
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  });

  it("refuses as a problem once the platform is shutting down", async () => {
    api.hub.close();
    const response = await open("");
    expect(response.status).toBe(503);
    expect((await response.json()) as object).toMatchObject({ code: "shutting_down" });
  });

  it("ends with the server, which does not wait for its clients", async () => {
    const response = await open("");
    const reader = response.body!.getReader();
    await readUntil(reader, "id: 0\n");
    await api.app.close();
    for (;;) if ((await reader.read()).done) break;
    expect(api.hub.size).toBe(0);
  });

  it("drops a client that stops reading, within the memory that it may use", async () => {
    const response = await open("?topics=reading");
    const reader = response.body!.getReader();
    await readUntil(reader, "id: 0\n");
    // Nobody reads from here on. Rounds let the sockets move what they can hold.
    const filler = "x".repeat(100_000);
    for (let round = 0; round < 2000 && api.hub.dropped === 0; round++) {
      api.hub.publish(
        "reading",
        { deviceId: "d", observedAt: "t", receivedAt: "t", metrics: { filler } },
        { regionCode: "52", kind: "camera", tenantId: null },
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(api.hub.dropped).toBe(1);
    expect(api.hub.size).toBe(0);
    await reader.cancel().catch(() => {});
  });
});
