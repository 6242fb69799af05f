import type { FastifyInstance, InjectOptions } from "fastify";
import { Registry } from "prom-client";
import { createAccessControl } from "../../access/control.ts";
import { hashToken } from "../../access/tokens.ts";
import { type AppOptions, createApp } from "../../api/app.ts";
import { createStreamHub, type StreamHub } from "../../api/stream/hub.ts";
import { catalog } from "../../devices/catalog.ts";
import { createLogger, type Logger } from "../../log.ts";
import type { Pool } from "../../store/database.ts";

export const ADMIN_KEY = "test-administrator-key";

export interface Api {
  readonly app: FastifyInstance;
  readonly hub: StreamHub;
  readonly log: Logger;
  /** What was logged, as parsed lines. */
  readonly logged: Record<string, unknown>[];
  /** A call with the administrator's key. */
  call(request: InjectOptions | string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly json: any;
}

/** The API on a test database, with everything else that it is given replaced by something quiet. */
export async function startApi(pool: Pool, overrides: Partial<AppOptions> = {}): Promise<Api> {
  const logged: Record<string, unknown>[] = [];
  const log = createLogger("debug", { write: (line) => logged.push(JSON.parse(line)) });
  const hub = overrides.hub ?? createStreamHub({ log, epoch: "test" });
  const app = await createApp({
    pool,
    catalog,
    access: createAccessControl({ adminKeyHash: hashToken(ADMIN_KEY) }),
    knownDevice: () => undefined,
    pendingOf: () => 0,
    onAlarmCleared: () => {},
    replay: async () => {
      throw new Error("nothing should be replayed here");
    },
    onDeviceChanged: async () => {},
    hub,
    metrics: new Registry(),
    ready: async () => [],
    log,
    version: "0.0.0-test",
    ...overrides,
  });
  return {
    app,
    hub,
    log,
    logged,
    async call(request) {
      const options = typeof request === "string" ? { url: request } : request;
      const response = await app.inject({
        ...options,
        headers: { authorization: `Bearer ${ADMIN_KEY}`, ...options.headers },
      });
      const isJson = String(response.headers["content-type"]).includes("json");
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: isJson ? response.json() : undefined,
      };
    },
  };
}
