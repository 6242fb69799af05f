import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type TemplateJson = components["schemas"]["BroadcastTemplate"];

/** Kinds of event with their names, and their texts with what is to be filled in. */
export const templatesQuery = queryOptions({
  queryKey: ["templates", "all"],
  queryFn: ({ signal }) => read(api.GET("/v1/broadcasts/templates", { signal })),
  staleTime: 5 * 60_000,
});

interface TemplateFor {
  readonly eventCode: string;
  readonly level: 1 | 2 | 3 | 4;
  readonly mode: "actual" | "drill" | "training";
  readonly regions: readonly string[];
  readonly exclude: readonly string[];
}

/** More names than a text holds; the platform itself names the first few. */
const MOST_REGIONS = 100;
const codes = (list: readonly string[]): string | undefined =>
  list.length === 0 ? undefined : list.slice(0, MOST_REGIONS).join();

/** The template of an event and level, filled in for a place and for now. */
export const filledTemplateQuery = ({ eventCode, level, mode, regions, exclude }: TemplateFor) =>
  queryOptions({
    queryKey: ["templates", "filled", eventCode, level, mode, regions, exclude],
    queryFn: async ({ signal }) => {
      const region = codes(regions);
      const without = codes(exclude);
      const query = {
        eventCode,
        level,
        mode,
        ...(region && { region }),
        ...(without && { exclude: without }),
      };
      const { items } = await read(api.GET("/v1/broadcasts/templates", { params: { query }, signal }));
      // The tenant's own come first, and of these the one for just this level.
      return items.find((one) => one.level === level) ?? items[0];
    },
    // The text says what time it is.
    staleTime: 60_000,
  });
