import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { waitingOf } from "../../accounts/changes.ts";
import type { GrantDelay } from "../../accounts/grant-delay.ts";
import type { People } from "../../accounts/people.ts";
import { getPrincipal } from "../../store/access/index.ts";
import type { Pool } from "../../store/database/index.ts";
import { waitingSchema } from "../access-changes/schema.ts";
import { callerOf } from "../caller.ts";
import { type Allow, grantOf } from "../guard.ts";
import { principalParams } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { passwordText } from "../sessions/schema.ts";

export interface CredentialsOptions {
  readonly pool: Pool;
  readonly people: Pick<People, "accounts">;
  readonly onAccessChanged: () => Promise<void>;
  readonly grantDelay: GrantDelay;
  readonly allow: Allow;
}

/** The outcome: the person's wait, if they have one now. */
const done = { 200: z.object({ waiting: waitingSchema }) };

/** Help for a person who can no longer sign in. */
export const personCredentialsRoutes: FastifyPluginAsyncZod<CredentialsOptions> = async (
  app,
  { pool, people, onAccessChanged, grantDelay, allow },
) => {
  const waitingNow = async (request: FastifyRequest<{ Params: { id: string } }>) => {
    const person = await getPrincipal(pool, "person", request.params.id, grantOf(request).limits);
    return waitingOf(pool, person, grantDelay.now());
  };

  app.put(
    "/people/:id/password",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "resetPersonPassword",
        tags: ["access"],
        summary: "Give a person a new password",
        description:
          "Ends all of their sessions. Their second factor stays. An approver or duty officer waits before they decide, as after a new grant.",
        params: principalParams,
        body: z.strictObject({ password: passwordText }),
        response: {
          ...done,
          ...problems("person_not_found", "sign_in_busy", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request) => {
      await people.accounts.resetPassword(
        callerOf(request, grantDelay),
        request.params.id,
        request.body.password,
      );
      await onAccessChanged();
      return { waiting: await waitingNow(request) };
    },
  );

  app.delete(
    "/people/:id/totp",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "resetPersonTotp",
        tags: ["access"],
        summary: "Remove the second factor of a person who has lost it",
        description:
          "No open session of theirs counts as opened with a second factor from then on. An approver or duty officer waits before they decide, as after a new grant.",
        params: principalParams,
        response: { ...done, ...problems("person_not_found", "totp_not_found") },
      },
    },
    async (request) => {
      await people.accounts.resetTotp(callerOf(request, grantDelay), request.params.id);
      await onAccessChanged();
      return { waiting: await waitingNow(request) };
    },
  );
};
