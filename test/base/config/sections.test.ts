import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { configSchema, loadConfig } from "../../../base/config/index.ts";
import { projectFiles, ROOT } from "../../project/source-files.ts";

const FOLDER = new URL("../../../base/config/", import.meta.url);

/** Each section's file with the settings that it exports. */
const sections = await Promise.all(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith(".ts") && !["forms.ts", "index.ts", "setting-names.ts"].includes(name))
    .map(async (name) => {
      const exported = (await import(new URL(name, FOLDER).href)) as Record<string, object>;
      const [, settings] = Object.entries(exported).find(([key]) => key.endsWith("Settings"))!;
      return { name, settings: Object.entries(settings as z.ZodRawShape) };
    }),
);

describe("the sections of the configuration", () => {
  it("have each setting once, and together are the schema", () => {
    const named = sections.flatMap(({ settings }) => settings.map(([name]) => name));
    expect(named.toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
    for (const { settings } of sections)
      for (const [name, schema] of settings)
        expect(configSchema.shape[name as keyof typeof configSchema.shape], name).toBe(schema);
  });

  it("say of each setting what it means, and can do without any", () => {
    for (const [name, schema] of sections.flatMap(({ settings }) => settings)) {
      expect(name).toMatch(/^[A-Z][A-Z0-9_]*$/);
      expect((schema as z.ZodType).description, name).toMatch(/\.$/);
    }
    expect(() => loadConfig({})).not.toThrow();
  });

  it("are told of together, whichever section a problem is in: the schema's first, then what lacks another", () => {
    const env = {
      LOG_LEVEL: "loud",
      HTTP_PORT: "many",
      DATABASE_OWNER_URL: "postgres://owner@host/database",
      DATABASE_READ_URL: "postgres://reader@replica/database",
      CAP_SIGNING_CERT: "c",
      MQTT_TLS_CA: "a",
      OIDC_MAPPING: "{}",
      SOURCE_AMQP_MANAGEMENT_URL: "http://host:15672",
    };
    expect(() => loadConfig({ SOURCE_AMQP_AUTH_FROM: "10.0.0.1", SOURCE_AMQP_URL: "amqp://host" })).toThrow(
      expect.objectContaining({
        faults: [{ path: "SOURCE_AMQP_AUTH_FROM", message: "needs SOURCE_AMQP_MANAGEMENT_URL as well" }],
      }),
    );
    const expected = [
      ["HTTP_PORT", "'many', expected a number"],
      ["LOG_LEVEL", expect.stringContaining("expected one of")],
      ["MQTT_TLS_CA", "needs MQTT_TLS_CERT as well"],
      ["CAP_SIGNING_CERT", "needs CAP_SIGNING_KEY as well"],
      ["OIDC_MAPPING", "needs OIDC_ISSUER as well"],
      [
        "DATABASE_READ_URL",
        "is set and DATABASE_URL is not: expected the primary there, of which this is a replica",
      ],
      [
        "DATABASE_OWNER_URL",
        "is set and DATABASE_URL is not: expected both, or neither for the embedded database",
      ],
      ["SOURCE_AMQP_MANAGEMENT_URL", "needs SOURCE_AMQP_URL as well"],
    ];
    expect(() => loadConfig(env)).toThrow(
      expect.objectContaining({
        code: "config_invalid",
        faults: expected.map(([path, message]) => ({ path, message })),
      }),
    );
  });

  it("take lists with or without spaces", () => {
    const { CORS_ORIGINS, TRUST_PROXY, SOURCE_MQTT_TOPICS, BROADCAST_PROPOSALS, STEP_UP } = loadConfig({
      CORS_ORIGINS: "https://a.example, https://b.example",
      TRUST_PROXY: "10.0.0.0/8 ,loopback",
      SOURCE_MQTT_TOPICS: "a/# , b/#",
      BROADCAST_PROPOSALS: " none ",
      STEP_UP: "release , submit",
    });
    expect(CORS_ORIGINS).toEqual(["https://a.example", "https://b.example"]);
    expect(TRUST_PROXY).toEqual(["10.0.0.0/8", "loopback"]);
    expect(SOURCE_MQTT_TOPICS).toEqual(["a/#", "b/#"]);
    expect(BROADCAST_PROPOSALS).toEqual([]);
    expect(STEP_UP).toEqual(["submit", "release"]);
  });
});

describe("the environment", () => {
  it("is read by the configuration alone", () => {
    const readers = projectFiles()
      .filter(
        (file) =>
          file.endsWith(".ts") &&
          !/^(test|bench|scripts|base\/config|console\/test)\/|^console\/vite\.config\.ts$/.test(file),
      )
      .filter((file) => /process\.env\s*(\.|\?\.|\[)/.test(readFileSync(ROOT + file, "utf8")));
    expect(readers).toEqual([]);
  });
});
