import type { ServerResponse } from "node:http";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { STREAM_TOPICS } from "../contract.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import type { StreamHub } from "./hub.ts";
import { streamHeaders, streamQuery } from "./schema.ts";
import type { StreamSink } from "./subscriber.ts";

export interface StreamOptions {
  readonly hub: StreamHub;
  readonly allow: Allow;
}

const WITHOUT_READINGS = STREAM_TOPICS.filter((topic) => topic !== "reading");

/** Live events as server-sent events. */
export const streamRoutes: FastifyPluginAsyncZod<StreamOptions> = async (app, { hub, allow }) => {
  app.get(
    "/stream",
    {
      onRequest: allow("stream:read"),
      schema: {
        operationId: "stream",
        tags: ["stream"],
        summary: "Live events",
        description:
          "Server-sent events. `event` is the topic (or `reset`), `data` one JSON object, `id` a position to come back to with `Last-Event-ID`. Readings are not replayed. A client that does not read is cut off.",
        querystring: streamQuery,
        headers: streamHeaders,
        response: {
          200: { description: "The stream.", content: { "text/event-stream": { schema: z.string() } } },
          ...problems(),
        },
      },
    },
    (request, reply) => {
      const { topics, kind, region, device } = request.query;
      const sink = toSink(reply.raw, `${request.ip} ${request.id}`);
      const filter = {
        topics: new Set(topics ?? WITHOUT_READINGS),
        kinds: kind && new Set(kind),
        regions: region,
        devices: device && new Set(device),
        limits: grantOf(request).limits,
      };
      // The head goes out with the first text that the hub writes, so a refusal is still a problem.
      reply.raw.statusCode = 200;
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.raw.setHeader("content-type", "text/event-stream; charset=utf-8");
      reply.raw.setHeader("cache-control", "no-store");
      // Asks nginx not to collect the stream into blocks.
      reply.raw.setHeader("x-accel-buffering", "no");
      const subscription = hub.subscribe(sink, filter, request.headers["last-event-id"]);
      reply.hijack();
      reply.raw.on("close", () => subscription.close());
      reply.raw.on("error", () => subscription.close());
    },
  );
};

function toSink(response: ServerResponse, name: string): StreamSink {
  return {
    name,
    write: (text) => response.write(text),
    buffered: () => response.writableLength,
    onDrain: (callback) => response.on("drain", callback),
    end: () => response.end(),
    destroy: () => response.destroy(),
  };
}
