import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

/** Drops what was read for one person when another one has come in at this browser, in whatever tab. */
export function useOnlyOwn(person: string | undefined): void {
  const queries = useQueryClient();
  const former = useRef(person);
  useEffect(() => {
    const before = former.current;
    former.current = person;
    if (before === undefined || person === undefined || before === person) return;
    void queries.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== "me" });
  }, [person, queries]);
}
