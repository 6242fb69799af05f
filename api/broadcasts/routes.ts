import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { cancelRoutes } from "./cancel.ts";
import { cutRoutes } from "./cut.ts";
import { decidingRoutes } from "./deciding.ts";
import { draftRoutes } from "./drafts.ts";
import { followUpRoutes } from "./follow-up.ts";
import { noteRoutes } from "./notes.ts";
import type { BroadcastsOptions } from "./options.ts";
import { previewRoutes } from "./previews.ts";
import { readRoutes } from "./read.ts";
import { stepRoutes } from "./steps.ts";
import { targetRoutes } from "./targets.ts";
import { templateRoutes } from "./templates.ts";

/** Emergency broadcasts: the routes, grouped by theme. */
export const broadcastsRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, urgentPool, publishedKeys, people, allow },
) => {
  // Without the prefix, which Fastify would otherwise put before each path once more.
  const options = { broadcasts, urgentPool, publishedKeys, people, allow };
  await app.register(draftRoutes, options);
  await app.register(templateRoutes, options);
  const urgent = { ...options, broadcasts: { ...broadcasts, pool: urgentPool } };
  await app.register(stepRoutes, urgent);
  await app.register(cancelRoutes, urgent);
  await app.register(decidingRoutes, options);
  await app.register(cutRoutes, options);
  await app.register(followUpRoutes, options);
  await app.register(noteRoutes, options);
  await app.register(previewRoutes, options);
  await app.register(readRoutes, options);
  await app.register(targetRoutes, options);
};
