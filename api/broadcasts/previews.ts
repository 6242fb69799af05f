import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { getBroadcast, recordLookBeyond, toBeWritten } from "../../broadcast/lifecycle/index.ts";
import {
  type ConcurrentBroadcast,
  findConcurrent,
  previewBroadcast,
} from "../../broadcast/operations/index.ts";
import { checkTarget, countTarget, type Preview, selectAim } from "../../broadcast/targets/index.ts";
import type { FirstNamed } from "../../store/broadcast/index.ts";
import { grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { findApprovers } from "./approvers.ts";
import { MAX_DRAFT_BYTES } from "./drafts.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf } from "./present.ts";
import { previewBody, previewSchema, storedPreviewSchema } from "./preview-schema.ts";
import { broadcastParams } from "./schema.ts";

const list = <T>({ count, items }: FirstNamed<T>) => ({ count, items: [...items] });

const present = (preview: Preview) => ({
  ...preview,
  beyond: [...preview.beyond],
  villagesWithoutSpeaker: {
    ...preview.villagesWithoutSpeaker,
    items: [...preview.villagesWithoutSpeaker.items],
  },
  possiblyWithoutSpeaker: list(preview.possiblyWithoutSpeaker),
  villagesOffline: list(preview.villagesOffline),
  byTownship: [...preview.byTownship],
  byVillage: preview.byVillage && [...preview.byVillage],
});

const presentConflicts = (conflicts: readonly ConcurrentBroadcast[]) =>
  conflicts.map((conflict) => ({ ...conflict, mode: conflict.mode as "actual" | "drill" }));

/** The speakers that a target reaches now, for the author of a draft and for those who decide on it. */
export const previewRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, people, allow },
) => {
  app.post(
    "/broadcasts/preview",
    {
      bodyLimit: MAX_DRAFT_BYTES,
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "previewBroadcast",
        tags: ["broadcasts"],
        summary: "The speakers and villages that a target would reach now",
        description:
          "Only within your limits: speakers and villages of others are neither counted nor named.",
        body: previewBody,
        response: { 200: previewSchema, ...problems("payload_too_large", "unsupported_media_type") },
      },
    },
    async (request) => {
      const { target, texts, repeatCount, mode, class: messageClass, level } = request.body;
      const { limits, principal } = grantOf(request);
      await checkTarget(broadcasts.pool, target);
      const reading = texts && { texts, repeatCount };
      const { preview, speakers, allSpeakers } = await countTarget(broadcasts.pool, target, limits, reading);
      const hasShapes = target.polygons.length + target.circles.length > 0;
      if (hasShapes && speakers.length < allSpeakers.length)
        await recordLookBeyond(broadcasts, broadcastCallerOf(request), target);
      if (mode === undefined || level === undefined)
        return { ...present(preview), conflicts: null, approvers: null };
      const message = { mode, class: messageClass, level };
      const now = broadcasts.now();
      const caller = broadcastCallerOf(request);
      const aim = selectAim(broadcasts.pool, target, allSpeakers);
      const approvers = await findApprovers(people, toBeWritten(principal, message), aim, principal, now);
      const conflicts = await findConcurrent(broadcasts.pool, message, speakers, caller, now);
      return { ...present(preview), conflicts: presentConflicts(conflicts), approvers: approvers ?? null };
    },
  );

  app.get(
    "/broadcasts/:id/preview",
    {
      onRequest: allow("broadcasts:read"),
      schema: {
        operationId: "previewStoredBroadcast",
        tags: ["broadcasts"],
        summary:
          "The speakers and villages that a broadcast would reach now, and the changes since it was submitted",
        description:
          "The platform computes it now from the stored target, within your limits, with the broadcasts that play on these speakers and which of them give way.",
        params: broadcastParams,
        response: { 200: storedPreviewSchema, ...problems("broadcast_not_found") },
      },
    },
    async (request) => {
      const caller = broadcastCallerOf(request);
      const broadcast = await getBroadcast(broadcasts.pool, caller, request.params.id);
      const preview = await previewBroadcast(broadcasts.pool, broadcast, caller, broadcasts.now());
      const { conflicts, replacesWider, changedSinceSubmission: changed } = preview;
      return {
        ...present(preview),
        airedUntil: preview.airedUntil,
        conflicts: presentConflicts(conflicts),
        replacesWider: [...replacesWider],
        changedSinceSubmission: changed && {
          at: changed.at,
          added: list(changed.added),
          removed: list(changed.removed),
          wentOffline: list(changed.wentOffline),
          cameOnline: list(changed.cameOnline),
          villagesWithoutSpeaker: changed.villagesWithoutSpeaker && {
            added: list(changed.villagesWithoutSpeaker.added),
            removed: list(changed.villagesWithoutSpeaker.removed),
          },
          possiblyWithoutSpeaker: changed.possiblyWithoutSpeaker && {
            added: list(changed.possiblyWithoutSpeaker.added),
            removed: list(changed.possiblyWithoutSpeaker.removed),
          },
        },
      };
    },
  );
};
