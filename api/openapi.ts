import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";

const DESCRIPTION = `
Telemetry, events and alarms of the devices on a broadcasting network, by region.

Every request under \`/v1\` carries \`Authorization: Bearer <API key>\`. Lists are \`{items, nextCursor}\`.
Errors are RFC 9457 problem details with a stable \`code\`.`.trim();

const TAGS = [
  { name: "kinds", description: "What devices measure, report and raise." },
  { name: "devices", description: "The register of devices." },
  { name: "readings", description: "Readings as devices sent them." },
  { name: "series", description: "Values in buckets of time." },
  { name: "ledger", description: "The account of what a device sent." },
  { name: "rejections", description: "Messages that were refused, and their replay." },
  { name: "regions", description: "The statutory tree of regions." },
  { name: "events", description: "What devices reported as having happened." },
  { name: "alarms", description: "Alarms and their acknowledgement." },
  { name: "stream", description: "Live events." },
  { name: "health", description: "For whatever watches the process." },
];

/** How the OpenAPI document is made of the routes' schemas. */
export function openApiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "smart-broadcast-iot",
        description: DESCRIPTION,
        version,
        license: { name: "Apache-2.0" },
      },
      tags: TAGS,
      components: {
        securitySchemes: { apiKey: { type: "http", scheme: "bearer", description: "An API key." } },
      },
      security: [{ apiKey: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  };
}

type OpenApiDocument = ReturnType<typeof jsonSchemaTransformObject>;

/** Every named schema comes in an input and an output form; leaves out those that nothing refers to. */
function withoutUnused(document: OpenApiDocument): OpenApiDocument {
  const components = (document as { components?: { schemas?: Record<string, unknown> } }).components;
  const schemas = components?.schemas;
  if (!schemas) return document;
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(schemas[name!]);
    }
  };
  visit((document as { paths?: unknown }).paths);
  const kept = Object.entries(schemas).filter(([name]) => used.has(name));
  return {
    ...document,
    components: { ...components, schemas: Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) },
  } as OpenApiDocument;
}
