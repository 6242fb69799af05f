import type { BroadcastItemJson } from "../../api/broadcasts.ts";

/** The steps from a leak to a village that has heard. */
export const TOUR_STEPS = ["leak", "draft", "submit", "approve", "sound", "coverage"] as const;
export type TourStep = (typeof TOUR_STEPS)[number];

/** Whose step it is: the first four of the demo's people. */
export const STEP_ROLES: Readonly<Partial<Record<TourStep, string>>> = {
  draft: "dispatcher",
  submit: "dispatcher",
  approve: "approver",
};

/** What the tour knows of the demo. */
export interface TourState {
  /** True where some meter has reported a leak. */
  readonly hasLeak: boolean;
  /** The newest broadcast that an alarm has proposed. */
  readonly proposal: BroadcastItemJson | undefined;
}

/** The newest broadcast that an alarm proposed; lists begin with the newest. */
export const proposalAmong = (broadcasts: readonly BroadcastItemJson[]): BroadcastItemJson | undefined =>
  broadcasts.find(({ proposedByAlarm }) => proposedByAlarm !== null);

/** The steps that are done, by what the platform says and nothing else. */
export function doneSteps({ hasLeak, proposal }: TourState): ReadonlySet<TourStep> {
  const done = new Set<TourStep>();
  if (hasLeak || proposal) done.add("leak");
  if (!proposal) return done;
  done.add("draft");
  if (proposal.submittedBy !== null || proposal.approvedBy !== null) done.add("submit");
  if (proposal.approvedBy !== null && proposal.releasedAt !== null) done.add("approve");
  if ((proposal.counts?.sounded ?? 0) > 0) done.add("sound");
  if (done.has("sound") && proposal.endedAt !== null) done.add("coverage");
  return done;
}

/** Where the step is taken. */
export function stepHref(step: TourStep, proposal: BroadcastItemJson | undefined): string {
  if (step === "leak") return "/alarms?state=all&sort=raisedAt";
  return proposal ? `/broadcasts/${encodeURIComponent(proposal.id)}` : "/alarms?state=all&sort=raisedAt";
}
