import { z } from "zod";
import { OUTCOMES, type StartOrder, startOrderSchema } from "../../broadcast/contract/index.ts";
import { type TrustMemory, trustMemorySchema } from "./trust.ts";

/** A reply as this terminal makes it. */
const madeReplySchema = z.looseObject({
  commandId: z.string(),
  outcome: z.enum(OUTCOMES),
  observedAt: z.string(),
});
export type MadeReply = Readonly<z.infer<typeof madeReplySchema>>;

const taskSchema = z.object({
  commandId: z.string(),
  phase: z.enum(["waiting", "playing", "interrupted", "done"]),
  /** The time that has sounded, in milliseconds. */
  soundedMs: z.number(),
  /** True when a measurement showed that it sounds. */
  measured: z.boolean().optional(),
  /** The answers so far, which it gives again when the command comes again. */
  replies: z.array(madeReplySchema),
});
const stopSchema = z.object({ broadcastId: z.string(), until: z.number(), reply: madeReplySchema });
const terminalMemorySchema = z.object({ tasks: z.array(taskSchema), stops: z.array(stopSchema) });

/**
 * The part of a terminal's state that must survive a restart: the orders that it has obeyed, and those that were
 * cancelled.
 */
export interface TerminalMemory {
  readonly tasks: readonly (z.infer<typeof taskSchema> & { readonly order: StartOrder })[];
  readonly stops: readonly z.infer<typeof stopSchema>[];
}

/** The memory of a whole fleet. Orders are the same for all, and stand there once, by command. */
export const fleetMemorySchema = z.object({
  version: z.literal(1),
  orders: z.record(z.string(), startOrderSchema),
  speakers: z.record(z.string(), terminalMemorySchema),
  /** The keys that it believes; absent where it was given no root. */
  trust: trustMemorySchema.optional(),
});
export type FleetMemory = z.infer<typeof fleetMemorySchema>;

/** Puts the memories of a fleet together; speakers with an empty memory are left out. */
export function packMemories(
  memories: Iterable<readonly [id: string, TerminalMemory]>,
  trust?: TrustMemory,
): FleetMemory {
  const packed: FleetMemory = { version: 1, orders: {}, speakers: {}, ...(trust ? { trust } : {}) };
  for (const [id, { tasks, stops }] of memories) {
    if (tasks.length === 0 && stops.length === 0) continue;
    for (const { commandId, order } of tasks) packed.orders[commandId] = order;
    packed.speakers[id] = { tasks: tasks.map(({ order: _order, ...task }) => task), stops: [...stops] };
  }
  return packed;
}

/** One speaker's part of it. */
export function unpackMemory(fleet: FleetMemory, id: string): TerminalMemory | undefined {
  const own = fleet.speakers[id];
  if (!own) return undefined;
  const tasks = own.tasks.flatMap((task) => {
    const order = fleet.orders[task.commandId];
    return order ? [{ ...task, order }] : [];
  });
  return { tasks, stops: own.stops };
}
