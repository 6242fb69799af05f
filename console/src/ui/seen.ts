import { createContext, type RefObject, use, useEffect } from "react";

/** False for what is prepared, its questions under way, but not shown yet: nothing in it can take the focus. */
export const SeenContext = createContext(true);

/** Lets a heading take the focus once it is seen, where nothing else has it: a dialog or a field keeps it. */
export function useFocusOnceSeen(heading: RefObject<HTMLElement | null>): void {
  const isSeen = use(SeenContext);
  useEffect(() => {
    const hasNone = document.activeElement === document.body || document.activeElement === null;
    if (isSeen && hasNone) heading.current?.focus({ preventScroll: true });
  }, [isSeen, heading]);
}
