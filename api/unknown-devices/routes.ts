import { isUtf8 } from "node:buffer";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { listUnknown, type UnknownDevice } from "../../store/ledger/index.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { unknownDeviceQuery, unknownDeviceSchema } from "./schema.ts";

const DEFAULT_LIMIT = 100;

function toJson({ sample, ...rest }: UnknownDevice) {
  if (sample === null) return { ...rest, sample };
  const encoding = isUtf8(sample) ? ("utf8" as const) : ("base64" as const);
  return { ...rest, sample: { encoding, data: sample.toString(encoding) } };
}

/** Devices that nobody has registered, by the identities with which they come. */
export const unknownDevicesRoutes: FastifyPluginAsyncZod<{ readonly allow: Allow }> = async (
  app,
  { allow },
) => {
  app.get(
    "/unknown-devices",
    {
      onRequest: allow("rejections:read"),
      config: { reads: "replica" },
      schema: {
        operationId: "listUnknownDevices",
        tags: ["devices"],
        summary: "Devices that nobody has registered, the latest heard first",
        description:
          "They belong to no region and no tenant: only callers who see everything see them. `POST /v1/devices` with the identity registers one, and takes in the messages that are kept.",
        querystring: unknownDeviceQuery,
        response: { 200: pageOf(unknownDeviceSchema), ...problems("invalid_cursor") },
      },
    },
    async (request) => {
      const { limit, cursor, identity, ...asked } = request.query;
      const page = { limit: limit ?? DEFAULT_LIMIT, cursor };
      const { limits } = grantOf(request);
      const filter = { ...asked, identity };
      const { items, nextCursor } = await listUnknown(readsOf(request), filter, limits, page);
      return { items: items.map(toJson), nextCursor };
    },
  );
};
