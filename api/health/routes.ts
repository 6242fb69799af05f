import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Registry } from "prom-client";
import { z } from "zod";

/** One thing that the platform needs in order to serve. */
export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
}

export interface HealthOptions {
  readonly metrics: Registry;
  readonly ready: () => Promise<ReadinessCheck[]>;
  readonly version: string;
}

const readinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
  })
  .meta({ id: "Readiness" });

/** For monitors of the process. Open to every client that reaches the port; keep it inside. */
export const healthRoutes: FastifyPluginAsyncZod<HealthOptions> = async (
  app,
  { metrics, ready, version },
) => {
  app.get(
    "/livez",
    {
      schema: {
        operationId: "livez",
        tags: ["health"],
        summary: "Liveness of the process",
        security: [],
        response: { 200: z.object({ status: z.literal("ok"), version: z.string() }) },
      },
    },
    async () => ({ status: "ok" as const, version }),
  );

  app.get(
    "/readyz",
    {
      schema: {
        operationId: "readyz",
        tags: ["health"],
        summary: "Readiness of the platform",
        security: [],
        response: {
          200: readinessSchema.describe("Every check is ok."),
          503: readinessSchema.describe("At least one is not."),
        },
      },
    },
    async (_request, reply) => {
      const checks = await ready();
      const isReady = checks.every((check) => check.ok);
      return reply.code(isReady ? 200 : 503).send({
        ready: isReady,
        checks: checks.map(({ name, ok, detail }) => ({
          name,
          ok,
          ...(detail === undefined ? {} : { detail }),
        })),
      });
    },
  );

  app.get(
    "/metrics",
    {
      schema: {
        operationId: "metrics",
        tags: ["health"],
        summary: "Prometheus metrics",
        security: [],
        response: { 200: { description: "Text format.", content: { "text/plain": { schema: z.string() } } } },
      },
    },
    async (_request, reply) =>
      reply.header("content-type", metrics.contentType).send(await metrics.metrics()),
  );
};
