import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { People } from "../../accounts/people.ts";
import { actorOf } from "../audit/actor.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { ASKS_FOR_OWN_PASSWORD, passwordText, totpCode } from "../sessions/schema.ts";
import { personOf } from "./person.ts";

export interface MyTotpOptions {
  readonly people: Pick<People, "accounts">;
  readonly allow: Allow;
}

const withPassword = z.strictObject({ password: passwordText });

const enrolmentSchema = z
  .object({
    secret: z.string().describe("Base32, to type in. Shown this once."),
    uri: z.string().describe("`otpauth://…`, to show as a QR code."),
  })
  .meta({ id: "TotpEnrolment" });

const done = { 204: z.undefined().describe("Done.") };

/** A person's own second factor: a code that changes every 30 seconds (RFC 6238). */
export const myTotpRoutes: FastifyPluginAsyncZod<MyTotpOptions> = async (app, { people, allow }) => {
  const { accounts } = people;

  app.post(
    "/me/totp",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "startMyTotp",
        tags: ["sessions"],
        summary: "Begin to set up a second factor",
        description: "It counts once its first code has come, within ten minutes.",
        body: withPassword,
        response: { 201: enrolmentSchema, ...problems("totp_exists", ...ASKS_FOR_OWN_PASSWORD) },
      },
    },
    async (request, reply) => {
      const enrolment = await accounts.startTotp(personOf(request), request.body.password, actorOf(request));
      return reply.code(201).header("cache-control", "no-store").send(enrolment);
    },
  );

  app.post(
    "/me/totp/confirm",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "confirmMyTotp",
        tags: ["sessions"],
        summary: "Finish setting up a second factor",
        body: z.strictObject({ code: totpCode }),
        response: {
          ...done,
          ...problems("totp_not_started", "wrong_code", "no_password", "csrf_refused", "too_many_attempts"),
        },
      },
    },
    async (request, reply) => {
      await accounts.confirmTotp(personOf(request), request.body.code, actorOf(request));
      return reply.code(204).send();
    },
  );

  app.delete(
    "/me/totp",
    {
      onRequest: allow.signedIn,
      schema: {
        operationId: "removeMyTotp",
        tags: ["sessions"],
        summary: "Remove my second factor",
        description:
          "It takes a code of the second factor; for a person who has lost the phone, an administrator removes it. No open session counts as opened with a second factor from then on.",
        body: withPassword.extend({ code: totpCode }),
        response: { ...done, ...problems("totp_not_found", "wrong_code", ...ASKS_FOR_OWN_PASSWORD) },
      },
    },
    async (request, reply) => {
      await accounts.removeTotp(personOf(request), request.body, actorOf(request));
      return reply.code(204).send();
    },
  );
};
