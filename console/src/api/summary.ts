import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type SummaryJson = components["schemas"]["Summary"];
/** One part of a region with its counts. */
export type SummaryPart = SummaryJson["items"][number];
export type StatusCounts = SummaryJson["total"]["devices"][string];
type RegionLevelName = SummaryJson["level"];

/** Devices by status, alarms and broadcasts of each part of a region; without a region, of everything. */
export const summaryQuery = (region: string | undefined, level?: RegionLevelName) =>
  queryOptions({
    queryKey: ["summary", region ?? "", level ?? ""],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/summary", {
          params: { query: { ...(region && { region }), ...(level && { level }) } },
          signal,
        }),
      ),
  });
