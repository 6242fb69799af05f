import { existsSync, readFileSync, writeFileSync } from "node:fs";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, startApi } from "./harness.ts";

/** Nothing here asks the database: the pool never connects. */
const pool = new pg.Pool();
let api: Api;

beforeAll(async () => {
  api = await startApi(pool);
});
afterAll(async () => {
  await api.app.close();
  await pool.end();
});

const FILE = new URL("openapi.json", import.meta.url);

interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  security?: unknown[];
  responses: Record<string, { description?: string }>;
}

describe("the OpenAPI document", () => {
  it("is the one that was accepted; `UPDATE_OPENAPI=1` writes it anew", async () => {
    const document = (await api.call("/openapi.json")).json;
    const text = `${JSON.stringify(document, null, 2)}\n`;
    if (process.env.UPDATE_OPENAPI === "1") writeFileSync(FILE, text);
    expect(existsSync(FILE), "test/api/openapi.json is missing: run with UPDATE_OPENAPI=1").toBe(true);
    expect(document).toEqual(JSON.parse(readFileSync(FILE, "utf8")));
  });

  it("describes every operation, with a name of its own and an answer for refusals", async () => {
    const { openapi, paths } = (await api.call("/openapi.json")).json;
    expect(openapi).toBe("3.1.0");
    const operations = Object.entries<Record<string, Operation>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThan(20);
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of operations) {
      expect(operation.summary, path).toBeTruthy();
      expect(operation.tags, path).toHaveLength(1);
      if (path.startsWith("/v1/"))
        expect(Object.keys(operation.responses), path).toEqual(expect.arrayContaining(["401", "403", "503"]));
      else expect(operation.security, path).toEqual([]);
    }
  });

  it("bounds every whole number that comes in by what its column holds: four bytes, or eight where it is named here", async () => {
    const { paths, components } = (await api.call("/openapi.json")).json;
    const wide = new Set<string>();
    const look = (schema: unknown, name: string, within: readonly string[]): void => {
      if (typeof schema !== "object" || schema === null) return;
      const { $ref, type, maximum } = schema as { $ref?: string; type?: unknown; maximum?: number };
      const component = $ref?.split("/").at(-1);
      if (component !== undefined && !within.includes(component))
        look(components.schemas[component], name, [...within, component]);
      const isWhole = [type].flat().includes("integer");
      if (isWhole && (maximum === undefined || maximum > 2_147_483_647)) wide.add(name);
      for (const [key, value] of Object.entries(schema))
        look(
          value,
          key === "properties" || /^\d+$/.test(key) || Array.isArray(schema) ? name : `${name}.${key}`,
          within,
        );
    };
    for (const [path, methods] of Object.entries<Record<string, Record<string, unknown>>>(paths)) {
      for (const operation of Object.values(methods)) {
        for (const { name, schema } of (operation.parameters ?? []) as { name: string; schema: unknown }[])
          look(schema, `${path} ${name}`, []);
        const content = (operation.requestBody as { content?: Record<string, { schema: unknown }> })?.content;
        for (const { schema } of Object.values(content ?? {})) look(schema, `${path} body`, []);
      }
    }
    expect([...wide].sort()).toEqual([
      "/v1/access/changes/{id}/confirm id",
      "/v1/access/changes/{id}/refuse id",
      "/v1/alarms/{id}/acknowledge id",
      // Not looked at.
      "/v1/broadcasts/{id}/cancel body.revision",
      "/v1/broadcasts/{id}/retry body.anyOf.revision",
      "/v1/broadcasts/{id}/review body.revision",
      "/v1/devices/{id}/repairs/{repair}/readings repair",
      "/v1/devices/{id}/repairs/{repair}/undo repair",
      "/v1/rejections/{id} id",
      "/v1/rejections/{id}/replay id",
      "/v1/sessions/{no} no",
    ]);
  });

  it("refers only to schemas that it has", async () => {
    const { text, json } = await api.call("/openapi.json");
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(json.components.schemas).toHaveProperty([name as string]);
  });
});

describe("the document's details", () => {
  it("name what must be given and what need not", async () => {
    const { paths } = (await api.call("/openapi.json")).json;
    const parameter = (path: string, name: string) =>
      paths[path].get.parameters.find((candidate: { name: string }) => candidate.name === name);
    expect(parameter("/v1/devices/{id}/series", "from").required).toBe(true);
    expect(parameter("/v1/devices/{id}/readings", "from").required).toBe(false);
    expect(paths["/v1/alarms/{id}/acknowledge"].post.requestBody.required).toBe(false);
    expect(paths["/v1/devices"].post.requestBody.required).toBe(true);
  });

  it("let answers gain fields, and bodies not", async () => {
    const { paths, components } = (await api.call("/openapi.json")).json;
    expect(components.schemas.Device).not.toHaveProperty("additionalProperties");
    const body = paths["/v1/devices"].post.requestBody.content["application/json"].schema;
    expect(body.additionalProperties).toBe(false);
  });
});

describe("the page for people", () => {
  it("is where the bare address leads", async () => {
    const answer = await api.call("/");
    expect([answer.status, answer.headers.location]).toEqual([302, "/docs"]);
  });

  it("loads nothing from other hosts", async () => {
    const page = await api.call("/docs/");
    expect(page.status).toBe(200);
    expect(page.text).toContain("swagger-ui");
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
    for (const [, path] of page.text.matchAll(/(?:src|href)="\.?\/?([^"]+)"/g)) {
      const asset = await api.call(path!.startsWith("docs") ? `/${path}` : `/docs/${path}`);
      expect(asset.status, path).toBe(200);
    }
  });
});

describe("a route that does not say who may call it", () => {
  it("keeps the app from starting", async () => {
    const { assertGuarded } = await import("../../api/guard.ts");
    const route = { method: "GET", url: "/v1/open", handler: () => {} } as unknown as Parameters<
      typeof assertGuarded
    >[0];
    expect(() => assertGuarded(route)).toThrow("does not say who may call it");
  });
});
