import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { describePlace, fillTexts, type Level, listTemplates } from "../../broadcast/message/index.ts";
import {
  changeTemplate,
  createTemplate,
  deleteTemplate,
  getTemplate,
  getTemplateVersions,
  type OfferedTemplate,
  offer,
  offerTemplates,
} from "../../broadcast/operations/index.ts";
import type { OwnTemplate } from "../../store/broadcast/index.ts";
import { invalidField } from "../catalog.ts";
import { problems } from "../problem.ts";
import type { BroadcastsOptions } from "./options.ts";
import { broadcastCallerOf } from "./present.ts";
import {
  ownTemplateSchema,
  templateBody,
  templateChangeBody,
  templateParams,
  templateQuery,
  templatesSchema,
  templateVersionsSchema,
} from "./template-schema.ts";

/** Templates: built-in ones to read, and a tenant's own to write. */
export const templateRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, allow },
) => {
  const { pool } = broadcasts;

  app.get(
    "/broadcasts/templates",
    {
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "listBroadcastTemplates",
        tags: ["broadcasts"],
        summary: "Ready texts per kind of event",
        description:
          "Your tenant's own templates, and the built-in ones. A draft without texts takes the first template of its event that fits its level.",
        querystring: templateQuery,
        response: { 200: templatesSchema, ...problems() },
      },
    },
    async (request) => {
      const { eventCode, level, mode, region = [], exclude = [] } = request.query;
      const { actor } = broadcastCallerOf(request);
      const found = await offerTemplates(pool, actor.tenantId, { eventCode, level });
      if (found.length === 0) {
        const known = listTemplates().map((one) => one.eventCode);
        throw invalidField(
          "/eventCode",
          `There is no template for '${eventCode}': expected one of ${known.join(", ")}, or texts of your own`,
        );
      }
      const place = await describePlace(pool, { regions: region, exclude });
      const at = broadcasts.now();
      const filled = (template: OfferedTemplate) =>
        level === undefined
          ? [...template.texts]
          : fillTexts(template.texts, { place, at, level: level as Level, mode });
      return { items: found.map((template) => ({ ...present(template), texts: filled(template) })) };
    },
  );

  app.post(
    "/broadcasts/templates",
    {
      onRequest: allow("broadcasts:templates"),
      schema: {
        operationId: "createBroadcastTemplate",
        tags: ["broadcasts"],
        summary: "Write a template for your tenant",
        description:
          "It takes precedence over the built-in one of its event, for one level or for all levels that have no template of their own.",
        body: templateBody,
        response: {
          201: ownTemplateSchema,
          ...problems("template_exists", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      const { level = null, ...template } = request.body;
      const made = await createTemplate(broadcasts, broadcastCallerOf(request), { ...template, level });
      return reply.code(201).header("location", `/v1/broadcasts/templates/${made.id}`).send(presentOwn(made));
    },
  );

  app.get(
    "/broadcasts/templates/:id",
    {
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "getBroadcastTemplate",
        tags: ["broadcasts"],
        summary: "One of your tenant's templates",
        params: templateParams,
        response: { 200: ownTemplateSchema, ...problems("template_not_found") },
      },
    },
    async (request) => presentOwn(await getTemplate(pool, broadcastCallerOf(request), request.params.id)),
  );

  app.get(
    "/broadcasts/templates/:id/versions",
    {
      onRequest: allow("broadcasts:draft"),
      schema: {
        operationId: "listBroadcastTemplateVersions",
        tags: ["broadcasts"],
        summary: "Every version of a template, newest first, also of a deleted one",
        params: templateParams,
        response: { 200: templateVersionsSchema, ...problems("template_not_found") },
      },
    },
    async (request) => {
      const versions = await getTemplateVersions(pool, broadcastCallerOf(request), request.params.id);
      return { items: versions.map((version) => ({ ...version, texts: [...version.texts] })) };
    },
  );

  app.patch(
    "/broadcasts/templates/:id",
    {
      onRequest: allow("broadcasts:templates"),
      schema: {
        operationId: "updateBroadcastTemplate",
        tags: ["broadcasts"],
        summary: "Write the next version of a template",
        params: templateParams,
        body: templateChangeBody,
        response: {
          200: ownTemplateSchema,
          ...problems(
            "template_not_found",
            "template_changed",
            "payload_too_large",
            "unsupported_media_type",
          ),
        },
      },
    },
    async (request) =>
      presentOwn(
        await changeTemplate(broadcasts, broadcastCallerOf(request), request.params.id, request.body),
      ),
  );

  app.delete(
    "/broadcasts/templates/:id",
    {
      onRequest: allow("broadcasts:templates"),
      schema: {
        operationId: "deleteBroadcastTemplate",
        tags: ["broadcasts"],
        summary: "Take a template out of force",
        description: "Broadcasts made from it stay as they are, and its versions can still be read.",
        params: templateParams,
        response: { 204: z.undefined().describe("Done."), ...problems("template_not_found") },
      },
    },
    async (request, reply) => {
      await deleteTemplate(broadcasts, broadcastCallerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};

const present = ({ name, responseTypes, texts, ...template }: OfferedTemplate) => ({
  ...template,
  ...name,
  responseTypes: [...responseTypes],
  texts: [...texts],
});

const presentOwn = (template: OwnTemplate) => {
  const { createdAt, changedAt, changedBy } = template;
  return { ...present(offer(template)), createdAt, changedAt, changedBy };
};
