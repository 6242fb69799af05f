import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { decide } from "../../access/decide.ts";
import { createToken, hashToken } from "../../access/tokens.ts";
import type { Logger } from "../../base/log.ts";
import { hasScheme, schemeFault } from "../../devices/identities.ts";
import type { AuditActor } from "../../store/audit/index.ts";
import type { Pool } from "../../store/database/index.ts";
import {
  countDevices,
  type Device,
  deleteDevice,
  getDevice,
  insertDevice,
  type KindRules,
  listDevices,
  updateDevice,
  updateDeviceToken,
} from "../../store/devices/index.ts";
import { actorOf } from "../audit/actor.ts";
import { recordRead } from "../audit/record.ts";
import { type CatalogIndex, invalidField } from "../catalog.ts";
import { sendCsv } from "../csv.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { withAlarmLimits } from "./alarm-limits.ts";
import { DEVICE_CSV_COLUMNS, rhythmOf, statusAdder } from "./present.ts";
import {
  createdDeviceSchema,
  credentialsSchema,
  deviceChangeBody,
  deviceCountsQuery,
  deviceCountsSchema,
  deviceListQuery,
  deviceParams,
  deviceSchema,
  newDeviceBody,
} from "./schema.ts";

/** The notice to the rest of the platform that the register of devices has changed. */
export interface DeviceChangeNotice {
  readonly type: "created" | "updated" | "deleted" | "credentials";
  readonly deviceNo: number;
  readonly id: string;
}

/** How many messages of a device that was not registered have become what. */
export interface WaitingMessages {
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
}

const NONE_WAITED: WaitingMessages = { stored: 0, duplicate: 0, rejected: 0 };

