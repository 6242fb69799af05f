import { useSyncExternalStore } from "react";
import { serverNow } from "../api/clock.ts";

interface Ticker {
  readonly hearers: Set<() => void>;
  timer: ReturnType<typeof setInterval> | undefined;
  now: number;
}
const tickers = new Map<number, Ticker>();

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs);
  if (known) return known;
  const made: Ticker = { hearers: new Set(), timer: undefined, now: serverNow() };
  tickers.set(everyMs, made);
  return made;
}

/** Now by the server's clock, renewed `everyMs`; one timer for all who ask for the same. */
export function useNow(everyMs = 1000): number {
  return useSyncExternalStore(
    (hearer) => {
      const ticker = tickerOf(everyMs);
      ticker.hearers.add(hearer);
      ticker.timer ??= setInterval(() => {
        ticker.now = serverNow();
        for (const one of ticker.hearers) one();
      }, everyMs);
      return () => {
        ticker.hearers.delete(hearer);
        if (ticker.hearers.size > 0) return;
        clearInterval(ticker.timer);
        ticker.timer = undefined;
      };
    },
    () => {
      const ticker = tickerOf(everyMs);
      // A clock that stands still while nobody looks would show an old moment at first.
      if (ticker.timer === undefined && Math.abs(serverNow() - ticker.now) > everyMs)
        ticker.now = serverNow();
      return ticker.now;
    },
  );
}
