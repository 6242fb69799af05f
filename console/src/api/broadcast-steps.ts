import type { BroadcastStep } from "./broadcasts.ts";
import { api, read } from "./client.ts";

/** What comes with a step: the revision that was read, a reason, a code of the second factor. */
export interface StepInput {
  readonly revision: number;
  readonly reason?: string;
  readonly code?: string;
  readonly acknowledgeSuperseded?: boolean;
}

/** Takes a step. @throws ApiError `broadcast_state`, `broadcast_changed`, `own_submission` … */
export function takeStep(
  id: string,
  step: Exclude<BroadcastStep, "change">,
  input: StepInput,
  signal?: AbortSignal,
) {
  const params = { path: { id } };
  // The paths are written out so that each is checked with the body that it takes.
  switch (step) {
    case "submit":
      return read(api.POST("/v1/broadcasts/{id}/submit", { params, body: input }));
    case "approve":
      return read(api.POST("/v1/broadcasts/{id}/approve", { params, body: input }));
    case "release":
      return read(api.POST("/v1/broadcasts/{id}/release", { params, body: input }));
    case "retry":
      return read(api.POST("/v1/broadcasts/{id}/retry", { params, body: input }));
    default:
      return read(
        api.POST(`/v1/broadcasts/{id}/${step}`, {
          params,
          body: { ...input, reason: input.reason ?? "" },
          ...(signal && { signal }),
        }),
      );
  }
}

/** True for the answer to a cancellation whose stop is on record, and not on its way yet. */
export const isStopPending = (answer: object): boolean => "stop" in answer && answer.stop === "on_record";

export const addBroadcastNote = (id: string, text: string) =>
  read(api.POST("/v1/broadcasts/{id}/notes", { params: { path: { id } }, body: { text } }));

/** Writes the draft of an all-clear, a correction or an extension; it sends nothing. */
export const followUpBroadcast = (id: string, type: "all_clear" | "correction" | "extension") =>
  read(api.POST("/v1/broadcasts/{id}/follow-up", { params: { path: { id } }, body: { type } }));
