import { createServer, type IncomingMessage } from "node:http";
import type { Ledger } from "../../simulators/platform.ts";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

type Answer = { status: number; body: unknown; headers?: Record<string, string> };

/** An HTTP server on a port of its own that answers as a test decides. */
export async function startPlatformDouble(answer: (asked: Asked) => Answer) {
  const asked: Asked[] = [];
  let open = 0;
  let mostOpen = 0;
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString()) : undefined;
  };
  const server = createServer((request, response) => {
    mostOpen = Math.max(mostOpen, ++open);
    response.on("close", () => open--);
    void read(request).then((body) => {
      const { authorization } = request.headers;
      const entry = { method: request.method!, path: request.url!, body, authorization };
      asked.push(entry);
      const { status, body: told, headers } = answer(entry);
      response.writeHead(status, { "content-type": "application/json", connection: "close", ...headers });
      response.end(typeof told === "string" ? told : JSON.stringify(told));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    mostOpen: () => mostOpen,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

export const problem = (status: number, code: string, detail: string): Answer => ({
  status,
  body: { type: "about:blank", title: code, status, code, detail },
});

export const ledger = (received: number, parts: Partial<Ledger> = {}): Ledger => ({
  received,
  stored: received - (parts.duplicate ?? 0) - (parts.rejected ?? 0) - (parts.pending ?? 0),
  duplicate: 0,
  rejected: 0,
  pending: 0,
  ...parts,
});
