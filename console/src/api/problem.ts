import type { components } from "./schema.ts";

export type ProblemJson = components["schemas"]["Problem"];
/** The API's stable codes, and what can go wrong before it answers. */
export type ProblemCode = ProblemJson["code"] | "offline" | "bad_answer";

/** A request that failed, with everything that a page tells about it. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  /** In English, for the one who operates the server. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly faults: NonNullable<ProblemJson["faults"]>;
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined;
  /** It was to change something: nothing repeats that by itself. */
  isStep = false;
  /** The whole problem: some codes have more to tell. */
  readonly problem: Partial<ProblemJson> & Record<string, unknown>;

  constructor(status: number, code: ProblemCode, problem: ApiError["problem"] = {}, retryAfter?: number) {
    super(problem.title ?? code);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.problem = problem;
    this.detail = problem.detail;
    this.requestId = problem.requestId;
    this.faults = problem.faults ?? [];
    this.retryAfter = retryAfter;
  }
}

/** The error of an answer that is not 2xx. */
export function problemOf(response: Response, body: unknown): ApiError {
  const error = errorOf(response, body);
  error.isStep = steps.has(response);
  return error;
}

const steps = new WeakSet<Response>();
/** Notes that it answers a request that was to change something. */
export const noteStep = (response: Response): void => void steps.add(response);

function errorOf(response: Response, body: unknown): ApiError {
  const seconds = Number(response.headers.get("retry-after"));
  const retryAfter = seconds > 0 ? seconds : undefined;
  const problem = typeof body === "object" && body !== null ? (body as ApiError["problem"]) : {};
  if (typeof problem.code !== "string") {
    // A proxy in between answers with a page of its own.
    const requestId = response.headers.get("x-request-id");
    const detail = `HTTP ${response.status} ${response.statusText}`;
    return new ApiError(response.status, "bad_answer", { detail, ...(requestId ? { requestId } : {}) });
  }
  return new ApiError(response.status, problem.code, problem, retryAfter);
}

export const isApiError = (error: unknown, ...codes: ProblemCode[]): error is ApiError =>
  error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
