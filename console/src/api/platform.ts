import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";

/** What the platform tells before anybody has signed in: its name, how one signs in, and the people of a demo. */
export const platformQuery = queryOptions({
  queryKey: ["platform"],
  queryFn: ({ signal }) => read(api.GET("/v1/console", { signal })),
  staleTime: Number.POSITIVE_INFINITY,
});
