import { useQuery, useQueryClient } from "@tanstack/react-query";
import { approversQuery } from "../../api/broadcast-record.ts";
import { broadcastQuery, storedPreviewQuery } from "../../api/broadcasts.ts";
import { useNow } from "../../ui/now.ts";
import { nameRegions } from "./prefill.ts";

/** The numbers under somebody's finger are computed anew so often, in milliseconds. */
const CHECK_AGAIN_MS = 10_000;

/** A stored broadcast with what it would reach now: everything that somebody decides on. */
export function useChecked(id: string) {
  const client = useQueryClient();
  const broadcast = useQuery(broadcastQuery(id));
  const { revision, message } = broadcast.data ?? {};
  const preview = useQuery({
    ...storedPreviewQuery(id, revision),
    enabled: revision !== undefined,
    refetchInterval: CHECK_AGAIN_MS,
    // The numbers of the revision before stay to be seen, and count for nothing.
    placeholderData: (last) => last,
  });
  const approvers = useQuery(approversQuery(id));
  const { regions = [], exclude = [] } = message?.target ?? {};
  const names = useQuery({
    queryKey: ["regions", "names", regions, exclude],
    queryFn: async () => ({
      regions: await nameRegions(client, regions),
      exclude: await nameRegions(client, exclude),
    }),
    enabled: message !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useNow();
  return {
    broadcast,
    preview,
    approvers: approvers.data,
    names: names.data,
    ageMs: preview.isPlaceholderData
      ? Number.POSITIVE_INFINITY
      : Math.max(0, Date.now() - preview.dataUpdatedAt),
    again: () => {
      void broadcast.refetch();
      void preview.refetch();
    },
  } as const;
}

export type Checked = ReturnType<typeof useChecked>;
