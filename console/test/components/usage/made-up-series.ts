import { cleanup } from "@testing-library/react";
import { onTestFinished, vi } from "vitest";
import { nextStep } from "../../../src/chart/points.ts";
import type { Group } from "../../../src/pages/usage/totals.ts";

/** What a meter of a region used, at the moment of its reading. */
export interface Step {
  readonly region: string;
  readonly at: string;
  readonly used: number;
}

const HOUR = 3_600_000;
const BEIJING = 8 * HOUR;

/** The beginning of the bucket of `at`, as the platform's calendar of Beijing has it. */
function bucketOf(at: number, interval: string): number {
  if (interval === "1mo") {
    const date = new Date(at + BEIJING);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) - BEIJING;
  }
  const step = interval === "1d" ? 24 * HOUR : HOUR;
  return Math.floor((at + BEIJING) / step) * step - BEIJING;
}

function bucketsOf(steps: readonly Step[], interval: string, from: number, to: number) {
  const sums = new Map<number, { readings: number; used: number }>();
  for (const { at, used } of steps) {
    const moment = Date.parse(at);
    if (moment < from || moment >= to) continue;
    const start = bucketOf(moment, interval);
    const sum = sums.get(start) ?? { readings: 0, used: 0 };
    sums.set(start, { readings: sum.readings + 1, used: sum.used + used });
  }
  return [...sums].map(([start, { readings, used }]) => ({
    start: new Date(start).toISOString(),
    readings,
    values: { volume: { delta: Math.round(used * 1000) / 1000 } },
  }));
}

/** Answers series out of `steps`, widened to whole buckets as the platform does. @returns the questions */
export function answerSeries(
  steps: readonly Step[],
  groups: readonly Partial<Group>[] = [],
  others: Readonly<Record<string, unknown>> = {},
  dropped: (search: URLSearchParams) => boolean = () => false,
): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname in others) return Response.json(others[pathname]);
    if (!pathname.endsWith("/series")) return Response.json({ code: "not_found" }, { status: 404 });
    asked.push(`${searchParams}`);
    if (dropped(searchParams)) return Response.json({ code: "readings_dropped" }, { status: 410 });
    const interval = searchParams.get("interval")!;
    const from = bucketOf(Date.parse(searchParams.get("from")!), interval);
    const last = bucketOf(Date.parse(searchParams.get("to")!) - 1, interval);
    const to = nextStep(last, interval);
    const regions = [...new Set(steps.map(({ region }) => region))];
    const range = { interval, from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const items = pathname.includes("/devices/")
      ? bucketsOf(steps, interval, from, to)
      : regions.map((region, index) => ({
          regionCode: region,
          name: region,
          deviceId: null,
          deleted: null,
          from: null,
          until: null,
          ...groups[index],
          buckets: bucketsOf(
            steps.filter((step) => step.region === region),
            interval,
            from,
            to,
          ),
        }));
    return Response.json({
      ...range,
      groupBy: groups[0]?.deviceId ? "device" : "region",
      items,
      nextCursor: null,
    });
  });
  onTestFinished(() => {
    cleanup();
    vi.unstubAllGlobals();
  });
  return asked;
}
