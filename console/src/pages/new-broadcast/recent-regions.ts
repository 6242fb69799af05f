import type { NamedRegion } from "./target.ts";

/** Places that were chosen on this computer, the latest first; no more than fit above the others. */
const KEY = "new-broadcast:recent-regions";
const MOST = 5;

export function recentRegions(): NamedRegion[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? (kept as NamedRegion[]).filter(({ code, name }) => code && name) : [];
  } catch {
    // Storage may be forbidden or hold something else.
    return [];
  }
}

export function rememberRegion({ code, name }: NamedRegion): void {
  const others = recentRegions().filter((one) => one.code !== code);
  try {
    localStorage.setItem(KEY, JSON.stringify([{ code, name }, ...others].slice(0, MOST)));
  } catch {
    // As above.
  }
}
