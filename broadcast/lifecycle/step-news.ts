import { z } from "zod";
import type { NewsPiece, ToldNews } from "../../store/processes/index.ts";
import type { LifecycleAction } from "./lifecycle.ts";

const TOPIC = "dispatch.order";

/** Steps of people that change what speakers are to do. */
const ACTIONS = ["dispatch", "retry", "cancel"] as const;

const orderSchema = z.object({
  broadcastNo: z.int(),
  action: z.enum(ACTIONS),
  /** The last attempt. */
  attempt: z.int(),
});

/** A step that the process which dispatches has to act on, wherever it was taken. */
export type DispatchOrder = z.infer<typeof orderSchema>;

/** The news of a step, if it is for the process that dispatches. */
export function orderNews(
  action: LifecycleAction,
  { broadcastNo, releasedAt, attempt }: { broadcastNo: number; releasedAt: Date | null; attempt: number },
): ToldNews[] {
  const known = ACTIONS.find((one) => one === action);
  if (!known || releasedAt === null) return [];
  return [{ topic: TOPIC, payload: { broadcastNo, action: known, attempt } satisfies DispatchOrder }];
}

export const readOrderNews = ({ topic, payload }: NewsPiece): DispatchOrder | undefined =>
  topic === TOPIC ? orderSchema.parse(payload) : undefined;
