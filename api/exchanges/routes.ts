import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Pool } from "../../store/database/index.ts";
import { getDevice } from "../../store/devices/index.ts";
import { getDeviceKey } from "../../store/places/index.ts";
import { listExchanges, recordExchange, removeExchange } from "../../store/readings/index.ts";
import { actorOf } from "../audit/actor.ts";
import { type CatalogIndex, invalidField } from "../catalog.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { exchangeListSchema, exchangeParams, exchangeSchema, newExchangeBody } from "./schema.ts";

export interface ExchangesOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  readonly allow: Allow;
}

/** No reading is older than this; milliseconds since 1970. */
const EARLIEST = Date.UTC(2015, 0, 1);

/** Recorded exchanges of meters. */
export const exchangesRoutes: FastifyPluginAsyncZod<ExchangesOptions> = async (app, options) => {
  const { pool, catalog, allow } = options;

  /** The counter that the request means, with the bounds of its register. */
  function counterOf(kind: string, named: string | undefined) {
    const counters = catalog.table(kind).columns.filter(({ type }) => type === "counter");
    const metric = named === undefined && counters.length === 1 ? counters[0]!.name : named;
    if (metric === undefined || !counters.some(({ name }) => name === metric)) {
      const expected = counters.map(({ name }) => name).join(", ") || "a kind with a counter";
      throw invalidField("/metric", `'${named ?? ""}' is no counter of kind '${kind}': expected ${expected}`);
    }
    return { metric, largest: catalog.metric(kind, metric)?.max ?? Number.POSITIVE_INFINITY };
  }

  app.post(
    "/devices/:id/exchanges",
    {
      onRequest: allow("readings:repair"),
      schema: {
        operationId: "recordExchange",
        tags: ["readings"],
        summary: "Record that a meter was exchanged",
        description:
          "Usage up to `oldRegister` counts on the old register and then goes on from `newRegister`. It belongs to the readings after the exchange, and is right at once.",
        params: deviceParams,
        body: newExchangeBody,
        response: {
          201: exchangeSchema,
          ...problems(
            "device_not_found",
            "exchange_exists",
            "exchange_contradicted",
            "readings_dropped",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { at, oldRegister, newRegister, force } = request.body;
      const { limits } = grantOf(request);
      const { id, kind } = await getDevice(pool, request.params.id, limits);
      const { metric, largest } = counterOf(kind, request.body.metric);
      if (at.getTime() < EARLIEST || at.getTime() > Date.now()) {
        // A future exchange would change the usage of the device's holder at that time.
        throw invalidField(
          "/at",
          `${at.toISOString()}: expected a moment from 2015 on that is not in the future`,
        );
      }
      for (const [name, value] of Object.entries({ oldRegister, newRegister })) {
        if (value > largest)
          throw invalidField(`/${name}`, `${value} is beyond the register: expected at most ${largest}`);
      }
      const exchange = { metric, at, oldRegister, newRegister, force };
      const device = { id, kind, limits };
      const made = await recordExchange(pool, device, catalog.table(kind), exchange, actorOf(request));
      return reply.code(201).send(made);
    },
  );

  app.get(
    "/devices/:id/exchanges",
    {
      onRequest: allow("readings:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listExchanges",
        tags: ["readings"],
        summary: "Recorded exchanges of a meter",
        params: deviceParams,
        response: { 200: exchangeListSchema, ...problems("device_not_found") },
      },
    },
    async (request) => {
      const key = await getDeviceKey(readsOf(request), request.params.id, grantOf(request).limits);
      return { items: await listExchanges(readsOf(request), key), nextCursor: null };
    },
  );

  app.delete(
    "/devices/:id/exchanges/:exchange",
    {
      onRequest: allow("readings:repair"),
      schema: {
        operationId: "removeExchange",
        tags: ["readings"],
        summary: "Take a recorded exchange away",
        description: "Usage is as if the exchange had never been recorded. The audit keeps it.",
        params: exchangeParams,
        response: {
          204: z.undefined().describe("It is gone."),
          ...problems("device_not_found", "exchange_not_found", "readings_dropped"),
        },
      },
    },
    async (request, reply) => {
      const { id, exchange } = request.params;
      const { limits } = grantOf(request);
      const { kind } = await getDevice(pool, id, limits);
      await removeExchange(pool, { id, kind, limits }, catalog.table(kind), exchange, actorOf(request));
      return reply.code(204).send();
    },
  );
};
