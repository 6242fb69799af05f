import { useEffect, useState } from "react";

/** How long the place of a line that has gone is kept, in milliseconds: longer than it takes to see and press. */
const STAYS_MS = 6_000;

/** A line among others that come and go by themselves. */
interface Kept<T> {
  readonly id: string;
  /** As it was when it came. */
  readonly first: T;
  readonly isGone: boolean;
}

function placed<T extends { readonly id: string }>(
  places: readonly Kept<T>[],
  current: readonly T[],
): readonly Kept<T>[] {
  const ids = new Set(current.map(({ id }) => id));
  const known = new Set(places.map(({ id }) => id));
  const come = current.filter(({ id }) => !known.has(id));
  if (come.length === 0 && places.every(({ id, isGone }) => isGone !== ids.has(id))) return places;
  return [
    ...places.map((place) => ({ ...place, isGone: !ids.has(place.id) })),
    ...come.map((first) => ({ id: first.id, first, isGone: false })),
  ];
}

function onlyOf<T extends { readonly id: string }>(
  places: readonly Kept<T>[],
  current: readonly T[],
): readonly Kept<T>[] {
  const left = places.filter((place) => current.some(({ id }) => id === place.id));
  return left.length === places.length ? places : left;
}

/**
 * Keeps lines with buttons in their places, so that a press that is on its way does not meet another one: what comes is
 * put at the end, and what goes leaves its place only some seconds later, and never under a pointer.
 * @param isKnown false while the list is not known, as when somebody's rights have changed: then no place is kept
 */
export function useKeptPlaces<T extends { readonly id: string }>(
  current: readonly T[],
  { isKnown, isHeld }: { readonly isKnown: boolean; readonly isHeld: boolean },
): readonly Kept<T>[] {
  const [places, setPlaces] = useState<readonly Kept<T>[]>([]);
  const next = placed(isKnown ? places : onlyOf(places, current), current);
  if (next !== places) setPlaces(next);
  const gone = next.filter(({ isGone }) => isGone).length;
  useEffect(() => {
    if (gone === 0 || isHeld) return;
    const timer = setTimeout(() => setPlaces((now) => now.filter(({ isGone }) => !isGone)), STAYS_MS);
    return () => clearTimeout(timer);
  }, [gone, isHeld]);
  return next;
}
