import { createHash } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { writeJson } from "../base/exact-json.ts";

/** The answer to a request whose sender has the same already: `304`, which has no body. */
export const NOT_MODIFIED = "The caller has the present answer: `If-None-Match` names its `ETag`.";

/**
 * Gives an answer its weak `ETag`, a hash of it. Browsers ask each time before they use what they have kept, since an
 * answer belongs to its caller, whose limits may change.
 * @returns true when the caller has the same answer already
 */
export function isKept(request: FastifyRequest, reply: FastifyReply, answer: unknown): boolean {
  const hash = createHash("sha256").update(writeJson(answer)).digest("base64url").slice(0, 27);
  reply.header("etag", `W/"${hash}"`).header("cache-control", "private, no-cache");
  return namesTag(request.headers["if-none-match"] ?? "", hash);
}

/** Compares weakly (RFC 9110, section 13.1.2). */
const namesTag = (header: string, hash: string): boolean =>
  header.split(",").some((tag) => ["*", `"${hash}"`].includes(tag.trim().replace(/^W\//, "")));
