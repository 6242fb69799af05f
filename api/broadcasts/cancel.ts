import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { recordingRefusals } from "../../broadcast/lifecycle/index.ts";
import { cancel } from "../../broadcast/operations/index.ts";
import { problems } from "../problem.ts";
import { stepBodies } from "./deciding-schema.ts";
import { secondFactorFor } from "./may-steps.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentBroadcast } from "./present.ts";
import { broadcastParams, broadcastSchema } from "./schema.ts";

const cancelledSchema = broadcastSchema
  .extend({
    stop: z
      .enum(["on_its_way", "on_record"])
      .nullable()
      .describe(
        "`on_its_way`: nobody is sent it any more, and all speakers that listen are told to stop. `on_record` (202): it is cancelled, and nobody can say that the stop reaches all speakers: no process that dispatches has said so within five seconds, or `stopUnsure` speakers may play it and may not be told. Null: it was never released.",
      ),
    stopUnsure: z
      .int()
      .nullable()
      .describe(
        "The number of speakers that may play it nevertheless: their doors have not answered within some seconds, or a process of the platform says nothing, and they may be connected to it. They are told when they can be reached. Null: nobody has counted.",
      ),
  })
  .meta({ id: "CancelledBroadcast" });

/** The one step that is never too late. */
export const cancelRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, people, allow },
) => {
  app.post(
    "/broadcasts/:id/cancel",
    {
      onRequest: allow("broadcasts:cancel"),
      schema: {
        operationId: "cancelBroadcast",
        tags: ["broadcasts"],
        summary: "Cancel a broadcast, on air or before",
        description:
          "The platform tells speakers that play it to stop, and tells those that are away when they are back.",
        params: broadcastParams,
        body: stepBodies.reasonedStep,
        response: {
          200: cancelledSchema,
          202: cancelledSchema.describe(
            "Cancelled; the stop is on record, and may not reach all speakers yet.",
          ),
          ...problems(
            "broadcast_not_found",
            "broadcast_state",
            "broadcast_changed",
            "second_factor_required",
            "step_up_required",
            "second_factor_wrong",
            "too_many_attempts",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { code, reason } = request.body;
      const { id } = request.params;
      const caller = broadcastCallerOf(request);
      const confirm = await recordingRefusals(broadcasts, caller, id, "cancel", () =>
        secondFactorFor(request, people, "cancel", code),
      );
      const { stop, stopUnsure, ...cancelled } = await cancel(broadcasts, caller, id, { reason, confirm });
      const shown = { ...(await presentBroadcast(cancelled)), stop, stopUnsure };
      return stop === "on_record" ? reply.code(202).send(shown) : shown;
    },
  );
};
