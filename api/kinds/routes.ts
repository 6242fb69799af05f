import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Limits } from "../../access/limits.ts";
import { PlatformError } from "../../base/errors.ts";
import { hasCapability } from "../../devices/capabilities.ts";
import type { AlarmRule, CommandType, Kind, OffScaleRule } from "../../devices/kind.ts";
import { supportedAggregates } from "../../store/rollups/index.ts";
import type { CatalogIndex } from "../catalog.ts";
import { type Allow, grantOf } from "../guard.ts";
import { problems } from "../problem.ts";
import { kindName, pageOf } from "../schemas.ts";
import { kindSchema } from "./schema.ts";

export interface KindsOptions {
  readonly catalog: CatalogIndex;
  readonly allow: Allow;
}

/** The catalog: the quantities, events and alarms of each kind. */
export const kindsRoutes: FastifyPluginAsyncZod<KindsOptions> = async (app, { catalog, allow }) => {
  app.get(
    "/kinds",
    {
      onRequest: allow("kinds:read"),
      schema: {
        operationId: "listKinds",
        tags: ["kinds"],
        summary: "Device kinds",
        description: "All of them at once: `nextCursor` is always null.",
        querystring: z.strictObject({}),
        response: { 200: pageOf(kindSchema), ...problems() },
      },
    },
    async (request) => {
      const { limits } = grantOf(request);
      const items = catalog.kinds
        .filter((kind) => sees(limits, kind.kind))
        .map((kind) => toJson(kind, catalog));
      return { items, nextCursor: null };
    },
  );

  app.get(
    "/kinds/:kind",
    {
      onRequest: allow("kinds:read"),
      schema: {
        operationId: "getKind",
        tags: ["kinds"],
        summary: "One device kind",
        params: z.object({ kind: kindName }),
        response: { 200: kindSchema, ...problems("not_found") },
      },
    },
    async (request) => {
      const { kind } = request.params;
      if (!sees(grantOf(request).limits, kind)) {
        throw new PlatformError("not_found", `There is no kind '${kind}'`);
      }
      return toJson(catalog.get(kind), catalog);
    },
  );
};

const sees = (limits: Limits, kind: string) =>
  limits.some(({ kinds }) => kinds === "all" || kinds.includes(kind));

function toJson(kind: Kind, catalog: CatalogIndex): z.output<typeof kindSchema> {
  return {
    kind: kind.kind,
    title: kind.title,
    source: kind.source,
    gateway: hasCapability(kind, "gateway"),
    capabilities: [...(kind.capabilities ?? [])],
    identities: [...(kind.identities ?? [])],
    reportIntervalSeconds: kind.reportIntervalSeconds,
    metrics: Object.entries(kind.metrics).map(([key, metric]) => ({
      key,
      type: metric.type,
      unit: metric.unit ?? null,
      about: metric.about,
      zh: metric.zh ?? metric.about,
      min: metric.min ?? null,
      max: metric.max ?? null,
      sentinels: metric.sentinels ? [...metric.sentinels] : null,
      decimals: metric.decimals ?? null,
      values: metric.values ? [...metric.values] : null,
      zhValues: metric.zhValues ?? null,
      maxLength: metric.maxLength ?? null,
      resets: metric.resets ?? null,
      restarts: metric.type === "counter" ? metric.restarts === true : null,
      tolerance: metric.type === "counter" ? (metric.tolerance ?? 0) : null,
      rollsOverAt: metric.rollsOverAt ?? null,
      aggregates: supportedAggregates(metric.type, false),
      fleetAggregates: supportedAggregates(metric.type, true),
    })),
    events: kind.events.map(({ type, about, zh = about }) => ({ type, about, zh })),
    alarms: [...kind.alarms, ...kind.offScale].map((rule) =>
      toAlarmRule(rule, catalog.isLatched(kind.kind, rule.rule)),
    ),
    commands: (kind.commands ?? []).map(toCommand),
  };
}

const toAlarmRule = (rule: AlarmRule | OffScaleRule, latched: boolean) => ({
  rule: rule.rule,
  type: rule.type,
  severity: rule.severity,
  about: rule.about,
  zh: rule.zh ?? rule.about,
  metric: "metric" in rule ? rule.metric : null,
  limit: "limit" in rule ? rule.limit : null,
  latched,
});

const toCommand = ({ name, title, about, zh, dangerous, parameters = [] }: CommandType) => ({
  name,
  title: title ?? { en: name, zh: zh ?? name },
  about,
  aboutZh: zh ?? about,
  dangerous: dangerous === true,
  parameters: parameters.map((parameter) => ({
    name: parameter.name,
    type: parameter.type,
    about: parameter.about,
    zh: parameter.zh ?? parameter.about,
    required: parameter.required === true,
    unit: parameter.unit ?? null,
    min: parameter.min ?? null,
    max: parameter.max ?? null,
    maxLength: parameter.maxLength ?? null,
    values: parameter.values ? [...parameter.values] : null,
    zhValues: parameter.zhValues ?? null,
  })),
});
