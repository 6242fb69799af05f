import type { FastifyDynamicSwaggerOptions } from "@fastify/swagger";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { CAP_MEDIA_TYPE } from "../broadcast/cap/index.ts";

const DESCRIPTION = `
Telemetry, events and alarms of the devices on a broadcasting network, by region.

Every request under \`/v1\` carries \`Authorization: Bearer <API key>\`. Lists are \`{items, nextCursor}\`.
Errors are RFC 9457 problem details with a stable \`code\`.`.trim();

const TAGS = [
  { name: "kinds", description: "The quantities, events and alarms of each kind of device." },
  { name: "devices", description: "The register of devices." },
  { name: "readings", description: "Readings as devices sent them." },
  { name: "series", description: "Values in buckets of time." },
  { name: "ledger", description: "The account of what a device sent." },
  { name: "rejections", description: "Messages that were refused, and their replay." },
  { name: "regions", description: "The statutory tree of regions." },
  { name: "events", description: "Events that devices reported." },
  { name: "alarms", description: "Alarms and their acknowledgement." },
  { name: "commands", description: "Commands to single devices, and their replies." },
  {
    name: "broadcasts",
    description: "Emergency broadcasts, from a draft to the proof that they sounded.",
  },
  { name: "stream", description: "Live events." },
  { name: "audit", description: "Every action, and who took it." },
  { name: "sessions", description: "People sign in and out, and manage how they do." },
  { name: "access", description: "Tenants, people and applications, and their grants." },
  { name: "health", description: "For monitors of the process." },
];

/** Options that make the OpenAPI document from the routes' schemas. */
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
        securitySchemes: {
          apiKey: {
            type: "http",
            scheme: "bearer",
            description: "An application's key, or a person's session of type `bearer`.",
          },
          session: {
            type: "apiKey",
            in: "cookie",
            name: "__Host-sbi_session",
            description:
              "A person's session of type `cookie` (over plain http the name is `sbi_session`). A request that changes something also needs the header `X-CSRF-Token`.",
          },
        },
      },
      security: [{ apiKey: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => polish(jsonSchemaTransformObject(document)) as OpenApiDocument,
  };
}

type OpenApiDocument = ReturnType<typeof jsonSchemaTransformObject>;
type Schemas = Record<string, unknown>;

const CAP_ALERT = { type: "string", description: "One alert in CAP 1.2 (OASIS), at most 256 KiB." } as const;

interface Operation {
  responses?: unknown;
  requestBody?: {
    required?: boolean;
    content: Record<string, { schema: { type?: string; anyOf?: { type?: unknown }[] } }>;
  };
}

/** Corrects the document where the translation of schemas does not know better. */
function polish(translated: unknown): unknown {
  const document = translated as {
    components: { schemas: Schemas };
    paths: Record<string, Record<string, Operation>>;
  };
  for (const path of Object.values(document.paths)) {
    for (const operation of Object.values(path)) {
      operation.responses = open(operation.responses);
      const body = operation.requestBody;
      const schema = body?.content["application/json"]?.schema;
      // The CAP body is not JSON: the standard has its own schema.
      if (body?.content[CAP_MEDIA_TYPE]) body.content[CAP_MEDIA_TYPE] = { schema: CAP_ALERT };
      // A body that may be null may also be absent.
      if (body && schema?.anyOf?.some(({ type }) => type === "null")) body.required = false;
    }
  }
  const schemas = usedSchemas(document.components.schemas, document.paths).map(([name, schema]) => [
    name,
    name.endsWith("Input") ? schema : open(schema),
  ]);
  return { ...document, components: { ...document.components, schemas: Object.fromEntries(schemas) } };
}

/** Answers may gain fields, so a client generated from this document must not refuse unknown ones. */
const open = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema), (_key, value) => {
    if (value?.additionalProperties !== false) return value;
    const { additionalProperties: _closed, ...rest } = value;
    return rest;
  });

/** Every named schema comes in an input and an output form: keeps those that something refers to by name. */
function usedSchemas(schemas: Schemas, paths: unknown): [string, unknown][] {
  const used = new Set<string>();
  const visit = (value: unknown): void => {
    for (const [, name] of JSON.stringify(value ?? null).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (used.has(name!)) continue;
      used.add(name!);
      visit(schemas[name!]);
    }
  };
  visit(paths);
  return Object.entries(schemas)
    .filter(([name]) => used.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
