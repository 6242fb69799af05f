import { useSyncExternalStore } from "react";
import type { Language } from "../ui/texts.ts";

export type Theme = "light" | "dark" | "system";

interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
}

const KEY = "console-preferences";
const hearers = new Set<() => void>();
let current = load();

function load(): Preferences {
  const language: Language = navigator.language.toLowerCase().startsWith("en") ? "en" : "zh";
  const defaults: Preferences = { language, theme: "system" };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
    return {
      language: kept.language === "en" || kept.language === "zh" ? kept.language : defaults.language,
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : "system",
    };
  } catch {
    // Storage may be forbidden or hold something else.
    return defaults;
  }
}

/** Puts the choice where CSS and screen readers find it. */
export function applyPreferences(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const { language, theme } = current;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  // The wall has a theme of its own.
  if (document.documentElement.dataset.theme === "wall") return;
  document.documentElement.dataset.theme = theme === "system" ? (dark ? "dark" : "light") : theme;
}

/** Kept by this browser; the choice of one tab holds in the others too. */
export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Then it holds until the tab is closed.
  }
  announce();
}

function announce(): void {
  applyPreferences();
  for (const hearer of hearers) hearer();
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
addEventListener("storage", (event) => {
  if (event.key !== KEY) return;
  current = load();
  announce();
});

export const usePreferences = (): Preferences =>
  useSyncExternalStore(
    (hearer) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    },
    () => current,
  );
