import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { People } from "../../accounts/people.ts";
import { callerOf } from "../caller.ts";
import type { Allow } from "../guard.ts";
import { principalParams } from "../principal-schemas.ts";
import { problems } from "../problem.ts";
import { passwordText } from "../sessions/schema.ts";

export interface CredentialsOptions {
  readonly people: Pick<People, "accounts">;
  readonly allow: Allow;
}

const done = { 204: z.undefined().describe("Done.") };

/** Helping somebody who cannot sign in any more. */
export const personCredentialsRoutes: FastifyPluginAsyncZod<CredentialsOptions> = async (
  app,
  { people, allow },
) => {
  app.put(
    "/people/:id/password",
    {
      onRequest: allow("access:write"),
      schema: {
        operationId: "resetPersonPassword",
        tags: ["access"],
        summary: "Give a person a new password",
        description: "Ends all of their sessions. Their second factor stays.",
        params: principalParams,
        body: z.strictObject({ password: passwordText }),
        response: {
          ...done,
          ...problems("person_not_found", "sign_in_busy", "payload_too_large", "unsupported_media_type"),
        },
      },
    },
    async (request, reply) => {
      await people.accounts.resetPassword(callerOf(request), request.params.id, request.body.password);
      return reply.code(204).send();
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
        params: principalParams,
        response: { ...done, ...problems("person_not_found", "totp_not_found") },
      },
    },
    async (request, reply) => {
      await people.accounts.resetTotp(callerOf(request), request.params.id);
      return reply.code(204).send();
    },
  );
};
