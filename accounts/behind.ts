import { CREDENTIAL_KINDS } from "../store/access-changes.ts";
import type { AccessSnapshot } from "../store/access-snapshot.ts";

/**
 * Who may be acting through somebody. An application is in the hands of its owner and of whoever was shown a key of
 * it. A person is in the hands of those who made them, changed how they sign in or let them in again, for as long as
 * that waits: by then everybody concerned has been told. Who only granted something cannot act as them. And who is
 * behind one of these is behind the first one too.
 * @param now epoch milliseconds
 * @returns for an id, the ids of the others, in order
 */
export function findBehind(
  snapshot: Pick<AccessSnapshot, "principals" | "keys" | "changes">,
  now: number,
): (id: string) => readonly string[] {
  const direct = new Map<string, Set<string>>();
  const add = (id: string, behind: string) => {
    const known = direct.get(id);
    if (known) known.add(behind);
    else direct.set(id, new Set([behind]));
  };
  for (const { id, ownerId } of snapshot.principals) if (ownerId !== null) add(id, ownerId);
  for (const { principalId, madeBy } of snapshot.keys) if (madeBy !== null) add(principalId, madeBy);
  const people = new Set(snapshot.principals.flatMap(({ type, id }) => (type === "person" ? [id] : [])));
  for (const { principalId, kind, askedBy, until } of snapshot.changes) {
    const isHand = people.has(principalId) && CREDENTIAL_KINDS.includes(kind);
    if (isHand && until.getTime() > now) add(principalId, askedBy);
  }
  return (id) => {
    const found = new Set<string>([id]);
    // A set goes on to what is added to it meanwhile.
    for (const each of found) for (const behind of direct.get(each) ?? []) found.add(behind);
    found.delete(id);
    return [...found].sort();
  };
}

/** When the next change that waits is settled by itself, in epoch milliseconds; infinite when none does. */
export function nextSettled({ changes }: Pick<AccessSnapshot, "changes">, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { until } of changes) if (until.getTime() > now) next = Math.min(next, until.getTime());
  return next;
}
