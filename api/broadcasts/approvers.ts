import type { z } from "zod";
import { decide, type Principal } from "../../access/decide.ts";
import type { Action } from "../../access/roles.ts";
import type { People } from "../../accounts/people.ts";
import { approversAmong, type ToApprove } from "../../broadcast/lifecycle/index.ts";
import type { Aim } from "../../broadcast/targets/index.ts";
import type { approversSchema } from "./deciding-schema.ts";

/** A caller who may do one of these to all of a broadcast may know who could approve it. */
const DECIDING: readonly Action[] = ["broadcasts:submit", "broadcasts:approve", "broadcasts:release"];

/**
 * The people who could approve a broadcast, stored or not yet, those who can be reached at once first.
 * @returns undefined for a caller who may neither submit nor decide on all of it
 */
export async function findApprovers(
  people: People,
  broadcast: ToApprove,
  aim: Aim,
  principal: Principal,
  now: Date,
): Promise<z.output<typeof approversSchema> | undefined> {
  let mayKnow = false;
  for (const action of DECIDING) {
    const decision = decide(principal, action);
    mayKnow ||= decision.allowed && (await aim.isWithin(decision.limits));
  }
  if (!mayKnow) return undefined;
  const found = await approversAmong(people.everybody(), broadcast, aim, principal, now);
  const signedIn = await people.sessions.signedIn(found.map(({ person }) => person.id));
  const items = found.flatMap(({ person: { id, name, tenantId }, until }) =>
    until ? [] : { ...{ id, name, tenantId }, signedIn: signedIn.has(id) },
  );
  const waiting = found.flatMap(({ person: { id, name }, until }) => (until ? { id, name, until } : []));
  items.sort((a, b) => Number(b.signedIn) - Number(a.signedIn) || a.id.localeCompare(b.id));
  waiting.sort((a, b) => a.until.getTime() - b.until.getTime() || a.id.localeCompare(b.id));
  return { items, waiting };
}
