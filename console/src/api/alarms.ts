import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components, operations } from "./schema.ts";

export type AlarmJson = components["schemas"]["Alarm"];
export type AlarmFilters = Omit<
  NonNullable<operations["listAlarms"]["parameters"]["query"]>,
  "cursor" | "limit"
>;

const LIST_PAGE = 50;
/** So many of the most urgent are asked for at once; beyond them a count says "at least". */
export const MOST_URGENT = 100;

/** A list page by page. */
export const alarmPages = (filters: AlarmFilters) =>
  infiniteQueryOptions({
    queryKey: ["alarms", "pages", filters],
    queryFn: ({ pageParam, signal }) =>
      read(
        api.GET("/v1/alarms", {
          params: { query: { ...filters, limit: LIST_PAGE, ...(pageParam ? { cursor: pageParam } : {}) } },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.nextCursor,
  });

/** What nobody has acknowledged, the most urgent first. */
export const unacknowledgedQuery = (region?: string) =>
  queryOptions({
    queryKey: ["alarms", "unacknowledged", region ?? ""],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/alarms", {
          params: {
            query: {
              acknowledged: "false",
              sort: "severity",
              limit: MOST_URGENT,
              ...(region && { region }),
            },
          },
          signal,
        }),
      ),
  });

/** The last one that was raised, whatever became of it: since when it is quiet. */
export const latestAlarmQuery = queryOptions({
  queryKey: ["alarms", "latest"],
  queryFn: ({ signal }) =>
    read(api.GET("/v1/alarms", { params: { query: { state: "all", limit: 1 } }, signal })),
});

/** The newest alarm of a rule, whatever became of it. */
export const alarmsOfRuleQuery = (rule: string) =>
  queryOptions({
    queryKey: ["alarms", "rule", rule],
    queryFn: ({ signal }) =>
      read(api.GET("/v1/alarms", { params: { query: { state: "all", rule, limit: 1 } }, signal })),
  });

/** The alarm is the caller's now. @throws ApiError `alarm_not_found`, `forbidden` */
export const acknowledgeAlarm = (id: number, note: string | undefined): Promise<AlarmJson> =>
  read(
    api.POST("/v1/alarms/{id}/acknowledge", {
      params: { path: { id } },
      body: note === undefined ? {} : { note },
    }),
  );

/** The most that one answer holds. */
const MOST_ACTIVE = 1000;

/** The active alarms of many devices, the most urgent first; beyond a thousand the least urgent are left out. */
export const activeAlarmsQuery = (filters: Pick<AlarmFilters, "kind" | "region" | "device">) =>
  queryOptions({
    queryKey: ["alarms", "active", filters],
    queryFn: ({ signal }) =>
      read(
        api.GET("/v1/alarms", {
          params: { query: { ...filters, sort: "severity", limit: MOST_ACTIVE } },
          signal,
        }),
      ),
  });
