/**
 * The reasons why a message, or one reading of a message, is not stored. The list is closed: metrics, the API and the
 * documentation name the same reasons, and a reason is never reused for something else.
 */
export const REASONS = {
  not_json: "the payload is not JSON in UTF-8",
  bad_frame: "the packet is whole, and what it says cannot be understood",
  payload_too_large: "the payload is larger than 256 KiB",
  too_deep: "values are nested more than 16 levels deep",
  bad_shape: "the JSON does not have the shape that this topic takes",
  empty: "there is nothing in it",
  no_quantity: "the reading has no quantity that the kind knows",
  bad_type: "a quantity has a value of the wrong type, or the other keys cannot be kept",
  off_scale: "a quantity is outside its plausible range",
  sensor_fault: "a quantity has the value that its sensor sends when it has none",
  conflict: "another value is stored for the same device, moment and quantity",
  time_missing: "an item of an array of several has no observedAt, or another key carries its time",
  bad_time: "observedAt is neither RFC 3339 nor whole epoch milliseconds",
  clock_ahead: "observedAt is more than 24 hours ahead of our clock",
  clock_unset: "observedAt is before 2015, as on a device whose clock was never set",
  too_old: "observedAt lies further back than readings of the kind are kept",
  bad_text: "a text holds a NUL character or half of a surrogate pair, which cannot be stored",
  unknown_device: "there is no such device, or it has another owner",
  not_assigned: "the device is not assigned to this gateway",
  unknown_event: "the device's kind has no such event",
  foreign_topic: "a device may publish only on its own topics",
  rate_limited: "QoS 0 messages came faster than the device's rate limit and burst",
  store_refused: "the database refused the row",
} as const;

export type Reason = keyof typeof REASONS;

/** A refusal: the reason, the expectation and its place. */
export interface Refusal {
  readonly reason: Reason;
  readonly detail: string;
}

/**
 * @param detail a function is called when the detail is read: of thousands of items that one message has refused for
 * one reason, only the first is put into words
 */
export function refuse(reason: Reason, detail: string | (() => string) = REASONS[reason]): Refusal {
  if (typeof detail === "string") return { reason, detail };
  return {
    reason,
    get detail() {
      return detail();
    },
  };
}

/** True when a step's answer is a refusal. */
export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === "object" && answer !== null && "reason" in answer && "detail" in answer;
}
