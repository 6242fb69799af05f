import { DAY_MS, localDay, localHours } from "./local-time.ts";
import { drift } from "./noise.ts";

/**
 * The weather of northern Guizhou, roughly: about 5 Cel in mid January, 26 Cel in mid July, 4 Cel around the
 * day's mean, warmest at three in the afternoon. Our own approximation for simulated devices, not data.
 */
const YEAR_MEAN = 15.5;
const YEAR_SWING = 10.5;
const DAY_SWING = 4;
const COLDEST_DAY = 15;
/** One weather for the whole fleet: neighbours freeze on the same day. */
const WEATHER = 0x5eed;

/** The day's mean temperature outdoors, in Cel; `day` as of `localDay`. */
export function meanTemperature(day: number): number {
  const yearAngle = (2 * Math.PI * (day - COLDEST_DAY)) / 365.2425;
  return (
    YEAR_MEAN - YEAR_SWING * Math.cos(yearAngle) + 3 * drift(WEATHER, new Date(day * DAY_MS), 3 * DAY_MS)
  );
}

/** The temperature outdoors at a moment, in Cel. */
export function outdoorTemperature(at: Date): number {
  const warmest = 15;
  return (
    meanTemperature(localDay(at)) + DAY_SWING * Math.cos((2 * Math.PI * (localHours(at) - warmest)) / 24)
  );
}
