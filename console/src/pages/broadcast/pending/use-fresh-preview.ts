import { useQuery } from "@tanstack/react-query";
import { storedPreviewQuery } from "../../../api/broadcasts.ts";
import { clockOffset } from "../../../api/clock.ts";
import { useNow } from "../../../ui/now.ts";

/** It is computed again after so long, in milliseconds. */
const AGAIN_MS = 20_000;
/** No step is taken on one that is older. */
const FRESH_MS = 30_000;

/** What the broadcast would reach now, computed again every 20 seconds, and how old it is. */
export function useFreshPreview(id: string, revision: number) {
  const query = useQuery({ ...storedPreviewQuery(id, revision), refetchInterval: AGAIN_MS });
  const now = useNow() - clockOffset();
  const age = Math.max(0, now - query.dataUpdatedAt);
  return { query, age, fresh: query.data !== undefined && age <= FRESH_MS };
}
