import {
  type BroadcastCaller,
  type BroadcastDeps,
  getBroadcast,
} from "../../broadcast/lifecycle/operation.ts";
import * as service from "../../broadcast/operations/decisions.ts";
import type { DecisionRequest } from "../../broadcast/operations/requests.ts";
import type { Broadcast } from "../../store/broadcast/broadcasts.ts";

export { cancel } from "../../broadcast/operations/cancel.ts";
export { review } from "../../broadcast/operations/decisions.ts";
export { retry } from "../../broadcast/operations/retry.ts";

/** Steps as the service takes them, by somebody who has looked at the present revision unless another is named. */
type Decide = (
  deps: BroadcastDeps,
  caller: BroadcastCaller,
  id: string,
  request: Partial<DecisionRequest>,
) => Promise<Broadcast>;

const havingLooked =
  (take: typeof service.submit): Decide =>
  async (deps, caller, id, request) => {
    const revision = request.revision ?? (await getBroadcast(deps.pool, caller, id)).revision;
    return take(deps, caller, id, { ...request, revision });
  };

export const submit = havingLooked(service.submit);
export const returnDraft = havingLooked(service.returnDraft);
export const reject = havingLooked(service.reject);
export const approve = havingLooked(service.approve);
export const release = havingLooked(service.release);
