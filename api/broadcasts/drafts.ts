import type { FastifyReply, FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { PlatformError } from "../../base/errors.ts";
import { CAP_MEDIA_TYPE, MAX_ALERT_BYTES } from "../../broadcast/cap/index.ts";
import { changeDraft, createDraft, importCap } from "../../broadcast/operations/index.ts";
import { problems } from "../problem.ts";
import { cancelsUnasked } from "./may-steps.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf, presentBroadcast, presentBroadcasts } from "./present.ts";
import { broadcastParams, broadcastSchema, draftBody, draftChangeBody, importedSchema } from "./schema.ts";

/** 50,000 points with seven decimals in each coordinate, and the rest of a draft. */
export const MAX_DRAFT_BYTES = 2 * 1024 * 1024;
/** The media types under which alerts are posted: many programs know no type of XML but the general ones. */
const XML_MEDIA_TYPES = [CAP_MEDIA_TYPE, "application/xml", "text/xml"] as const;

/** Writing: drafts by hand, by template and from CAP. */
export const draftRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, people, allow },
) => {
  const bodyLimit = MAX_ALERT_BYTES;
  app.addContentTypeParser([...XML_MEDIA_TYPES], { parseAs: "buffer", bodyLimit }, (_request, body, done) =>
    done(null, body),
  );

  app.post(
    "/broadcasts",
    {
      bodyLimit: MAX_DRAFT_BYTES,
      onRequest: allow("broadcasts:draft"),
      // An alert has its own validator, with places and rules; zod's is for JSON.
      preValidation: async (request, reply) => {
        if (Buffer.isBuffer(request.body)) return takeAlert(request, reply, request.body);
      },
      schema: {
        operationId: "createBroadcast",
        tags: ["broadcasts"],
        summary: "Write a draft, or take an alert in CAP 1.2",
        description: `JSON makes a draft; without texts they come from the template of its event code. \`Content-Type: ${CAP_MEDIA_TYPE}\` (or \`application/xml\`, \`text/xml\`) takes an alert of up to 1 MiB: an Alert or Update becomes drafts, a Cancel stops what it refers to (at once when its trusted author has signed it, or before release where you may cancel all of it without a code or another sign-in; else a person decides), an Ack or Error is recorded. Nothing is released by this. The same alert again answers 200 with what was made of it.`,
        consumes: ["application/json", ...XML_MEDIA_TYPES],
        body: draftBody,
        response: {
          200: importedSchema.describe("The alert had come before, or led to no draft."),
          201: z.union([broadcastSchema, importedSchema]).describe("The draft, or the outcome of the alert."),
          ...problems(
            "cap_invalid",
            "cap_not_for_broadcast",
            "cap_expired",
            "cap_too_complex",
            "cap_busy",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request, reply) => {
      const { replaces, ...draft } = request.body;
      const broadcast = await createDraft(broadcasts, broadcastCallerOf(request), draft, replaces);
      return reply
        .code(201)
        .header("location", `/v1/broadcasts/${broadcast.id}`)
        .send(await presentBroadcast(broadcast));
    },
  );

  async function takeAlert(request: FastifyRequest, reply: FastifyReply, xml: Buffer): Promise<FastifyReply> {
    if (xml.length > MAX_ALERT_BYTES) {
      throw new PlatformError(
        "payload_too_large",
        `The alert has ${xml.length} bytes, expected at most ${MAX_ALERT_BYTES}`,
      );
    }
    const caller = broadcastCallerOf(request);
    // Cancelling by an alert takes the same rights as cancelling by hand.
    const cancels = await cancelsUnasked(request, people, caller);
    const { items, warnings, ...done } = await importCap(broadcasts, { ...caller, cancels }, xml);
    const isNew = !done.duplicate && done.disposition === "broadcast";
    return reply
      .code(isNew ? 201 : 200)
      .send({ ...done, items: await presentBroadcasts(items), warnings: [...warnings] });
  }

  app.patch(
    "/broadcasts/:id",
    {
      bodyLimit: MAX_DRAFT_BYTES,
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "updateBroadcast",
        tags: ["broadcasts"],
        summary: "Change a draft, or one that was returned",
        params: broadcastParams,
        body: draftChangeBody,
        response: {
          200: broadcastSchema,
          ...problems(
            "broadcast_not_found",
            "broadcast_changed",
            "broadcast_state",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request) => {
      const { revision, replaces, ...change } = request.body;
      const caller = broadcastCallerOf(request);
      const { id } = request.params;
      return presentBroadcast(await changeDraft(broadcasts, caller, id, revision, change, replaces));
    },
  );
};
