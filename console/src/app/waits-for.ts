import type { BroadcastItemJson } from "../api/broadcasts.ts";
import { type ActionName, type MeJson, mayDo } from "../api/session.ts";

/** What a broadcast waits for from this person; undefined when from somebody else. */
export type Waiting = "approve" | "review" | "returned";

/** True where all of its regions lie in areas in which the caller may do it. The platform decides for good. */
function mayDoThere(me: MeJson, action: ActionName, regions: readonly string[]): boolean {
  const areas = me.actions.find((one) => one.action === action)?.areas ?? [];
  return regions.every((region) =>
    areas.some(({ regions: own }) => own === "all" || own.some((code) => region.startsWith(code))),
  );
}

export function waitsFor(me: MeJson, broadcast: BroadcastItemJson): Waiting | undefined {
  const { state, review, regions, createdBy, submittedBy, approvedBy } = broadcast;
  const mayThere = (action: ActionName) => mayDo(me, action) && mayDoThere(me, action, regions);
  if (review === "open" && approvedBy !== me.id && mayThere("broadcasts:review")) return "review";
  // Whoever wrote or submitted it leaves it to another.
  if (state === "pending_approval" && ![createdBy, submittedBy].includes(me.id)) {
    return mayThere("broadcasts:approve") ? "approve" : undefined;
  }
  return state === "returned" && [createdBy, submittedBy].includes(me.id) ? "returned" : undefined;
}
