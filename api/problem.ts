import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { ERRORS, type ErrorCode, PlatformError } from "../base/errors.ts";
import { createLogLimiter, type Logger } from "../base/log.ts";
import { isAway } from "../store/database/index.ts";
import { callerRequestIdOf } from "./caller-request-id.ts";
import { InvalidRequest } from "./validator.ts";

/** The codes that a caller can meet; a `config` error ends the start, before anybody calls. */
export const API_ERROR_CODES = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => ERRORS[code].class !== "config",
);

/** RFC 9457 problem details with our stable `code` and the request's id. */
export const problemSchema = z
  .object({
    type: z.string().describe("A URN made of the code."),
    title: z.string().describe("The code in words; the same for every occurrence."),
    status: z.int(),
    detail: z.string().describe("What was wrong this time, where, and what was expected."),
    code: z.enum(API_ERROR_CODES as [ErrorCode, ...ErrorCode[]]).describe("Stable: branch on this."),
    requestId: z.string().describe("Also in the X-Request-Id header; the platform's log names it."),
    faults: z
      .array(
        z.object({
          path: z.string(),
          message: z.string(),
          line: z.int().optional(),
          column: z.int().optional(),
          rule: z.string().optional().describe("A stable name of the rule that was broken."),
        }),
      )
      .optional()
      .describe("Each fault of the request: where it is and what was expected there."),
    changes: z
      .array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() }))
      .optional()
      .describe("Of `broadcast_changed`: the differences from the revision that the caller had read."),
  })
  .meta({ id: "Problem" });

/** Any route under /v1 can answer with these. */
const COMMON: readonly ErrorCode[] = [
  "invalid_request",
  "unauthorized",
  "forbidden",
  "rate_limited",
  "database_unavailable",
  "shutting_down",
  "internal",
];

/** The error answers of a route, for its `response` schemas: the common ones and those named. */
export function problems(...codes: ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...COMMON, ...codes]) {
    const { status } = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map((code) => `\`${code}\`: ${ERRORS[code].title}.`).join(" "),
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
}

/** How long a caller should wait when the database is away, in seconds. */
const RETRY_AFTER_SECONDS = 5;

/** Fastify's own refusals, and PostgreSQL's of a text that it cannot hold. */
const FOREIGN_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_BODY_TOO_LARGE: "payload_too_large",
  FST_ERR_MAX_PARAM_LENGTH: "not_found",
  FST_ERR_NOT_FOUND: "not_found",
  "22021": "invalid_request", // character_not_in_repertoire: NUL
  "22P05": "invalid_request", // untranslatable_character: NUL in JSON
};

/** The error that the caller sees. Anything unknown is our bug, and the caller learns nothing about it. */
function classify(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  if (error instanceof InvalidRequest) {
    const { faults, more, validationContext: context = "request" } = error;
    const where = context === "querystring" ? "query" : context;
    const named = faults.map(({ path, message }) => `${where}${path}: ${message}`).join("; ");
    const detail = more > 0 ? `${named}; and ${more} more` : named;
    return new PlatformError("invalid_request", detail, { cause: error, faults: [...faults] });
  }
  if (isAway(error)) return new PlatformError("database_unavailable", undefined, { cause: error });
  if (error instanceof Error) {
    const { code, statusCode } = error as { code?: string; statusCode?: number };
    const known = code === undefined ? undefined : FOREIGN_CODES[code];
    if (known) return new PlatformError(known, error.message, { cause: error });
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return new PlatformError("invalid_request", error.message, { cause: error });
    }
  }
  return new PlatformError("internal", undefined, { cause: error });
}

/** Sends an error as a problem. The one place where an error becomes an HTTP answer and a log line. */
export function createProblemSender(log: Logger) {
  // A database that is away fails every request, so one line in ten seconds is enough.
  const limit = createLogLimiter();
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = classify(error);
    const { status, title } = ERRORS[problem.code];
    const callerRequestId = callerRequestIdOf(request);
    const where = {
      requestId: request.id,
      ...(callerRequestId === null ? {} : { callerRequestId }),
      ...{ method: request.method, route: request.routeOptions.url },
    };
    const cause = problem.cause ?? problem;
    if (problem.class === "transient") {
      reply.header("retry-after", String(RETRY_AFTER_SECONDS));
      limit(problem.code, (suppressed) =>
        log.warn({ ...where, code: problem.code, suppressed, err: cause }, "request refused for now"),
      );
    } else if (status >= 500) {
      log.error({ ...where, err: cause }, "request failed");
    } else {
      log.debug({ ...where, code: problem.code, detail: problem.message }, "request refused");
    }
    if (problem.retryAfterSeconds !== undefined) {
      reply.header("retry-after", String(problem.retryAfterSeconds));
    }
    if (status === 401) reply.header("www-authenticate", 'Bearer realm="smart-broadcast-iot"');
    const body: z.input<typeof problemSchema> = {
      type: `urn:smart-broadcast-iot:problem:${problem.code}`,
      title,
      status,
      detail: status === 500 ? title : problem.message,
      code: problem.code,
      requestId: request.id,
      ...(problem.faults.length > 0 ? { faults: [...problem.faults] } : {}),
      ...(problem.changes.length > 0 ? { changes: [...problem.changes] } : {}),
    };
    // As text, because a route's response schemas are for its own answers.
    return reply
      .code(status)
      .header("content-type", "application/problem+json; charset=utf-8")
      .send(JSON.stringify(body));
  };
}
