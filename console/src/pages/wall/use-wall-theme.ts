import { useLayoutEffect } from "react";
import { applyPreferences } from "../../app/preferences.ts";

/** The wall's colours and sizes, for as long as it is shown. */
export function useWallTheme(): void {
  useLayoutEffect(() => {
    const root = document.documentElement;
    root.dataset.theme = "wall";
    return () => {
      delete root.dataset.theme;
      applyPreferences();
    };
  }, []);
}

/** Where a picture that stands for months may be, in rem: so that it burns into no screen. */
const PLACES = [
  [0, 0],
  [0.2, 0.1],
  [0.3, -0.1],
  [0.1, -0.25],
  [-0.1, -0.3],
  [-0.3, -0.15],
  [-0.25, 0.15],
  [-0.1, 0.3],
] as const;
const MINUTE_MS = 60_000;

/** By how much everything is shifted in this minute. */
export function shiftAt(now: number): { readonly x: number; readonly y: number } {
  const [x, y] = PLACES[Math.floor(now / MINUTE_MS) % PLACES.length]!;
  return { x, y };
}
