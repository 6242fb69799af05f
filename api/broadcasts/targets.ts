import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { getBroadcast } from "../../broadcast/lifecycle/index.ts";
import { MAX_NOTES } from "../../broadcast/operations/index.ts";
import {
  type Broadcast,
  listTargets,
  readCoverage,
  readCoverageTotal,
  readTimings,
  readUnheardVillages,
  readWithoutSpeaker,
  type TargetFilter,
  type TargetReport,
} from "../../store/broadcast/index.ts";
import { recordRead } from "../audit/record.ts";
import { type CsvColumn, sendCsv } from "../csv.ts";
import { grantOf } from "../guard.ts";
import { csvOr } from "../media.ts";
import { wantsCsv } from "../negotiate.ts";
import { problems } from "../problem.ts";
import { readsOf } from "../reads.ts";
import { pageOf } from "../schemas.ts";
import { coverageQuery, coverageSchema, reportSchema, targetReportSchema } from "./coverage-schema.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentDetail, presentHistory } from "./present.ts";
import { broadcastParams, targetListQuery } from "./schema.ts";

const DEFAULT_LIMIT = 100;
const CSV_PAGE = 5000;
const MAX_VILLAGES = 1000;

const COLUMNS: readonly CsvColumn<TargetReport>[] = [
  { header: "deviceId", value: (target) => target.deviceId },
  { header: "name", value: (target) => target.name },
  { header: "regionCode", value: (target) => target.regionCode },
  { header: "countyName", value: (target) => target.countyName },
  { header: "townshipName", value: (target) => target.townshipName },
  { header: "villageName", value: (target) => target.villageName },
  { header: "state", value: (target) => target.state },
  { header: "reason", value: (target) => target.reason },
  { header: "attempt", value: (target) => target.attempt },
  { header: "reportedAttempt", value: (target) => target.reportedAttempt },
  { header: "sends", value: (target) => target.sends },
  { header: "handedOverAt", value: (target) => target.handedOverAt },
  { header: "acknowledgedAt", value: (target) => target.acknowledgedAt },
  { header: "startedAt", value: (target) => target.startedAt },
  { header: "evidenceAt", value: (target) => target.evidenceAt },
  { header: "evidenceCurrent_A", value: (target) => target.evidenceCurrent },
  { header: "evidenceSoundLevel_dB", value: (target) => target.evidenceSoundLevel },
  { header: "endedAt", value: (target) => target.endedAt },
  { header: "secondsPlayed", value: (target) => target.secondsPlayed },
];

