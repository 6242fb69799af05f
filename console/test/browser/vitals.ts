import type { Page } from "playwright-core";

export interface Vitals {
  /** When the largest thing was painted, in milliseconds since the page was asked for. */
  readonly largestPaint: number;
  /** How much things have moved by themselves. */
  readonly layoutShift: number;
}

/** Runs in the page, before its own scripts. */
function watchVitals(): void {
  const seen = { largestPaint: 0, layoutShift: 0 };
  Object.defineProperty(window, "seenVitals", { value: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largestPaint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[]) {
      if (!entry.hadRecentInput) seen.layoutShift += entry.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Measures every page that is opened from now on. */
export const measureVitals = (page: Page): Promise<unknown> => page.addInitScript(watchVitals);

/** What was measured on the page that is open. */
export const vitalsOf = (page: Page): Promise<Vitals> =>
  page.evaluate(() => (window as unknown as { seenVitals: Vitals }).seenVitals);
