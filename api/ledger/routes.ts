import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Pool } from "../../store/database.ts";
import { readLedger } from "../../store/ledger.ts";
import type { FindKey } from "../devices/key.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { ledgerSchema } from "./schema.ts";

export interface LedgerOptions {
  readonly pool: Pool;
  readonly findKey: FindKey;
  /** Items of a device that were received and are not yet committed. */
  readonly pendingOf: (deviceNo: number) => number;
  readonly allow: Allow;
}

/** The account of what a device sent. */
export const ledgerRoutes: FastifyPluginAsyncZod<LedgerOptions> = async (
  app,
  { pool, findKey, pendingOf, allow },
) => {
  app.get(
    "/devices/:id/ledger",
    {
      onRequest: allow("ledger:read"),
      schema: {
        operationId: "getLedger",
        tags: ["ledger"],
        summary: "What became of everything that a device sent",
        params: deviceParams,
        response: { 200: ledgerSchema, ...problems("device_not_found") },
      },
    },
    async (request) => {
      const { deviceNo, spans } = await findKey(request.params.id, grantOf(request).limits);
      const durable = await readLedger(pool, deviceNo, spans);
      // Not of one moment with the database: what is committed just then may show twice, or a moment later.
      const isPresent =
        !spans || spans.some((span) => span.deviceNo === deviceNo && span.until === "infinity");
      const pending = isPresent ? pendingOf(deviceNo) : 0;
      return { ...durable, received: durable.received + pending, pending };
    },
  );
};
