import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";
import type { components } from "./schema.ts";

export type KindJson = components["schemas"]["Kind"];

/** The catalog of device kinds. It changes with the platform alone. */
export const kindsQuery = queryOptions({
  queryKey: ["kinds"],
  queryFn: async ({ signal }) => (await read(api.GET("/v1/kinds", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});
