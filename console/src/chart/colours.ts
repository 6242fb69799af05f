import { useEffect, useState } from "react";

/** What a canvas needs of the tokens: it cannot read them by itself. */
export interface ChartColours {
  readonly series: string;
  readonly fill: string;
  readonly comparison: string;
  readonly grid: string;
  readonly surface: string;
}

/** The tokens as they hold where the chart stands. */
export function readColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    series: token("--c1"),
    fill: token("--c1-fill"),
    comparison: token("--c2"),
    grid: token("--grid"),
    surface: token("--surface"),
  };
}

/** Another value whenever the page changes its theme. */
export function useTheme(): string {
  const [theme, setTheme] = useState(() => document.documentElement.dataset.theme ?? "");
  useEffect(() => {
    const watcher = new MutationObserver(() => setTheme(document.documentElement.dataset.theme ?? ""));
    watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => watcher.disconnect();
  }, []);
  return theme;
}
