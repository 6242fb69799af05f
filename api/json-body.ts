import { isUtf8 } from "node:buffer";
import type { FastifyInstance } from "fastify";
import { PlatformError } from "../base/errors.ts";
import { mayHoldExact, parseExact } from "../base/exact-json.ts";
import { isStorable, UNSTORABLE_MESSAGE } from "./storable.ts";

/** Deeper than anything that the API takes: a point of a polygon is the fifth level of a draft. */
const MAX_DEPTH = 64;
/** Keys of all objects of a body together. Honest bodies have a few hundred; their large parts are lists. */
const MAX_KEYS = 5_000;
/** Values of all lists and objects together: 50,000 points of two numbers are 150,000. */
const MAX_VALUES = 250_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;

/**
 * The reason, in words, why a JSON text is not worth parsing; undefined when it is. It takes one pass over the bytes,
 * because parsing and validating deep nesting or very many keys holds the process for as long as hundreds of honest
 * requests. The parser refuses text that is no JSON at all.
 */
function refusalOfJson(body: Buffer): string | undefined {
  let depth = 0;
  let keys = 0;
  let values = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!;
    if (byte === QUOTE) {
      for (i++; i < body.length && body[i] !== QUOTE; i++) if (body[i] === BACKSLASH) i++;
    } else if (byte === COMMA) values++;
    else if (byte === COLON) keys++;
    // With this bit set, `[` and `{` are the same byte, and so are `]` and `}`; nothing else of JSON is.
    else if ((byte | 0x20) === 0x7b) {
      values++;
      if (++depth > MAX_DEPTH) return `The body nests deeper than ${MAX_DEPTH} levels`;
    } else if ((byte | 0x20) === 0x7d) depth--;
  }
  if (keys > MAX_KEYS) return `The body has more than ${MAX_KEYS} keys`;
  if (values > MAX_VALUES) return `The body has more than ${MAX_VALUES} values`;
  return undefined;
}

/** Looks at every body in JSON before it is parsed as Fastify does by default. */
export function parseJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser("application/json");
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    // Many clients name the type whether they send a body or not. A route that wants a body says that there is none.
    if (body.length === 0) return done(null, undefined);
    const refusal = refusalOfJson(body);
    if (refusal !== undefined) return done(new PlatformError("invalid_request", refusal));
    // Bytes that are not UTF-8 would be read as other characters, and the error would stay unseen.
    if (!isUtf8(body)) return done(new PlatformError("invalid_request", "The body is not UTF-8"));
    const text = body.toString("utf8");
    // It answers by its callback; only the type of every parser says that it may return a promise.
    void parse(request, text, (error, value) => {
      if (!error) keepExact(value, text, request.routeOptions.config.exact);
      // In UTF-8 only an escape makes such text, so most bodies need no walk.
      const path =
        error || !MAY_BE_UNSTORABLE.test(body.toString("latin1")) ? undefined : unstorablePath(value);
      if (path === undefined) return done(error, value);
      const faults = [{ path, message: UNSTORABLE_MESSAGE }];
      done(new PlatformError("invalid_request", `${path}: ${UNSTORABLE_MESSAGE}`, { faults }));
    });
  });
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The field of the body that is stored or passed on with its numbers exactly as they came. */
    readonly exact?: string;
  }
}

/** Restores numbers that JavaScript's own have changed. */
function keepExact(body: unknown, text: string, field: string | undefined): void {
  if (field === undefined || typeof body !== "object" || body === null || !Object.hasOwn(body, field)) return;
  if (mayHoldExact(text))
    Object.assign(body, { [field]: (parseExact(text) as Record<string, unknown>)[field] });
}

/** `\u0000`, and `\ud800` to `\udfff`. */
const MAY_BE_UNSTORABLE = /\\u(0000|d[89a-f])/i;

/** The place of the first text or key that cannot be stored, as a JSON pointer; undefined when there is none. */
function unstorablePath(value: unknown, path = ""): string | undefined {
  if (typeof value === "string") return isStorable(value) ? undefined : path || "/";
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (!isStorable(key)) return path || "/";
    const found = unstorablePath(inner, `${path}/${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
