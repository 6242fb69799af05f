import { queryOptions } from "@tanstack/react-query";
import { api, read } from "./client.ts";

/** What the platform tells before anybody has signed in: its name, how one signs in, and the people of a demo. */
export const platformQuery = queryOptions({
  queryKey: ["platform"],
  // Without a signal: the session waits for this answer, also where the page that asked first has gone meanwhile.
  // Where the page was opened decides what a demo tells of its people: a proxy may have changed the rest.
  queryFn: () => read(api.GET("/v1/console", { headers: { "x-page-host": location.host } })),
  staleTime: Number.POSITIVE_INFINITY,
});

/** True when another console is served than the one that this page is from, whose build stands in its files. */
export function isUpgraded(served: string | null | undefined): boolean {
  // Served from its sources it has none.
  const own = import.meta.env.VITE_BUILD as string | undefined;
  return own !== undefined && typeof served === "string" && !own.startsWith(served);
}
