import { randomBytes } from "node:crypto";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { writeJson } from "../../base/exact-json.ts";
import { kindsWith } from "../../devices/catalog.ts";
import { parameterFaults } from "../../devices/command-parameters.ts";
import type { Kind } from "../../devices/kind.ts";
import type { Door } from "../../exchange/door.ts";
import { appendAuditAlone } from "../../store/audit/index.ts";
import { listReplies } from "../../store/commands/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { getDevice } from "../../store/devices/index.ts";
import { actorOf } from "../audit/actor.ts";
import type { CatalogIndex } from "../catalog.ts";
import type { FindKey } from "../devices/key.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { assertRange, pageOf } from "../schemas.ts";
import {
  commandBody,
  commandParams,
  commandReplySchema,
  replyListQuery,
  sentCommandSchema,
} from "./schema.ts";

export interface CommandsOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  readonly findKey: FindKey;
  /** Hands a command over before it returns, to the device or to its gateway, and then says whether it was taken. */
  readonly deliver: Door["deliver"];
  readonly allow: Allow;
}

/** 16 characters of base64url. */
const ID_BYTES = 12;
const DEFAULT_LIMIT = 100;

/**
 * Checks the parameters of a command that the kind defines. Other commands go to the device as they are, which may know
 * more of them than the catalog.
 * @throws PlatformError `invalid_request`
 */
function assertParameters(
  kind: Kind | undefined,
  { name, parameters = {} }: z.output<typeof commandBody>,
): void {
  const command = kind?.commands?.find((candidate) => candidate.name === name);
  const faults = command ? [...parameterFaults(command, parameters)] : [];
  if (faults.length === 0) return;
  const text = faults.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new PlatformError("invalid_request", text, { faults });
}

/**
 * Commands to single devices, and the replies to them. Commands that make speakers sound are broadcasts, and are
 * signed.
 */
export const commandsRoutes: FastifyPluginAsyncZod<CommandsOptions> = async (app, options) => {
  const { pool, catalog, findKey, deliver, allow } = options;

  app.post(
    "/devices/:id/commands",
    {
      onRequest: allow("commands:send"),
      config: { exact: "parameters" },
      schema: {
        operationId: "sendCommand",
        tags: ["commands"],
        summary: "Send a command to a device",
        description:
          "The platform hands it over at once or not at all: it keeps nothing for a device that is away. A device without a connection of its own gets it through its gateway, if that listens. Speakers obey signed commands only, see `/v1/broadcasts`. The parameters of a command that the device's kind defines (`GET /v1/kinds`) are checked.",
        params: commandParams,
        body: commandBody,
        response: {
          202: sentCommandSchema,
          ...problems(
            "device_not_found",
            "device_not_listening",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { limits } = grantOf(request);
      const device = await getDevice(pool, request.params.id, limits);
      if (kindsWith("sounds").includes(device.kind)) {
        throw new PlatformError("invalid_request", "Speakers obey signed commands only: use /v1/broadcasts");
      }
      assertParameters(catalog.find(device.kind), request.body);
      const command = { commandId: `cmd-${randomBytes(ID_BYTES).toString("base64url")}`, ...request.body };
      // The audit comes first, so that no device obeys a command that is not on record; a command that no connection
      // took is on record too.
      await appendAuditAlone(pool, {
        actor: actorOf(request),
        action: "command.send",
        object: { type: "device", id: device.id },
        after: command,
      });
      // A change of the device in the meantime has been committed: the record waited for it.
      const { deviceNo, gatewayId } = await getDevice(pool, device.id, limits);
      if (deviceNo !== device.deviceNo) {
        throw new PlatformError("device_not_found", `The id '${device.id}' belongs to another device by now`);
      }
      // Nothing may be waited for between that look at the device and here: a change that came in between would have
      // the command reach another device of the same id, or a gateway that this one has left. `deliver` itself hands it
      // over before it returns; what is waited for is the answer alone.
      const handed = { payload: writeJson(command), ...(gatewayId === null ? {} : { through: gatewayId }) };
      const delivery = await deliver({ id: device.id, deviceNo }, handed);
      if (delivery !== "taken") throw new PlatformError("device_not_listening");
      return reply.code(202).send({ commandId: command.commandId, deviceId: device.id, delivered: true });
    },
  );

  app.get(
    "/devices/:id/replies",
    {
      onRequest: allow("events:read"),
      schema: {
        operationId: "listReplies",
        tags: ["commands"],
        summary: "The replies of a device to commands, newest first by its clock",
        params: commandParams,
        querystring: replyListQuery,
        response: { 200: pageOf(commandReplySchema), ...problems("device_not_found", "invalid_cursor") },
      },
    },
    async (request) => {
      const { command, from, to, limit, cursor } = request.query;
      assertRange(from, to);
      const { deviceNo, spans } = await findKey(request.params.id, grantOf(request).limits);
      const filter = { deviceNo, spans, commandId: command, from, to };
      return listReplies(pool, filter, { limit: limit ?? DEFAULT_LIMIT, cursor });
    },
  );
};