export interface DevicesOptions {
  readonly pool: Pool;
  readonly catalog: CatalogIndex;
  /** Called after a change whose news are committed, so that they are read at once. */
  readonly onTold: () => void;
  readonly onDeviceChanged: (change: DeviceChangeNotice) => Promise<void>;
  /** Takes in the messages that have come from a device before it was registered. */
  readonly takeWaiting: (deviceNo: number, actor: AuditActor) => Promise<WaitingMessages>;
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 5000;

/** The register of devices. */
export const devicesRoutes: FastifyPluginAsyncZod<DevicesOptions> = async (app, options) => {
  const { pool, catalog, onTold, log, allow } = options;
  const rhythms = catalog.kinds.map(rhythmOf);
  const present = (device: Device) => statusAdder(rhythms, new Date())(device);

  const rules: KindRules = {
    gateways: catalog.kindsWith("gateway"),
    schemeFault(name, scheme) {
      const kind = catalog.find(name) ?? { kind: name };
      return hasScheme(kind, scheme) ? undefined : schemeFault(kind, scheme);
    },
  };
  const sounding = catalog.kindsWith("sounds");
  const entrustingOf = (request: FastifyRequest) => {
    const decision = decide(grantOf(request).principal, "devices:entrust");
    return { limits: decision.allowed ? decision.limits : [], sounding };
  };

  /**
   * The change is committed before this, and for a new device the caller must get the token: a listener that fails must
   * not turn that into an error. It finds the change in the database when it next looks.
   */
  async function announce(type: DeviceChangeNotice["type"], deviceNo: number, id: string): Promise<void> {
    try {
      await options.onDeviceChanged({ type, deviceNo, id });
    } catch (error) {
      log.error({ err: error, deviceId: id, change: type }, "a device's change was stored but not taken up");
    }
    onTold();
  }

  /** The same holds here: what could not be taken in now waits on. */
  async function takeWaiting({ deviceNo, id }: Device, actor: AuditActor): Promise<WaitingMessages | null> {
    try {
      return await options.takeWaiting(deviceNo, actor);
    } catch (error) {
      log.error({ err: error, deviceId: id }, "messages of a device that was unknown were not taken in");
      return null;
    }
  }

  app.post(
    "/devices",
    {
      onRequest: allow("devices:write"),
      config: { exact: "attributes" },
      schema: {
        operationId: "createDevice",
        tags: ["devices"],
        summary: "Add a device",
        description:
          "Answers with the device's MQTT credentials. The token cannot be read again. What has come from a device with one of its identities before is taken in.",
        body: newDeviceBody,
        response: {
          201: createdDeviceSchema,
          ...problems("device_exists", "identity_taken", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (!catalog.find(body.kind)) {
        const known = catalog.kinds.map((kind) => kind.kind).join(", ");
        throw invalidField("/kind", `There is no kind '${body.kind}': expected ${known}`);
      }
      const { principal, limits } = grantOf(request);
      const token = createToken();
      const device = await insertDevice(
        pool,
        {
          ...body,
          tenantId: body.tenantId === undefined ? principal.tenantId : body.tenantId,
          tokenHash: hashToken(token),
        },
        limits,
        rules,
        actorOf(request),
      );
      await announce("created", device.deviceNo, device.id);
      const waitingMessages =
        device.identities.length > 0 ? await takeWaiting(device, actorOf(request)) : NONE_WAITED;
      return reply
        .code(201)
        .header("location", `/v1/devices/${encodeURIComponent(device.id)}`)
        .header("cache-control", "no-store")
        .send({
          device: present(device),
          credentials: { username: device.id, password: token },
          waitingMessages,
        });
    },
  );

  app.get(
    "/devices",
    {
      onRequest: allow("devices:read"),
      config: { reads: "told" },
      schema: {
        operationId: "listDevices",
        tags: ["devices"],
        summary: "Devices, by default in the order in which they were added",
        querystring: deviceListQuery,
        response: {
          200: csvOr(pageOf(deviceSchema), "A page of devices; as CSV all of them."),
          ...problems("invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, sort, order, ...asked } = request.query;
      const { limits, principal } = grantOf(request);
      const filter = withAlarmLimits(asked, principal);
      const now = new Date();
      const readPage = async (at: string | undefined, size: number) => {
        const asPage = { limit: size, cursor: at, sort, order };
        const page = await listDevices(readsOf(request), filter, limits, { rhythms, now }, asPage);
        return { ...page, items: page.items.map(statusAdder(rhythms, now)) };
      };
      if (!wantsCsv(request.headers.accept)) return readPage(cursor, limit ?? DEFAULT_LIMIT);
      return sendCsv(reply, {
        name: "devices",
        columns: DEVICE_CSV_COLUMNS,
        readPage: (at) => readPage(at, limit ?? CSV_PAGE),
        cursor,
        firstPageOnly: limit !== undefined,
        record: () => recordRead(pool, request, "export.devices", { type: "device", id: null }),
        log,
      });
    },
  );

  app.get(
    "/device-counts",
    {
      onRequest: allow("devices:read"),
      config: { reads: "told" },
      schema: {
        operationId: "countDevices",
        tags: ["devices"],
        summary: "The number of devices, by status or by another field of which each device has one value",
        querystring: deviceCountsQuery,
        response: { 200: deviceCountsSchema, ...problems() },
      },
    },
    async (request) => {
      const { by, ...asked } = request.query;
      const { limits, principal } = grantOf(request);
      const filter = withAlarmLimits(asked, principal);
      const items = await countDevices(readsOf(request), by, filter, limits, { rhythms, now: new Date() });
      return { by, total: items.reduce((sum, { devices }) => sum + devices, 0), items, nextCursor: null };
    },
  );

  app.get(
    "/devices/:id",
    {
      onRequest: allow("devices:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getDevice",
        tags: ["devices"],
        summary: "One device",
        params: deviceParams,
        response: { 200: deviceSchema, ...problems("device_not_found") },
      },
    },
    async (request) => present(await getDevice(readsOf(request), request.params.id, grantOf(request).limits)),
  );

  app.patch(
    "/devices/:id",
    {
      onRequest: allow("devices:write"),
      config: { exact: "attributes" },
      schema: {
        operationId: "updateDevice",
        tags: ["devices"],
        summary: "Change a device",
        params: deviceParams,
        body: deviceChangeBody,
        response: {
          200: deviceSchema,
          ...problems("device_not_found", "identity_taken", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { limits } = grantOf(request);
      const device = await updateDevice(
        pool,
        id,
        request.body,
        limits,
        rules,
        entrustingOf(request),
        actorOf(request),
      );
      await announce("updated", device.deviceNo, device.id);
      if (request.body.identities) await takeWaiting(device, actorOf(request));
      return present(device);
    },
  );

  app.delete(
    "/devices/:id",
    {
      onRequest: allow("devices:write"),
      schema: {
        operationId: "deleteDevice",
        tags: ["devices"],
        summary: "Take a device out of service",
        description:
          "It can no longer connect, and its id may be given again. Its readings stay and count in its region's series.",
        params: deviceParams,
        response: { 204: z.undefined().describe("Done."), ...problems("device_not_found", "gateway_in_use") },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const device = await deleteDevice(
        pool,
        id,
        grantOf(request).limits,
        entrustingOf(request),
        actorOf(request),
      );
      await announce("deleted", device.deviceNo, device.id);
      return reply.code(204).send();
    },
  );

  app.post(
    "/devices/:id/credentials",
    {
      onRequest: allow("devices:write"),
      schema: {
        operationId: "rotateCredentials",
        tags: ["devices"],
        summary: "Give a device a new token",
        description: "The previous token is void at once.",
        params: deviceParams,
        response: { 200: credentialsSchema, ...problems("device_not_found") },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { limits } = grantOf(request);
      const token = createToken();
      const entrusting = entrustingOf(request);
      const device = await updateDeviceToken(
        pool,
        id,
        hashToken(token),
        limits,
        entrusting,
        actorOf(request),
      );
      await announce("credentials", device.deviceNo, device.id);
      return reply.header("cache-control", "no-store").send({ username: id, password: token });
    },
  );
};
