import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import type { People } from "../../accounts/people.ts";
import type { Allow } from "../guard.ts";
import { problems } from "../problem.ts";
import { sessionSecretOf } from "../sessions/present.ts";
import { consoleSchema } from "./schema.ts";

/** Somebody of the demo, whose password stands in its terminal as well. */
export interface DemoPerson {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly sees: string;
  readonly password: string;
}

export interface ConsoleOptions {
  /** The folder with the console's built files, whether they are there yet or not. */
  readonly folder: string;
  /** The platform's name. */
  readonly name: string;
  /** The identity provider's address; undefined: there is none. */
  readonly issuer: string | undefined;
  /** The people of the demo; undefined where this is none. */
  readonly demoPeople: readonly DemoPerson[] | undefined;
}

/** In the folder of a built console. `scripts/build-console.mjs` writes it. */
const STAMP = "built-from";
/** Of the stamp, which is a hash. */
const ID_LENGTH = 16;

const LOOPBACK = /^(::1|(::ffff:)?127(\.\d{1,3}){3})$/;
/** Headers by which proxies say that they ask for somebody else. */
const BY_PROXY = /^(forwarded|via|x-real-ip|x-forwarded-.+)$/;
const LOCAL_NAME = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const PORT = /:\d+$/;
/** In which a page says where it was opened. */
const PAGE_HOST = "x-page-host";

/** What a page has to know before anybody has signed in. */
export const consoleRoutes: FastifyPluginAsyncZod<
  ConsoleOptions & {
    readonly people: Pick<People, "sessions">;
    readonly version: string;
    readonly allow: Allow;
  }
> = async (app, { folder, name, issuer, demoPeople, people, version, allow }) => {
  const oidc = issuer === undefined ? null : { label: new URL(issuer).host };

  app.get(
    "/console",
    {
      onRequest: allow.anybody,
      schema: {
        operationId: "getConsole",
        tags: ["sessions"],
        summary: "What a page has to know before anybody has signed in",
        security: [],
        response: { 200: consoleSchema, ...problems() },
      },
    },
    async (request, reply) => {
      reply.header("cache-control", "no-store");
      return {
        name,
        version,
        timeZone: "Asia/Shanghai" as const,
        passwordSignIn: true,
        signedIn: await isSignedIn(request, people.sessions),
        oidc,
        secure: request.protocol === "https" || LOOPBACK.test(request.ip),
        build: await readBuild(folder),
        demo: demoPeople ? { people: introduce(demoPeople, isFromThisMachine(request)) } : null,
      };
    },
  );
};

/** Open pages ask every few minutes by themselves, so asking is no use of the session, which goes on to end idle. */
async function isSignedIn(request: FastifyRequest, sessions: People["sessions"]): Promise<boolean> {
  const secret = sessionSecretOf(request);
  return secret !== undefined && (await sessions.timeLeft(secret.token, secret.type)) > 0;
}

/** Read each time: the console may be built while this process runs. */
async function readBuild(folder: string): Promise<string | null> {
  try {
    return (await readFile(join(folder, STAMP), "utf8")).slice(0, ID_LENGTH);
  } catch {
    return null;
  }
}

const introduce = (people: readonly DemoPerson[], withPasswords: boolean) =>
  people.map(({ id, name, role, sees, password }) => ({
    ...{ id, name, role, sees },
    password: withPasswords ? password : null,
  }));

/**
 * True for a browser on this very machine that means this machine: another site's name that leads here is not it, nor
 * is what a proxy hands on for somebody. A proxy may say nothing of itself and put its own name for us in place of the
 * one that was asked for, so the page has to say where it was opened as well. Who forges that is not kept out.
 */
function isFromThisMachine({ ip, hostname, headers }: FastifyRequest): boolean {
  const page = headers[PAGE_HOST];
  return (
    LOOPBACK.test(ip) &&
    LOCAL_NAME.test(hostname) &&
    typeof page === "string" &&
    LOCAL_NAME.test(page.replace(PORT, "")) &&
    !Object.keys(headers).some((name) => BY_PROXY.test(name))
  );
}
