import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type BucketJson = components["schemas"]["Bucket"];
export type AggregateName = components["schemas"]["DeviceSeries"]["columns"][number]["aggregate"];
type DeviceSeriesJson = components["schemas"]["DeviceSeries"];
export type FleetSeriesJson = components["schemas"]["FleetSeries"];

/** One quantity of one device over a range, in Beijing's hours and days. */
export interface DeviceSeriesInput {
  readonly device: string;
  readonly metric: string;
  readonly aggregate: AggregateName;
  readonly interval: string;
  readonly from: string;
  /** Without it the range ends now. */
  readonly to?: string | undefined;
}

export const deviceSeriesQuery = ({ device, metric, to, ...rest }: DeviceSeriesInput) =>
  queryOptions({
    queryKey: ["series", "device", device, metric, rest, to],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/devices/{id}/series", {
          params: {
            path: { id: device },
            query: { metrics: metric, timeZone: "Asia/Shanghai", ...rest, ...(to !== undefined && { to }) },
          },
          headers: { accept: "application/json" },
          signal,
        }),
      ) as Promise<DeviceSeriesJson>,
  });

export type FleetSeriesInput = Pick<
  operations["getFleetSeries"]["parameters"]["query"],
  "kind" | "region" | "groupBy" | "level" | "from" | "to" | "metrics" | "interval"
>;

/** Pages of groups are put together up to so many: a county's villages, a township's meters. */
const MOST_PAGES = 20;
const GROUPS_A_PAGE = 1000;

/** The sum of a quantity by region or device, all groups of it. */
export const fleetSeriesQuery = (input: FleetSeriesInput) =>
  queryOptions({
    queryKey: ["series", "fleet", input],
    queryFn: async ({ signal }) => {
      const items: FleetSeriesJson["items"] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = {
          ...input,
          timeZone: "Asia/Shanghai",
          limit: GROUPS_A_PAGE,
          ...(cursor !== null && { cursor }),
        };
        const answer = (await read(
          api.GET("/v1/series", { params: { query }, headers: { accept: "application/json" }, signal }),
        )) as FleetSeriesJson;
        items.push(...answer.items);
        cursor = answer.nextCursor;
        if (cursor === null) return { ...answer, items };
      }
      throw new Error(`More than ${MOST_PAGES * GROUPS_A_PAGE} groups`);
    },
    staleTime: 60_000,
  });

/** A value of a bucket as a number; states and texts have none. */
export function bucketValue(bucket: BucketJson, metric: string, aggregate: AggregateName): number | null {
  const value = bucket.values[metric]?.[aggregate];
  return typeof value === "number" ? value : null;
}
