import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { Action } from "../../access/roles.ts";
import type { DecidingStep } from "../../access/steps.ts";
import type { ErrorCode } from "../../base/errors.ts";
import {
  type BroadcastCaller,
  type BroadcastDeps,
  recordingRefusals,
} from "../../broadcast/lifecycle/index.ts";
import {
  approve,
  type DecisionRequest,
  reject,
  release,
  retry,
  returnDraft,
  review,
  submit,
} from "../../broadcast/operations/index.ts";
import type { Broadcast } from "../../store/broadcast/index.ts";
import { problems } from "../problem.ts";
import { stepBodies } from "./deciding-schema.ts";
import { secondFactorFor } from "./may-steps.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentBroadcast } from "./present.ts";
import { broadcastParams, broadcastSchema } from "./schema.ts";

interface StepRoute {
  readonly name: Exclude<DecidingStep, "cancel">;
  readonly operationId: string;
  readonly action: Action;
  readonly summary: string;
  readonly description?: string;
  readonly body: keyof typeof stepBodies;
  readonly codes: readonly ErrorCode[];
  readonly take: (
    deps: BroadcastDeps,
    caller: BroadcastCaller,
    id: string,
    request: DecisionRequest,
  ) => Promise<Broadcast>;
}

/** The steps of a broadcast's life that people take, but for the cancellation. */
const STEPS: readonly StepRoute[] = [
  {
    name: "submit",
    operationId: "submitBroadcast",
    action: "broadcasts:submit",
    summary: "Submit a draft for approval",
    description: "It must be complete, reach at least one speaker, and reach none outside your limits.",
    body: "decision",
    codes: [
      "application_without_owner",
      "broadcast_incomplete",
      "broadcast_expired",
      "broadcast_superseded",
      "command_too_large",
    ],
    take: submit,
  },
  {
    name: "approve",
    operationId: "approveBroadcast",
    action: "broadcasts:approve",
    summary: "Approve: it is released at once",
    description:
      "By a person who neither submitted it nor wrote any of it; actions of an application count as its owner's. This completes a training, which reaches nobody.",
    body: "decision",
    codes: [
      "application_without_owner",
      "own_submission",
      "own_content",
      "broadcast_incomplete",
      "broadcast_expired",
      "broadcast_superseded",
      "command_too_large",
      "signing_keys_missing",
    ],
    take: approve,
  },
  {
    name: "return",
    operationId: "returnBroadcast",
    action: "broadcasts:approve",
    summary: "Give a submitted broadcast back to its author",
    body: "reasonedDecision",
    codes: [],
    take: returnDraft,
  },
  {
    name: "reject",
    operationId: "rejectBroadcast",
    action: "broadcasts:approve",
    summary: "Reject a submitted broadcast for good",
    body: "reasonedDecision",
    codes: [],
    take: reject,
  },
  {
    name: "release",
    operationId: "releaseBroadcast",
    action: "broadcasts:release",
    summary: "The green channel: release without approval",
    description:
      "For actual emergencies of level 1 or 2, by a person. The review stays open until another person completes it.",
    body: "decision",
    codes: [
      "green_channel_closed",
      "broadcast_incomplete",
      "broadcast_expired",
      "broadcast_superseded",
      "command_too_large",
      "signing_keys_missing",
    ],
    take: release,
  },
  {
    name: "retry",
    operationId: "retryBroadcast",
    action: "broadcasts:retry",
    summary: "Try the speakers that failed again",
    description:
      "They get a new order, as long as the message has not expired. Speakers that sounded never get it twice.",
    body: "soundingStep",
    codes: ["broadcast_expired", "broadcast_superseded", "signing_keys_missing"],
    take: retry,
  },
  {
    name: "review",
    operationId: "reviewBroadcast",
    action: "broadcasts:review",
    summary: "Review a release by the green channel",
    description: "By another person than the one who released it; the reason is the comment.",
    body: "reasonedStep",
    codes: ["own_release"],
    take: review,
  },
];

const SECOND_FACTOR_CODES = [
  "second_factor_required",
  "step_up_required",
  "second_factor_wrong",
  "too_many_attempts",
] as const satisfies readonly ErrorCode[];

/** Steps. The lifecycle says who may take which one. */
export const stepRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, people, allow },
) => {
  for (const { name, operationId, action, summary, description, body, codes, take } of STEPS) {
    app.post(
      `/broadcasts/:id/${name}`,
      {
        onRequest: allow(action),
        schema: {
          operationId,
          tags: ["broadcasts"],
          summary,
          ...(description === undefined ? {} : { description }),
          params: broadcastParams,
          body: stepBodies[body],
          response: {
            200: broadcastSchema,
            ...problems(
              "broadcast_not_found",
              "broadcast_state",
              "broadcast_changed",
              ...codes,
              ...SECOND_FACTOR_CODES,
              "payload_too_large",
              "unsupported_media_type",
            ),
          },
        },
      },
      async (request) => {
        // Only steps that ignore the revision may come without one.
        const { revision = 0, code, ...asked } = request.body ?? {};
        const { id } = request.params;
        const caller = broadcastCallerOf(request);
        const confirm = await recordingRefusals(broadcasts, caller, id, name, () =>
          secondFactorFor(request, people, name, code),
        );
        return presentBroadcast(await take(broadcasts, caller, id, { ...asked, revision, confirm }));
      },
    );
  }
};
