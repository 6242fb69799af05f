import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { People } from "../../accounts/people.ts";
import type { BroadcastDeps } from "../../broadcast/service.ts";
import type { PublishedKeys } from "../../broadcast/signing/signer.ts";
import type { Pool } from "../../store/database/index.ts";
import type { Allow } from "../guard.ts";
import { cutRoutes } from "./cut.ts";
import { decidingRoutes } from "./deciding.ts";
import { draftRoutes } from "./drafts.ts";
import { followUpRoutes } from "./follow-up.ts";
import { noteRoutes } from "./notes.ts";
import { previewRoutes } from "./previews.ts";
import { readRoutes } from "./read.ts";
import { stepRoutes } from "./steps.ts";
import { targetRoutes } from "./targets.ts";
import { templateRoutes } from "./templates.ts";

export interface BroadcastsOptions {
  readonly broadcasts: BroadcastDeps;
  /** Connections for decisions, and for reading what they are about: they do not wait behind other questions. */
  readonly urgentPool: Pool;
  /** The public keys of what this platform signs. */
  readonly publishedKeys: () => PublishedKeys;
  readonly people: People;
  readonly allow: Allow;
}

/** Emergency broadcasts, by theme. */
export const broadcastsRoutes: FastifyPluginAsyncZod<BroadcastsOptions> = async (
  app,
  { broadcasts, urgentPool, publishedKeys, people, allow },
) => {
  // Without the prefix, which would be set before each path once more.
  const options = { broadcasts, urgentPool, publishedKeys, people, allow };
  await app.register(draftRoutes, options);
  await app.register(templateRoutes, options);
  await app.register(stepRoutes, { ...options, broadcasts: { ...broadcasts, pool: urgentPool } });
  await app.register(decidingRoutes, options);
  await app.register(cutRoutes, options);
  await app.register(followUpRoutes, options);
  await app.register(noteRoutes, options);
  await app.register(previewRoutes, options);
  await app.register(readRoutes, options);
  await app.register(targetRoutes, options);
};
