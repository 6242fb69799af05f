import type { Action } from "./roles.ts";

/**
 * The steps that a person or application can take on a broadcast, in the order in which they are shown, and the action
 * that each needs.
 */
export const ACTION_OF_STEP = {
  change: "broadcasts:draft",
  submit: "broadcasts:submit",
  approve: "broadcasts:approve",
  return: "broadcasts:approve",
  reject: "broadcasts:approve",
  release: "broadcasts:release",
  cancel: "broadcasts:cancel",
  retry: "broadcasts:retry",
  review: "broadcasts:review",
} as const satisfies Readonly<Record<string, Action>>;
export type CallersStep = keyof typeof ACTION_OF_STEP;

export const CALLERS_STEPS = Object.keys(ACTION_OF_STEP) as readonly CallersStep[];

/** Steps that decide something: these can ask for a second factor. Writing is not among them. */
export type DecidingStep = Exclude<CallersStep, "change">;
export const DECIDING_STEPS: readonly DecidingStep[] = CALLERS_STEPS.filter((step) => step !== "change");
