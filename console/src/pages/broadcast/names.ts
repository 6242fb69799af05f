import { useQuery } from "@tanstack/react-query";
import { historyQuery } from "../../api/broadcast-record.ts";

/** Names of the people who took part, by their ids; the history knows them. */
export function usePeopleNames(id: string): (person: string | null) => string {
  const history = useQuery(historyQuery(id));
  const names = new Map(history.data?.items.map(({ actor }) => [actor.id, actor.name ?? actor.id]));
  return (person) => names.get(person) ?? person ?? "—";
}

/** The last step of one kind, such as the submission. */
export function useLastStep(id: string, ...actions: readonly string[]) {
  const history = useQuery(historyQuery(id));
  return history.data?.items.findLast(({ action }) => actions.includes(action));
}
