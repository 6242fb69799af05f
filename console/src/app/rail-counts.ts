import type { MeJson } from "../api/session.ts";
import type { RailEntry } from "./routes.tsx";

/** What waits for the person, by entry of the rail. */
export function useRailCounts(_me: MeJson | undefined): Partial<Record<RailEntry["name"], number>> {
  return {};
}
