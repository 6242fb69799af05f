import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Logger } from "../../base/log.ts";
import type { Pool } from "../../store/database/index.ts";
import {
  type DeviceLedger,
  type DurableLedger,
  type KindLedger,
  listLedgers,
  readLedger,
  sumLedgersByKind,
} from "../../store/ledger/index.ts";
import { recordRead } from "../audit/record.ts";
import { invalidField } from "../catalog.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import type { FindKey } from "../devices/key.ts";
import { deviceParams } from "../devices/schema.ts";
import { type Allow, grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { pageOf } from "../schemas.ts";
import { deviceLedgerSchema, kindLedgerSchema, ledgerListQuery, ledgerSchema } from "./schema.ts";

export interface LedgerOptions {
  readonly pool: Pool;
  readonly findKey: FindKey;
  /** The number of items of a device that were received and are not yet committed. */
  readonly pendingOf: (deviceNo: number) => number;
  /** The devices that have such items. */
  readonly pendingDevices: () => readonly { readonly deviceNo: number; readonly pending: number }[];
  readonly log: Logger;
  readonly allow: Allow;
}

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 5000;

const withPending = <T extends DurableLedger>(durable: T, pending: number) => ({
  ...durable,
  received: durable.received + pending,
  pending,
});

type Item = DeviceLedger & { readonly pending: number };
const COUNTS = ["received", "stored", "duplicate", "rejected", "pending"] as const;
const CSV_COLUMNS: readonly CsvColumn<Item>[] = [
  { header: "deviceId", value: ({ deviceId }) => deviceId },
  { header: "kind", value: ({ kind }) => kind },
  { header: "regionCode", value: ({ regionCode }) => regionCode },
  ...COUNTS.map((name) => ({ header: name, value: (item: Item) => item[name] })),
];

const KIND_CSV_COLUMNS: readonly CsvColumn<KindLedger>[] = [
  { header: "kind", value: ({ kind }) => kind },
  ...COUNTS.map((name) => ({ header: name, value: (item: KindLedger) => item[name] })),
];

/** The account of everything that a device sent. */
export const ledgerRoutes: FastifyPluginAsyncZod<LedgerOptions> = async (
  app,
  { pool, findKey, pendingOf, pendingDevices, log, allow },
) => {
  app.get(
    "/ledger",
    {
      onRequest: allow("ledger:read"),
      schema: {
        operationId: "listLedgers",
        tags: ["ledger"],
        summary: "The account of everything that many devices sent",
        description:
          "One item for each device, in the order in which they were added; with `groupBy=kind` one for each kind.",
        querystring: ledgerListQuery,
        response: {
          200: csvOr(
            z.union([pageOf(deviceLedgerSchema), pageOf(kindLedgerSchema)]),
            "A page of devices, or every kind; as CSV all of them.",
          ),
          ...problems("invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor, groupBy, ...filter } = request.query;
      const { limits } = grantOf(request);
      const record = () => recordRead(pool, request, "export.ledger", { type: "device", id: null });
      if (groupBy === "kind") {
        if (limit !== undefined || cursor !== undefined) {
          throw invalidField("/groupBy", "With groupBy=kind there are no pages: expected no limit or cursor");
        }
        const readKinds = async () => {
          const kinds = await sumLedgersByKind(pool, filter, limits, pendingDevices());
          return { items: kinds.map((each) => withPending(each, each.pending)), nextCursor: null };
        };
        if (!wantsCsv(request.headers.accept)) return readKinds();
        const csv = { name: "ledger", columns: KIND_CSV_COLUMNS, readPage: readKinds };
        return sendCsv(reply, { ...csv, cursor: undefined, firstPageOnly: true, record, log });
      }
      const readPage = async (at: string | undefined, size: number) => {
        const page = await listLedgers(pool, filter, limits, { limit: size, cursor: at });
        return { ...page, items: page.items.map((item) => withPending(item, pendingOf(item.deviceNo))) };
      };
      if (!wantsCsv(request.headers.accept)) return readPage(cursor, limit ?? DEFAULT_LIMIT);
      return sendCsv(reply, {
        name: "ledger",
        columns: CSV_COLUMNS,
        readPage: (at) => readPage(at, limit ?? CSV_PAGE),
        cursor,
        firstPageOnly: limit !== undefined,
        record,
        log,
      });
    },
  );

  app.get(
    "/devices/:id/ledger",
    {
      onRequest: allow("ledger:read"),
      schema: {
        operationId: "getLedger",
        tags: ["ledger"],
        summary: "The account of everything that a device sent",
        params: deviceParams,
        response: { 200: ledgerSchema, ...problems("device_not_found") },
      },
    },
    async (request) => {
      const { deviceNo, spans } = await findKey(request.params.id, grantOf(request).limits);
      const durable = await readLedger(pool, deviceNo, spans);
      // The counts in memory and those in the database are not of the same moment: an item that is committed just then
      // may show twice, or a moment later.
      const isPresent =
        !spans || spans.some((span) => span.deviceNo === deviceNo && span.until === "infinity");
      return withPending(durable, isPresent ? pendingOf(deviceNo) : 0);
    },
  );
};
