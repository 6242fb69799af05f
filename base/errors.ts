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
  | "throttled" // the caller has used up its share: try again after the header Retry-After
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
    title: "The cursor does not come from this list",
  },
  range_too_wide: {
    class: "invalid_input",
    status: 400,
    title: "The time range holds too many buckets",
  },
  readings_dropped: {
    class: "invalid_input",
    status: 422,
    title: "Readings of the range have been dropped",
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
  command_too_large: {
    class: "invalid_input",
    status: 422,
    title: "The broadcast does not fit into one command",
  },

  cap_invalid: { class: "invalid_input", status: 400, title: "The alert is not valid CAP 1.2" },
  cap_not_for_broadcast: {
    class: "invalid_input",
    status: 422,
    title: "The alert may not be broadcast to the public",
  },
  cap_expired: { class: "invalid_input", status: 422, title: "The alert has expired" },
  cap_too_complex: {
    class: "invalid_input",
    status: 422,
    title: "The alert takes too long to judge",
  },

  unauthorized: { class: "unauthorized", status: 401, title: "A valid API key is needed" },
  sign_in_failed: {
    class: "unauthorized",
    status: 401,
    title: "The name, the password or the code is not right",
  },
  code_required: {
    class: "unauthorized",
    status: 401,
    title: "A code of the second factor is needed",
  },
  provider_sign_in_failed: {
    class: "unauthorized",
    status: 401,
    title: "The identity provider did not confirm who this is",
  },
  pairing_failed: {
    class: "unauthorized",
    status: 401,
    title: "The pairing code is not right, or no longer good",
  },
  forbidden: { class: "forbidden", status: 403, title: "The caller may not do that" },
  csrf_refused: {
    class: "forbidden",
    status: 403,
    title: "The request does not show that it comes from the page that signed in",
  },
  wrong_password: { class: "forbidden", status: 403, title: "The current password is not right" },
  wrong_code: { class: "forbidden", status: 403, title: "This is not the current code" },
  rate_limited: { class: "throttled", status: 429, title: "Too many requests" },
  too_many_attempts: { class: "throttled", status: 429, title: "Too many attempts to sign in" },
  own_submission: {
    class: "forbidden",
    status: 403,
    title: "The submitter of a broadcast may not approve it",
  },
  own_content: {
    class: "forbidden",
    status: 403,
    title: "The author of a broadcast's message may not approve it",
  },
  application_without_owner: {
    class: "forbidden",
    status: 403,
    title: "The application has no owner who answers for it, so it may not submit",
  },
  second_factor_required: {
    class: "forbidden",
    status: 403,
    title: "This step needs a session that was opened with a second factor",
  },
  step_up_required: {
    class: "forbidden",
    status: 403,
    title: "This step needs a fresh code of the second factor",
  },
  second_factor_wrong: {
    class: "forbidden",
    status: 403,
    title: "This is not the current code, or it was used before",
  },
  own_release: {
    class: "forbidden",
    status: 403,
    title: "The person who released a broadcast may not review the release",
  },

  not_independent: {
    class: "forbidden",
    status: 403,
    title: "The requester and the confirmer of the change go back to the same maker",
  },

  not_found: { class: "not_found", status: 404, title: "There is nothing at this address" },
  device_not_found: { class: "not_found", status: 404, title: "There is no such device" },
  repair_not_found: { class: "not_found", status: 404, title: "There is no such repair" },
  exchange_not_found: { class: "not_found", status: 404, title: "There is no such exchange" },
  region_not_found: { class: "not_found", status: 404, title: "There is no such region" },
  rejection_not_found: {
    class: "not_found",
    status: 404,
    title: "There is no such rejected message",
  },
  session_not_found: { class: "not_found", status: 404, title: "There is no such session" },
  tenant_not_found: { class: "not_found", status: 404, title: "There is no such tenant" },
  person_not_found: { class: "not_found", status: 404, title: "There is no such person" },
  application_not_found: { class: "not_found", status: 404, title: "There is no such application" },
  display_not_found: { class: "not_found", status: 404, title: "There is no such display" },
  key_not_found: { class: "not_found", status: 404, title: "The application has no such key" },
  change_not_found: { class: "not_found", status: 404, title: "There is no such change of access" },
  totp_not_found: { class: "not_found", status: 404, title: "No second factor is set up" },
  alarm_not_found: { class: "not_found", status: 404, title: "There is no such alarm" },
  template_not_found: { class: "not_found", status: 404, title: "There is no such template" },
  revision_not_found: {
    class: "not_found",
    status: 404,
    title: "The broadcast has no such revision on record",
  },
  broadcast_not_found: { class: "not_found", status: 404, title: "There is no such broadcast" },
  alert_not_found: {
    class: "not_found",
    status: 404,
    title: "No alert is kept that the broadcast was made of",
  },

  device_exists: { class: "conflict", status: 409, title: "A device with this id exists" },
  identity_taken: { class: "conflict", status: 409, title: "Another device has this identity" },
  tenant_exists: { class: "conflict", status: 409, title: "A tenant with this id exists" },
  principal_exists: {
    class: "conflict",
    status: 409,
    title: "A person or application with this id exists or has existed",
  },
  display_revoked: { class: "conflict", status: 409, title: "The display has been revoked" },
  key_ended: { class: "conflict", status: 409, title: "The key has been revoked or has expired" },
  change_decided: {
    class: "conflict",
    status: 409,
    title: "The change of access is no longer waiting",
  },
  gateway_in_use: {
    class: "conflict",
    status: 409,
    title: "Devices are still assigned to this gateway",
  },
  device_not_listening: {
    class: "conflict",
    status: 409,
    title: "Neither the device nor its gateway is connected and listening for its commands: try again later",
  },
  exchange_exists: {
    class: "conflict",
    status: 409,
    title: "An exchange of the counter is already on record for that moment",
  },
  exchange_contradicted: {
    class: "conflict",
    status: 409,
    title: "Readings on record contradict the registers",
  },
  nothing_to_repair: {
    class: "conflict",
    status: 409,
    title: "There is no such reading in the range",
  },
  already_undone: {
    class: "conflict",
    status: 409,
    title: "This repair has been undone",
  },
  repair_covered: {
    class: "conflict",
    status: 409,
    title: "A later repair has changed the same readings",
  },
  already_replayed: {
    class: "conflict",
    status: 409,
    title: "This message has been replayed and stored",
  },

  no_password: {
    class: "conflict",
    status: 409,
    title: "This person signs in through an identity provider and has no password here",
  },
  totp_exists: { class: "conflict", status: 409, title: "A second factor is set up already" },
  totp_not_started: { class: "conflict", status: 409, title: "No second factor is waiting for its code" },

  template_exists: {
    class: "conflict",
    status: 409,
    title: "There is a template for this event and level",
  },
  template_changed: {
    class: "conflict",
    status: 409,
    title: "The template has been changed in the meantime",
  },
  broadcast_state: {
    class: "conflict",
    status: 409,
    title: "The broadcast is not in a state that allows this",
  },
  broadcast_changed: {
    class: "conflict",
    status: 409,
    title: "The broadcast has been changed in the meantime",
  },
  broadcast_incomplete: {
    class: "conflict",
    status: 409,
    title: "The broadcast lacks something that it needs",
  },
  broadcast_expired: { class: "conflict", status: 409, title: "The broadcast's message has expired" },
  broadcast_superseded: {
    class: "conflict",
    status: 409,
    title: "A later alert supersedes the broadcast",
  },
  green_channel_closed: {
    class: "conflict",
    status: 409,
    title: "The green channel is not for a broadcast like this",
  },

  sign_in_busy: {
    class: "transient",
    status: 503,
    title: "Too many people are signing in at this moment",
  },
  cap_busy: { class: "transient", status: 503, title: "Too many large alerts are arriving at this moment" },
  provider_unavailable: {
    class: "transient",
    status: 503,
    title: "The identity provider cannot be reached at the moment",
  },
  signing_keys_missing: {
    class: "transient",
    status: 503,
    title: "This process does not have the keys by which the platform signs broadcasts",
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
  /** Of a text with lines, e.g. an XML document; both from 1. */
  readonly line?: number;
  readonly column?: number;
  /** A stable name of the rule that was broken, where there is one. */
  readonly rule?: string;
}

/**
 * One difference between the version that the caller has read and the present one: its JSON pointer, and both values.
 */
export interface Change {
  readonly path: string;
  /** Undefined: it was not there. */
  readonly before: unknown;
  /** Undefined: it is gone. */
  readonly after: unknown;
}

/**
 * The one error class of the platform. `message` says what, where and what was expected, and is shown to
 * the caller unless the class is `bug`.
 */
export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  /** Of `broadcast_changed`: the differences from the version that the caller had read. */
  readonly changes: readonly Change[];
  /** Seconds after which it is worth trying again, for the header Retry-After. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message?: string,
    options: {
      cause?: unknown;
      faults?: Fault[];
      changes?: readonly Change[];
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(message ?? ERRORS[code].title, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "PlatformError";
    this.code = code;
    this.faults = options.faults ?? [];
    this.changes = options.changes ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get class(): ErrorClass {
    return ERRORS[this.code].class;
  }
}
