export { approversAmong, type ToApprove, toBeWritten } from "./approvers.ts";
export { airedUntil, alertExpiry, expiryOf } from "./expiry.ts";
export {
  EDITABLE_STATES,
  ENDED_STATES,
  isCancellable,
  isUnreleased,
  type LifecycleAction,
  nextState,
  peopleEverBehind,
  STATES,
  type State,
} from "./lifecycle.ts";
export { assertMayStep, assertReach } from "./may-step.ts";
export {
  assertAimWithin,
  assertRevision,
  type BroadcastCaller,
  type BroadcastDeps,
  type BroadcastDispatcher,
  getBroadcast,
  type StopProgress,
} from "./operation.ts";
export { recordingRefusals, recordLookBeyond } from "./refusals.ts";
export { beyondTest, findWider, MOST_REPLACED, readEachOnce, refusesToReplace } from "./replacing.ts";
export { type DispatchOrder, readOrderNews } from "./step-news.ts";
export { takeStep } from "./steps.ts";
export { type BroadcastPlace, broadcastReach, seesBroadcast, seesWhole } from "./visibility.ts";
