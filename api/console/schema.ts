import { z } from "zod";

export const consoleSchema = z
  .object({
    name: z.string().describe("The platform's name, as its operator has set it (`CONSOLE_NAME`)."),
    version: z.string(),
    timeZone: z.literal("Asia/Shanghai").describe("The zone in which the console shows every time."),
    passwordSignIn: z.boolean(),
    signedIn: z
      .boolean()
      .describe("True where this request came with a living session, so that a page need not try."),
    oidc: z
      .object({ label: z.string().describe("The provider's host.") })
      .nullable()
      .describe("The identity provider through which people may sign in as well; null: there is none."),
    secure: z
      .boolean()
      .describe(
        "True where nobody on the way can read along: this request came by https, or on the machine itself.",
      ),
    build: z
      .string()
      .nullable()
      .describe("Names the console that is served, so that an older page notices; null: it was not built."),
    demo: z
      .object({
        people: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            role: z.string(),
            sees: z.string(),
            password: z
              .string()
              .nullable()
              .describe("Null, unless the page was asked for on the machine on which the demo runs."),
          }),
        ),
      })
      .nullable()
      .describe("The people of the demo; null: this is none."),
  })
  .meta({ id: "Console" });
