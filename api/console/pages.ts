import { existsSync } from "node:fs";
import { join, sep } from "node:path";
import files from "@fastify/static";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "../../base/errors.ts";
import { PAGE_POLICY } from "../security.ts";

export interface ConsolePagesOptions {
  /** The folder with the console's built files, whether they are there yet or not. */
  readonly folder: string;
}

/** As for /docs, but for fonts in the text of a style, which the console has none of, and with its worker. */
const POLICY = Object.entries({ ...PAGE_POLICY, "font-src": ["'self'"], "worker-src": ["'self'"] })
  .map(([name, sources]) => `${name} ${sources.join(" ")}`)
  .join("; ");

/** The names of these files change with their content. */
const HASHED = "assets/";

/** What a page loads. It must not get the page in its place: a script would then fail for a reason that misleads. */
const IS_FILE = /\.(js|css|map|json|svg|png|ico|jpg|webp|woff2|wav|mp3|txt|webmanifest)$/;

const INDEX = "index.html";
const PREFIX = "/console/";

/**
 * The address by which a request is answered. One of the console whose escapes are broken, as by a mail program that
 * cut it, opens the console, which says in its own words that there is no such page.
 */
export function asReadable(url: string): string {
  if (!url.startsWith(PREFIX)) return url;
  const [path = ""] = url.split("?");
  try {
    decodeURIComponent(path);
    return url;
  } catch {
    return IS_FILE.test(path) ? url : PREFIX;
  }
}

/** True when the console has been built into this folder. Looked up anew, as it may be built while this process runs. */
export const isConsoleBuilt = (folder: string): boolean => existsSync(join(folder, INDEX));

/**
 * Serves the console's files below its prefix. Each address that is no file is one of the console's own pages, which
 * index.html shows; so it can be sent to a colleague.
 */
export const consolePages: FastifyPluginAsync<ConsolePagesOptions> = async (app, { folder }) => {
  const hashed = `${join(folder, HASHED)}${sep}`.replaceAll(sep + sep, sep);

  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("content-security-policy", POLICY);
    // Beside what was said for other origins.
    reply.header("vary", [reply.getHeader("vary") ?? [], "accept-encoding"].flat().join(", "));
    done();
  });
  await app.register(files, {
    root: folder,
    prefix: "/",
    // The plugin's own header would stand above the one that is set here, and browsers keep an old console for a year.
    cacheControl: false,
    setHeaders(response, path) {
      const kept = path.startsWith(hashed) ? "public, max-age=31536000, immutable" : "no-cache";
      response.setHeader("cache-control", kept);
    },
    acceptRanges: false,
    dotfiles: "ignore",
    preCompressed: true,
  });
  app.get("", { schema: { hide: true } }, async (request, reply) =>
    reply.redirect(`${PREFIX}${request.url.slice("/console".length)}`),
  );
  app.setNotFoundHandler((request, reply) => answerMissing(request, reply, folder));
};

function answerMissing(request: FastifyRequest, reply: FastifyReply, folder: string): FastifyReply {
  const [path = ""] = request.url.split("?");
  const isPage = request.method === "GET" || request.method === "HEAD";
  if (!isPage || IS_FILE.test(path) || path.startsWith(`${PREFIX}${HASHED}`))
    throw new PlatformError("not_found", `There is no ${request.method} ${path}`);
  if (!isConsoleBuilt(folder))
    throw new PlatformError(
      "not_found",
      "The console has not been built: `npm run build` makes it, where the development dependencies are installed (`npm ci`). The API is there: see /docs",
    );
  return reply.sendFile(INDEX);
}
