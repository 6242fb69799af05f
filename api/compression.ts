import compress from "@fastify/compress";
import type { FastifyInstance, RouteOptions } from "fastify";

/**
 * Addresses whose answers hold secrets, or name them to whoever asks: the length of a compressed answer would tell,
 * letter by letter, whether something that a stranger had put there resembles the secret beside it (BREACH). The
 * console's answer comes before the sign-in and is short.
 */
const NEVER = /^\/v1\/(sessions|me|auth|displays|applications\/:id\/keys|console|stream)(\/|$)/;

/** Answers of data alone: a problem is short, and a picture is compressed in itself. */
const TYPES = /^(application\/json|text\/csv)(;|$)/;

/** In bytes. A shorter answer fits into one packet as it is. */
const WORTH_COMPRESSING = 1024;

const mayCompress = ({ method, url }: Pick<RouteOptions, "method" | "url">): boolean =>
  method === "GET" && (url.startsWith("/v1/") ? !NEVER.test(url) : url === "/openapi.json");

/**
 * Compresses what callers read, where they say that they take it: a list of 1,000 devices has 334 KB, and 14 KB
 * compressed. A CSV is still read as fast as its reader takes it.
 */
export async function compressAnswers(app: FastifyInstance): Promise<void> {
  app.addHook("onRoute", (route) => {
    if (!mayCompress(route)) route.compress = false;
  });
  await app.register(compress, {
    encodings: ["br", "gzip"],
    customTypes: TYPES,
    threshold: WORTH_COMPRESSING,
    globalDecompression: false,
  });
}
