import { type BroadcastJson, type BroadcastStep, ON_AIR } from "../../api/broadcasts.ts";

/** Where a broadcast is in its life, as far as its page is concerned. */
export type Phase = "written" | "pending" | "onAir" | "over";

export function phaseOf({ state }: Pick<BroadcastJson, "state">): Phase {
  if (state === "pending_approval") return "pending";
  if (state === "draft" || state === "returned") return "written";
  return ON_AIR.includes(state) ? "onAir" : "over";
}

/** Whether the caller may take a step now, or the reason why not. */
export const stepOf = ({ steps }: Pick<BroadcastJson, "steps">, action: BroadcastStep) =>
  steps.find((step) => step.action === action);

export const maySo = (broadcast: Pick<BroadcastJson, "steps">, action: BroadcastStep): boolean =>
  stepOf(broadcast, action)?.allowed === true;

/** The headline in the language of the page, where the broadcast is read in it. */
export function headlineOf(
  { headline, message }: Pick<BroadcastJson, "headline" | "message">,
  language: "zh" | "en",
): string {
  return message.texts.find((text) => text.language.startsWith(language))?.headline || headline;
}
