/**
 * Errors are classed by what the caller does next. One table gives each code its class, HTTP status and
 * title; `api` maps it to RFC 9457 problem details in one place. Codes are never reused.
 */
export type ErrorClass =
  | "config" // stop, and tell the operator
  | "invalid_input" // the caller must change the request
  | "unauthorized" // the caller must identify itself
  | "forbidden" // the caller is known and may not
  | "not_found"
  | "conflict" // the request is fine, the state is not
  | "transient" // try again later
  | "bug"; // ours: log it, say nothing outside

interface ErrorEntry {
  readonly class: ErrorClass;
  readonly status: number;
  readonly title: string;
}

export const ERRORS = {
  config_invalid: { class: "config", status: 500, title: "The configuration is not valid" },
  database_too_new: {
    class: "config",
    status: 500,
    title: "The database belongs to a newer version of the platform",
  },
  database_unsuitable: {
    class: "config",
    status: 500,
    title: "The database lacks something that the platform needs",
  },

  invalid_request: { class: "invalid_input", status: 400, title: "The request is not valid" },
  invalid_cursor: {
    class: "invalid_input",
    status: 400,
    title: "The cursor was not made by this list",
  },
  range_too_wide: {
    class: "invalid_input",
    status: 400,
    title: "The time range holds too many buckets",
  },
  unsupported_media_type: {
    class: "invalid_input",
    status: 415,
    title: "The content type is not supported",
  },
  payload_too_large: {
    class: "invalid_input",
    status: 413,
    title: "The request body is too large",
  },

  unauthorized: { class: "unauthorized", status: 401, title: "A valid API key is needed" },
  forbidden: { class: "forbidden", status: 403, title: "This key may not do that" },

  not_found: { class: "not_found", status: 404, title: "There is nothing at this address" },
  device_not_found: { class: "not_found", status: 404, title: "There is no such device" },
  region_not_found: { class: "not_found", status: 404, title: "There is no such region" },
  rejection_not_found: {
    class: "not_found",
    status: 404,
    title: "There is no such rejected message",
  },
  alarm_not_found: { class: "not_found", status: 404, title: "There is no such alarm" },

  device_exists: { class: "conflict", status: 409, title: "A device with this id exists" },
  gateway_in_use: {
    class: "conflict",
    status: 409,
    title: "Devices are still assigned to this gateway",
  },
  already_replayed: {
    class: "conflict",
    status: 409,
    title: "This message has been replayed and stored",
  },

  database_unavailable: {
    class: "transient",
    status: 503,
    title: "The database cannot be reached at the moment",
  },
  shutting_down: { class: "transient", status: 503, title: "The platform is shutting down" },

  internal: { class: "bug", status: 500, title: "Something went wrong on our side" },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** One fault in an input: where it is (JSON pointer or field name) and what was expected there. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/**
 * The one error class of the platform. `message` says what, where and what was expected, and is shown to
 * the caller unless the class is `bug`.
 */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];

  constructor(code: ErrorCode, message?: string, options: { cause?: unknown; faults?: Fault[] } = {}) {
    super(message ?? ERRORS[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "PlatformError";
    this.code = code;
    this.faults = options.faults ?? [];
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }
}
