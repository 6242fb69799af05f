import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { getRegion, listRegions } from "../../store/places/index.ts";
import { isKept, NOT_MODIFIED } from "../etag.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { regionDetailSchema, regionListQuery, regionParams, regionSchema } from "./schema.ts";

export interface RegionsOptions {
  readonly allow: Allow;
}

/** A prefecture with many counties has a few hundred; the default holds any region's children. */
const DEFAULT_LIMIT = 1000;

/** The statutory tree of regions. */
export const regionsRoutes: FastifyPluginAsyncZod<RegionsOptions> = async (app, { allow }) => {
  app.get(
    "/regions",
    {
      onRequest: allow("regions:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listRegions",
        tags: ["regions"],
        summary: "The children of a region, all regions in it, or those with a name",
        description:
          "Those within your limits, and the regions above them. An answer has an `ETag`: asked again with `If-None-Match`, it is 304 as long as nothing has changed.",
        querystring: regionListQuery,
        response: {
          200: pageOf(regionSchema),
          304: z.undefined().describe(NOT_MODIFIED),
          ...problems("invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const found = await listRegions(readsOf(request), filter, grantOf(request).limits, page);
      return isKept(request, reply, found) ? reply.code(304).send() : found;
    },
  );

  app.get(
    "/regions/:code",
    {
      onRequest: allow("regions:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "getRegion",
        tags: ["regions"],
        summary: "One region with its ancestors and devices",
        params: regionParams,
        response: { 200: regionDetailSchema, ...problems("region_not_found") },
      },
    },
    async (request) => {
      const region = await getRegion(readsOf(request), request.params.code, grantOf(request).limits);
      return { ...region, ancestors: [...region.ancestors] };
    },
  );
};
