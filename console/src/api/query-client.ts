import { QueryClient } from "@tanstack/react-query";
import { isApiError } from "./problem.ts";

/** Again after a failure that may pass by itself: the network, a busy or restarting platform. */
function mayPass(failures: number, error: Error): boolean {
  if (failures >= 3 || !isApiError(error)) return false;
  return error.code === "offline" || error.status === 503 || error.code === "rate_limited";
}

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: mayPass,
        retryDelay: (attempt, error) =>
          (isApiError(error) && error.retryAfter ? error.retryAfter : Math.min(2 ** attempt, 15)) * 1000,
        // The stream says when something has changed.
        refetchOnWindowFocus: false,
      },
      mutations: { retry: false },
    },
  });
