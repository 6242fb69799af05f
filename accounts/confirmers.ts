import { decide, mayGive, type Principal } from "../access/decide.ts";
import { type Limits, within } from "../access/limits.ts";
import { type AccessChange, behindChange, getPrincipal, makersOf } from "../store/access/index.ts";
import { type Db, NO_LIMITS } from "../store/database/index.ts";
import { knownGrant } from "./grants.ts";

/** The people who may let a change hold at once. */
export interface Confirmers {
  /** True when the caller may. */
  readonly you: boolean;
  /** People whose grants all lie within the caller's limits. */
  readonly people: readonly Pick<Principal, "id" | "name">[];
  /** The number of people who may, beside these and the caller. */
  readonly others: number;
}

/**
 * Finds who of `everybody` may confirm each change, by the same rules as `confirmChange`. It serves one page of
 * changes, so that it asks the database for each thing once.
 */
export function createConfirmers(
  db: Db,
  everybody: readonly Principal[],
  asker: { readonly principal: Principal; readonly limits: Limits },
): (change: AccessChange) => Promise<Confirmers> {
  const administrators = everybody
    .filter((person) => decide(person, "access:write").allowed)
    .map((person) => ({
      person,
      isShown: within(
        person.grants.map(({ area }) => area),
        asker.limits,
      ),
    }));
  const makersFor = onceEach((id) => makersOf(db, id));
  /** The people who may manage a person. */
  const managersOf = onceEach(async (id) => {
    const { grants } = await getPrincipal(db, "person", id, NO_LIMITS);
    const known = grants.flatMap((grant) => knownGrant(grant) ?? []);
    return administrators.filter(({ person }) => known.every((grant) => mayGive(person, grant)));
  });
  return async (change) => {
    const managers = await managersOf(change.principalId);
    const theirs = await behindChange(db, change);
    const able: typeof administrators = [];
    for (const manager of managers) {
      const own = await makersFor(manager.person.id);
      if (![...own].some((id) => theirs.has(id))) able.push(manager);
    }
    const isYou = ({ person }: (typeof able)[number]) => person.id === asker.principal.id;
    return {
      you: able.some(isYou),
      people: able.flatMap(({ isShown, person: { id, name } }) => (isShown ? { id, name } : [])),
      others: able.filter((one) => !one.isShown && !isYou(one)).length,
    };
  };
}

/** Asks for each id once. */
function onceEach<T>(ask: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (id) => {
    const found = known.get(id) ?? ask(id);
    known.set(id, found);
    return found;
  };
}
