import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { StreamEvents } from "../../../api/contract.ts";
import {
  type BroadcastItemJson,
  type BroadcastJson,
  type BroadcastState,
  broadcastKeys,
} from "./broadcasts.ts";

type BroadcastEvent = StreamEvents["broadcast"];
interface ListPage {
  readonly items: readonly BroadcastItemJson[];
}
type CachedList = ListPage | { readonly pages: readonly ListPage[] };

/** States as of the last event, so that lists are read again when one changes and not at each count. */
const lastStates = new Map<string, BroadcastState>();

function patchPage<P extends ListPage>(page: P, { id, state, counts }: BroadcastEvent): P {
  if (!page.items.some((item) => item.id === id)) return page;
  const items = page.items.map((item) =>
    item.id === id ? { ...item, state, counts: counts ?? item.counts } : item,
  );
  return { ...page, items };
}

/**
 * Takes an event of a broadcast into the cache: counts are patched wherever it is shown, without a request.
 * @returns the keys of what the event does not hold and has made old: lists when the state changes, the broadcast
 * itself also when its text may have
 */
export function takeUpBroadcast(client: QueryClient, event: BroadcastEvent): readonly QueryKey[] {
  const { id, state, counts } = event;
  client.setQueriesData<CachedList>({ queryKey: broadcastKeys.lists }, (list) => {
    if (list === undefined) return list;
    return "pages" in list
      ? { ...list, pages: list.pages.map((page) => patchPage(page, event)) }
      : patchPage(list, event);
  });
  client.setQueryData<BroadcastJson>(
    broadcastKeys.one(id),
    (one) => one && { ...one, state, counts: counts ?? one.counts },
  );
  // Without counts it was written or decided on, or the caller is not told them here.
  const isMore = lastStates.get(id) !== state || counts === null;
  lastStates.set(id, state);
  return isMore ? [broadcastKeys.lists, broadcastKeys.one(id), broadcastKeys.history(id), ["summary"]] : [];
}
