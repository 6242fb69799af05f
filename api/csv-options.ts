import type { FastifyRequest, RouteOptions } from "fastify";
import { z } from "zod";
import { isTimeZone } from "../store/database/index.ts";

/** Query parameters of every CSV. */
const csvQuery = {
  bom: z
    .enum(["0", "1"])
    .optional()
    .describe("As CSV: 1 puts a byte order mark before it, by which Excel recognizes UTF-8."),
  timeZone: z
    .string()
    .refine(isTimeZone, "expected an IANA time zone such as Asia/Shanghai")
    .optional()
    .describe(
      "As CSV: the IANA time zone in which moments are written, with their offset. In UTC when it is not given.",
    ),
};

interface Described {
  querystring?: z.ZodType;
  readonly response?: Record<string, { readonly content?: Record<string, unknown> } | undefined>;
}

/** Gives each route that answers in CSV the common parameters that it does not have itself. For `onRoute`. */
export function describeCsvOptions(route: RouteOptions): void {
  const schema = route.schema as Described | undefined;
  if (schema?.response?.["200"]?.content?.["text/csv"] === undefined) return;
  const query = schema.querystring ?? z.strictObject({});
  if (!(query instanceof z.ZodObject)) throw new Error(`The query of ${route.url} is no zod object`);
  const more = Object.entries(csvQuery).filter(([name]) => !(name in query.shape));
  schema.querystring = query.safeExtend(Object.fromEntries(more));
}

export interface CsvOptions {
  readonly bom: boolean;
  /** Undefined: UTC. */
  readonly timeZone: string | undefined;
}

/**
 * The CSV options of a request. The time zone is set only where the request names one, not where a series has one by
 * default.
 */
export function csvOptionsOf({ query, url }: FastifyRequest): CsvOptions {
  const asked = new URLSearchParams(url.slice(url.indexOf("?") + 1)).has("timeZone");
  const { bom, timeZone } = query as { bom?: string; timeZone?: string };
  return { bom: bom === "1", timeZone: asked ? timeZone : undefined };
}

const MINUTE_MS = 60_000;
/** Offsets change at whole quarters of an hour (of UTC) and no oftener. */
const QUARTER_MS = 15 * MINUTE_MS;

/**
 * Writes moments in RFC 3339 with the offset of a time zone, e.g. `2026-01-31T08:00:00.000+08:00`. Seconds of an
 * offset, as before there was standard time, are left out of both, so that the moment is the same.
 */
export function momentsIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
  let quarter = Number.NaN;
  let offset = 0;
  return (at) => {
    const ms = at.getTime();
    // Rows of a table follow each other, so the offset is remembered for the quarter: asking for each row would take
    // longer than all else.
    const itsQuarter = Math.floor(ms / QUARTER_MS);
    if (itsQuarter !== quarter) {
      quarter = itsQuarter;
      offset = offsetOf(format, at);
    }
    const minutes = Math.abs(offset);
    const [hh, mm] = [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, "0"));
    const local = new Date(ms + offset * MINUTE_MS).toISOString().slice(0, -1);
    return `${local}${offset < 0 ? "-" : "+"}${hh}:${mm}`;
  };
}

/** In minutes, east of Greenwich. */
function offsetOf(format: Intl.DateTimeFormat, at: Date): number {
  const name = format.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
