import type { ServerResponse } from "node:http";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { decide, type Principal } from "../../access/decide.ts";
import type { Limits } from "../../access/limits.ts";
import type { Action } from "../../access/roles.ts";
import type { People } from "../../accounts/people.ts";
import { PlatformError } from "../../base/errors.ts";
import { STREAM_TOPICS, type StreamTopic } from "../contract.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { sessionSecretOf } from "../sessions/present.ts";
import type { StreamHub } from "./hub.ts";
import { streamHeaders, streamQuery } from "./schema.ts";
import { watchSession } from "./session-watch.ts";
import type { StreamSink } from "./subscriber.ts";

export interface StreamOptions {
  readonly hub: StreamHub;
  readonly people: Pick<People, "sessions">;
  /** How many streams a person or application may have open at once. */
  readonly maxStreams: number;
  readonly allow: Allow;
}

/** Seconds after which another stream may have ended. */
const STREAM_RETRY_SECONDS = 10;

const WITHOUT_READINGS = STREAM_TOPICS.filter((topic) => topic !== "reading");

/** The action that a subscriber must be allowed, besides listening, to hear of a topic. */
const TOPIC_ACTIONS: Readonly<Record<StreamTopic, Action>> = {
  reading: "readings:read",
  event: "events:read",
  alarm: "alarms:read",
  presence: "devices:read",
  device: "devices:read",
  broadcast: "broadcasts:read",
};

/**
 * The topics, each with the area in which the caller may see it. Topics that the caller did not name are left out where
 * they may not hear of them. @throws PlatformError `forbidden`
 */
function topicsFor(
  principal: Principal,
  named: readonly StreamTopic[] | undefined,
): Map<StreamTopic, Limits> {
  const topics = new Map<StreamTopic, Limits>();
  for (const topic of named ?? WITHOUT_READINGS) {
    const decision = decide(principal, TOPIC_ACTIONS[topic]);
    if (decision.allowed) topics.set(topic, decision.limits);
    else if (named) throw new PlatformError("forbidden", decision.reason);
  }
  return topics;
}

/** Live events as server-sent events. */
export const streamRoutes: FastifyPluginAsyncZod<StreamOptions> = async (app, options) => {
  const { hub, maxStreams, allow } = options;
  const { sessions } = options.people;
  const open = new Map<string, number>();
  const leave = (caller: string) => {
    const left = (open.get(caller) ?? 1) - 1;
    if (left > 0) open.set(caller, left);
    else open.delete(caller);
  };

  app.get(
    "/stream",
    {
      onRequest: allow("stream:read"),
      schema: {
        operationId: "stream",
        tags: ["stream"],
        summary: "Live events",
        description:
          "Server-sent events. `event` is the topic (or `reset`, `readings`), `data` one JSON object, `id` a position to come back to with `Last-Event-ID`, at any process of the platform and also after its restart. Events are those of all processes. Readings have no `id` and are not sent again: they are those of one process, which a first event `readings` names (`instance`). The platform cuts a client that does not read, and every client whose session or key ends.",
        querystring: streamQuery,
        headers: streamHeaders,
        response: {
          200: { description: "The stream.", content: { "text/event-stream": { schema: z.string() } } },
          ...problems(),
        },
      },
    },
    (request, reply) => {
      const { principal, limits } = grantOf(request);
      const caller = `${principal.type} ${principal.id}`;
      const streams = open.get(caller) ?? 0;
      if (streams >= maxStreams) {
        reply.header("retry-after", String(STREAM_RETRY_SECONDS));
        throw new PlatformError(
          "rate_limited",
          `'${principal.name}' has ${streams} streams open: expected at most ${maxStreams}`,
        );
      }
      const { topics, kind, region, device } = request.query;
      const sink = toSink(reply.raw, `${request.ip} ${request.id}`);
      const filter = {
        principalId: principal.id,
        tenantId: principal.tenantId,
        topics: topicsFor(principal, topics),
        kinds: kind && new Set(kind),
        regions: region,
        devices: device && new Set(device),
        limits,
      };
      // The head goes out with the first text that the hub writes, so a refusal before that is still a problem.
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
      open.set(caller, streams + 1);
      const secret = sessionSecretOf(request);
      const endWatch = secret && watchSession(sessions, secret, () => subscription.end());
      const end = () => {
        endWatch?.();
        subscription.close();
        leave(caller);
      };
      // A client that has gone already emits no further event.
      if (reply.raw.destroyed) end();
      else reply.raw.once("close", end);
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
