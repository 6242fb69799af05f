import { type AccessSnapshot, CREDENTIAL_KINDS } from "../store/access/index.ts";

/**
 * Finds the people and applications that may be acting through another. Behind an application are its owner, the people
 * who were shown a key of it, and those who answered for it or gave it to another owner while a key that opened then
 * still opens. Behind a person are those who made them, changed how they sign in or let them in again. A person who
 * only granted something cannot act as them. Whoever is behind one of these is behind the first one too.
 * @param now epoch milliseconds; given, the people behind a person count for as long as the change waits. Without it
 * they count until another administrator has confirmed them, or the machine has given another password
 * @returns for an id, the ids of the others, in order
 */
export function findBehind(
  snapshot: Pick<AccessSnapshot, "principals" | "keys" | "changes">,
  now?: number,
): (id: string) => readonly string[] {
  const direct = new Map<string, Set<string>>();
  const add = (id: string, behind: string) => {
    const known = direct.get(id);
    if (known) known.add(behind);
    else direct.set(id, new Set([behind]));
  };
  for (const { id, ownerId } of snapshot.principals) if (ownerId !== null) add(id, ownerId);
  /** For each application, the moment when the oldest of its keys that still open was made. */
  const oldest = new Map<string, number>();
  for (const { principalId, madeBy, createdAt } of snapshot.keys) {
    if (madeBy !== null) add(principalId, madeBy);
    oldest.set(
      principalId,
      Math.min(oldest.get(principalId) ?? Number.POSITIVE_INFINITY, createdAt.getTime()),
    );
  }
  const people = new Set(snapshot.principals.flatMap(({ type, id }) => (type === "person" ? [id] : [])));
  for (const { principalId, kind, askedBy, askedAt, until, formerOwner } of snapshot.changes) {
    if (kind === "owner") {
      if ((oldest.get(principalId) ?? Number.POSITIVE_INFINITY) > askedAt.getTime()) continue;
      add(principalId, askedBy);
      if (formerOwner !== null) add(principalId, formerOwner);
      continue;
    }
    const isHand = people.has(principalId) && CREDENTIAL_KINDS.includes(kind);
    if (isHand && (now === undefined || until.getTime() > now)) add(principalId, askedBy);
  }
  return (id) => {
    const found = new Set<string>([id]);
    // Iterating a set also visits the members that are added during the iteration.
    for (const each of found) for (const behind of direct.get(each) ?? []) found.add(behind);
    found.delete(id);
    return [...found].sort();
  };
}

/** The moment when the next waiting change settles by itself, in epoch milliseconds; infinite when none waits. */
export function nextSettled({ changes }: Pick<AccessSnapshot, "changes">, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { until } of changes) if (until.getTime() > now) next = Math.min(next, until.getTime());
  return next;
}
