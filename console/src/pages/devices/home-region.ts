import type { ActionName, MeJson } from "../../api/session.ts";

/** The one region within which the caller may do something; undefined where these are several, or all. */
export function homeRegion(me: MeJson | undefined, action: ActionName): string | undefined {
  const areas = me?.actions.find((one) => one.action === action)?.areas ?? [];
  const codes = new Set(areas.flatMap(({ regions }) => (regions === "all" ? ["all"] : regions)));
  const [only] = codes;
  return codes.size === 1 && only !== "all" ? only : undefined;
}
