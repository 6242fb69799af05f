import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

export type Parameters = Readonly<Record<string, string | undefined>>;

/** False for an address whose escapes are broken, as by a mail program that cut it: it names nothing that there is. */
export function isReadable(path: string): boolean {
  try {
    // Its result is used: the builder takes it for pure, and would leave a call out that only throws.
    return decodeURIComponent(path) !== "";
  } catch {
    return false;
  }
}

/**
 * The filters of a page, which live in its address so that it can be sent to a colleague. An undefined value takes the
 * parameter away. Changes replace the entry of the browser's history: Back leaves the page.
 */
export function useParameters(): readonly [URLSearchParams, (changes: Parameters) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const set = useCallback(
    (changes: Parameters) => {
      const next = new URLSearchParams(search);
      for (const [name, value] of Object.entries(changes)) {
        if (value === undefined || value === "") next.delete(name);
        else next.set(name, value);
      }
      const text = next.toString();
      navigate(text === "" ? path : `${path}?${text}`, { replace: true });
    },
    [search, path, navigate],
  );
  return [new URLSearchParams(search), set];
}
