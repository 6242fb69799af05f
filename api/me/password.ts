import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { People } from "../../accounts/people.ts";
import { actorOf } from "../audit/actor.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { currentSession } from "../sessions/present.ts";
import { ASKS_FOR_OWN_PASSWORD, passwordText } from "../sessions/schema.ts";
import { personOf } from "./person.ts";

export interface MyPasswordOptions {
  readonly people: Pick<People, "accounts" | "sessions">;
  readonly allow: Allow;
}

const passwordChangeBody = z.strictObject({
  current: passwordText,
  new: passwordText.describe(
    "10 to 256 characters, without your id or name, and none of the commonest passwords.",
  ),
});

/** People change their own password here. */
export const myPasswordRoutes: FastifyPluginAsyncZod<MyPasswordOptions> = async (app, { people, allow }) => {
  app.put(
    "/me/password",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "changeMyPassword",
        tags: ["sessions"],
        summary: "Change my password",
        description: "Ends my other sessions.",
        body: passwordChangeBody,
        response: {
          204: z.undefined().describe("Done."),
          ...problems(...ASKS_FOR_OWN_PASSWORD),
        },
      },
    },
    async (request, reply) => {
      const person = personOf(request);
      const found = await currentSession(request, people.sessions);
      const { current, new: next } = request.body;
      const change = { current, next, keepSessionNo: found?.session.sessionNo };
      await people.accounts.changePassword(person, change, actorOf(request));
      return reply.code(204).send();
    },
  );
};
