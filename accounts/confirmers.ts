import { decide, mayGive, type Principal } from "../access/decide.ts";
import { type Limits, within } from "../access/limits.ts";
import { type AccessChange, behindChange, makersOf } from "../store/access-changes.ts";
import type { Db } from "../store/database.ts";
import { NO_LIMITS } from "../store/limits.ts";
import { getPrincipal } from "../store/principals.ts";
import { knownGrant } from "./grants.ts";

/** Who may let a change hold at once. */
export interface Confirmers {
  /** Whether whoever asks may. */
  readonly you: boolean;
  /** Those whose grants all lie within the limits of whoever asks. */
  readonly people: readonly Pick<Principal, "id" | "name">[];
  /** How many may beside these and whoever asks. */
  readonly others: number;
}

/**
 * Who of `everybody` may confirm each change, by the same rules as `confirmChange`. For one page of changes, so that
 * what is asked of the database for one of them is not asked again for the next.
 */
export function createConfirmers(
  db: Db,
  everybody: readonly Principal[],
  asker: { readonly principal: Principal; readonly limits: Limits },
): (change: AccessChange) => Promise<Confirmers> {
  const administrators = everybody.filter((person) => decide(person, "access:write").allowed);
  const makers = new Map<string, Promise<Set<string>>>();
  const makersFor = (id: string) => {
    const found = makers.get(id) ?? makersOf(db, id);
    makers.set(id, found);
    return found;
  };
  return async (change) => {
    const { grants } = await getPrincipal(db, "person", change.principalId, NO_LIMITS);
    const known = grants.flatMap((grant) => knownGrant(grant) ?? []);
    const theirs = await behindChange(db, change);
    const able: Principal[] = [];
    for (const person of administrators) {
      if (!known.every((grant) => mayGive(person, grant))) continue;
      const own = await makersFor(person.id);
      if (![...own].some((id) => theirs.has(id))) able.push(person);
    }
    const you = able.some(({ id }) => id === asker.principal.id);
    const people = able.filter((person) =>
      within(
        person.grants.map(({ area }) => area),
        asker.limits,
      ),
    );
    const rest = able.filter((person) => !people.includes(person) && person.id !== asker.principal.id);
    return { you, people: people.map(({ id, name }) => ({ id, name })), others: rest.length };
  };
}