/** The outcome of a broadcast: by speaker, by region, and as a report. */
export const targetRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (app, { broadcasts, allow }) => {
  const { pool, log } = broadcasts;
  const find = (request: FastifyRequest, id: string) =>
    getBroadcast(readsOf(request), broadcastCallerOf(request), id);

  /** A page of targets within the caller's limits. */
  const readPage = (
    request: FastifyRequest,
    { broadcastNo }: Broadcast,
    filter: TargetFilter,
    page: { readonly limit: number; readonly cursor: string | undefined },
  ) => listTargets(readsOf(request), broadcastNo, filter, grantOf(request).limits, page);

  const sendTargets = (
    request: FastifyRequest,
    reply: FastifyReply,
    broadcast: Broadcast,
    filter: TargetFilter,
    page: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
  ) =>
    sendCsv(reply, {
      name: broadcast.id,
      columns: COLUMNS,
      readPage: (at) => readPage(request, broadcast, filter, { limit: page.limit ?? CSV_PAGE, cursor: at }),
      cursor: page.cursor,
      firstPageOnly: page.limit !== undefined,
      record: () => recordRead(pool, request, "export.broadcast", { type: "broadcast", id: broadcast.id }),
      log,
    });

  app.get(
    "/broadcasts/:id/targets",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "listBroadcastTargets",
        tags: ["broadcasts"],
        summary: "The outcome at each speaker",
        description:
          "Within your limits, in the order of regions. A speaker counts as `sounded` only on proof.",
        params: broadcastParams,
        querystring: targetListQuery,
        response: {
          200: csvOr(pageOf(targetReportSchema), "A page of targets; as CSV all of them."),
          ...problems("broadcast_not_found", "invalid_cursor"),
        },
      },
    },
    async (request, reply) => {
      const broadcast = await find(request, request.params.id);
      const { limit, cursor, state, ...rest } = request.query;
      const filter = { ...rest, states: state };
      if (wantsCsv(request.headers.accept)) {
        return sendTargets(request, reply, broadcast, filter, { limit, cursor });
      }
      return readPage(request, broadcast, filter, { limit: limit ?? DEFAULT_LIMIT, cursor });
    },
  );

  /** A list as an answer has it. */
  const listOf = <T extends { readonly items: readonly object[] }>(list: T) => ({
    ...list,
    items: [...list.items] as T["items"][number][],
  });

  /** The parts that coverage and report have in common. */
  async function readSummary(request: FastifyRequest, { broadcastNo }: Broadcast) {
    const { limits } = grantOf(request);
    const db = readsOf(request);
    const withoutSpeaker = await readWithoutSpeaker(db, broadcastNo, "release", limits, MAX_VILLAGES);
    const unheard = await readUnheardVillages(db, broadcastNo, limits, MAX_VILLAGES);
    return {
      total: await readCoverageTotal(db, broadcastNo, limits),
      silentVillages: unheard.silent,
      partlyHeardVillages: unheard.partly,
      waitingVillages: unheard.waiting,
      villagesWithoutSpeaker: withoutSpeaker ? listOf(withoutSpeaker.villagesWithoutSpeaker) : null,
      possiblyWithoutSpeaker: withoutSpeaker ? listOf(withoutSpeaker.possiblyWithoutSpeaker) : null,
      seconds: await readTimings(db, broadcastNo, limits),
    };
  }

  app.get(
    "/broadcasts/:id/coverage",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getBroadcastCoverage",
        tags: ["broadcasts"],
        summary: "The coverage of a broadcast, by region",
        description:
          "How many of the targeted speakers sounded, by village, township, county or above, with the names of the villages that are silent, that heard a part, that may still sound, and that had no speaker. Within your limits.",
        params: broadcastParams,
        querystring: coverageQuery,
        response: { 200: coverageSchema, ...problems("broadcast_not_found") },
      },
    },
    async (request) => {
      const broadcast = await find(request, request.params.id);
      const { level } = request.query;
      const items = await readCoverage(
        readsOf(request),
        broadcast.broadcastNo,
        level,
        grantOf(request).limits,
      );
      return { ...(await readSummary(request, broadcast)), level, items };
    },
  );

  app.get(
    "/broadcasts/:id/report",
    {
      onRequest: allow("broadcasts:read"),
      config: { reads: "told" },
      schema: {
        operationId: "getBroadcastReport",
        tags: ["broadcasts"],
        summary: "The whole story of a broadcast, for the files",
        description: "As JSON: the broadcast, its history and its coverage. As CSV: each speaker.",
        params: broadcastParams,
        response: {
          200: csvOr(reportSchema, "The report; as CSV one row for each speaker."),
          ...problems("broadcast_not_found"),
        },
      },
    },
    async (request, reply) => {
      const broadcast = await find(request, request.params.id);
      if (wantsCsv(request.headers.accept)) return sendTargets(request, reply, broadcast, {}, {});
      const { limits } = grantOf(request);
      const { broadcastNo } = broadcast;
      const object = { type: "broadcast", id: broadcast.id };
      const report = {
        broadcast: await presentDetail(readsOf(request), broadcastCallerOf(request), broadcast, MAX_NOTES),
        history: await presentHistory(readsOf(request), broadcast, limits),
        ...(await readSummary(request, broadcast)),
        counties: await readCoverage(readsOf(request), broadcastNo, "county", limits),
        townships: await readCoverage(readsOf(request), broadcastNo, "township", limits),
      };
      await recordRead(pool, request, "export.broadcast", object);
      return report;
    },
  );
};
