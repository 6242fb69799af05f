import { isUtf8 } from "node:buffer";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { identityKey, identityOf } from "../../devices/identities.ts";
import { appendAudit } from "../../store/audit/index.ts";
import { type Pool, withTransaction } from "../../store/database/index.ts";
import { forgetUnknown, listUnknown, type UnknownDevice } from "../../store/ledger/index.ts";
import { actorOf } from "../audit/actor.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import {
  forgetUnknownQuery,
  forgottenSchema,
  unknownDeviceParams,
  unknownDeviceQuery,
  unknownDeviceSchema,
} from "./schema.ts";

const DEFAULT_LIMIT = 100;

function toJson({ sample, ...rest }: UnknownDevice) {
  if (sample === null) return { ...rest, sample };
  const encoding = isUtf8(sample) ? ("utf8" as const) : ("base64" as const);
  return { ...rest, sample: { encoding, data: sample.toString(encoding) } };
}

/** Devices that nobody has registered, by the identities with which they come. */
export const unknownDevicesRoutes: FastifyPluginAsyncZod<{
  readonly pool: Pool;
  readonly allow: Allow;
}> = async (app, { pool, allow }) => {
  /** @returns how many; what is forgotten is in the audit */
  const forget = (
    request: FastifyRequest,
    which: Parameters<typeof forgetUnknown>[1],
    id: string | null,
    told: object,
  ): Promise<number> =>
    withTransaction(pool, async (tx) => {
      const forgotten = await forgetUnknown(tx, which, grantOf(request).limits);
      if (forgotten > 0)
        await appendAudit(tx, {
          actor: actorOf(request),
          action: "unknown-device.forget",
          object: { type: "unknown-device", id },
          before: { ...told, devices: forgotten },
        });
      return forgotten;
    });

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

  app.delete(
    "/unknown-devices/:scheme/:value",
    {
      onRequest: allow("devices:write"),
      schema: {
        operationId: "forgetUnknownDevice",
        tags: ["devices"],
        summary: "Forget an unknown device, with the messages that are kept",
        description:
          "None of them was acknowledged. One that comes again is on record again. Only callers who see everything forget one.",
        params: unknownDeviceParams,
        response: { 204: z.undefined().describe("Done."), ...problems("not_found") },
      },
    },
    async (request, reply) => {
      const { scheme, value } = request.params;
      // One that is on record is in its one form.
      const identity = identityOf(scheme, value) ?? { scheme, value };
      if ((await forget(request, identity, identityKey(identity), {})) === 0)
        throw new PlatformError("not_found", `There is no unknown device with ${scheme} '${value}'`);
      return reply.code(204).send();
    },
  );

  app.delete(
    "/unknown-devices",
    {
      onRequest: allow("devices:write"),
      schema: {
        operationId: "forgetUnknownDevices",
        tags: ["devices"],
        summary: "Forget all unknown devices that came last from an address",
        description:
          "As after a flood of made-up identities. Of IPv6 it is the /64 around the address. Callers who do not see everything forget none.",
        querystring: forgetUnknownQuery,
        response: { 200: forgottenSchema, ...problems() },
      },
    },
    async (request) => {
      const { address } = request.query;
      return { forgotten: await forget(request, { address }, null, { address }) };
    },
  );
};
