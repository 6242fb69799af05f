import type { FastifyReply, FastifyRequest } from "fastify";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { StreamHub } from "./stream/hub.ts";

/** Seconds, from a read of one row to a year of a county. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Counts and times requests by route pattern, never by address: ids would make a series each. The duration of a stream
 * would say nothing, so a gauge counts the open streams.
 * @returns the hook for `onResponse`
 */
export function observeRequests(registry: Registry, hub: StreamHub) {
  const durations = new Histogram({
    name: "sbi_http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer.",
    labelNames: ["method", "route", "status"],
    buckets: SECONDS,
    registers: [registry],
  });
  new Gauge({
    name: "sbi_stream_subscribers",
    help: "Open streams of live events.",
    registers: [registry],
    collect() {
      this.set(hub.size);
    },
  });
  new Counter({
    name: "sbi_stream_dropped_total",
    help: "Streams that were cut because the client did not keep up.",
    registers: [registry],
    collect() {
      this.reset();
      this.inc(hub.dropped);
    },
  });
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    const route = request.routeOptions.url ?? "none";
    if (route !== "/v1/stream") {
      const labels = { method: request.method, route, status: String(reply.statusCode) };
      durations.observe(labels, reply.elapsedTime / 1000);
    }
    done();
  };
}
