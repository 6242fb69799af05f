import { describe, expect, it } from "vitest";
import { configSchema, loadConfig } from "../../base/config/index.ts";
import { envExample, generatedFiles, settingsTable, withSettings } from "../../scripts/env-example.ts";

const names = Object.keys(configSchema.shape);

describe("a configuration that is not valid", () => {
  it("is told with all of its faults at once, and without the secrets in it", () => {
    const env = { MQTT_PORT: "x", HTTP_PORT: "70000", LOG_LEVEL: "loud", ADMIN_API_KEY: "secret" };
    expect(() => loadConfig(env)).toThrowErrorMatchingInlineSnapshot(`
      [PlatformError: The configuration is not valid:
        MQTT_PORT: 'x', expected a port (0 to 65535) or off
        HTTP_PORT: Too big: expected number to be <=65535
        ADMIN_API_KEY: expected at least 32 characters, as 'openssl rand -hex 32' makes them; unset, the platform makes one by itself
        LOG_LEVEL: Invalid option: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"trace"|"silent"]
    `);
  });
});

describe("what is generated from the configuration's schema", () => {
  it.each(generatedFiles().map((file) => file.name))("%s is up to date (npm run env:example)", (name) => {
    const file = generatedFiles().find((generated) => generated.name === name);
    expect(file?.current).toBe(file?.expected);
  });

  it("is an example that names each variable once, with a default that the schema accepts", () => {
    const lines = envExample()
      .split("\n")
      .filter((line) => /^# [A-Z0-9_]+=/.test(line));
    const pairs = lines.map((line) => line.slice(2).split(/=(.*)/s) as [string, string]);
    expect(pairs.map(([name]) => name)).toEqual(names);
    // Uncommented as it stands, the example changes nothing.
    expect(loadConfig(Object.fromEntries(pairs))).toEqual(loadConfig({}));
  });

  it("is a table with one row for each variable in both languages, each with a meaning", () => {
    for (const language of ["en", "zh"] as const) {
      const rows = settingsTable(language).split("\n").slice(2);
      expect(rows.map((row) => /^\| `([A-Z0-9_]+)` \|/.exec(row)?.[1])).toEqual(names);
      for (const row of rows) expect(row).toMatch(/\| [^|]{4,} \|$/);
    }
    expect(settingsTable("zh")).toMatch(/[\u4e00-\u9fff]/);
  });

  it("replaces only what is between the marks, and refuses a document without them", () => {
    const begin = "<!-- settings: generated from base/config/ by `npm run env:example` -->";
    const readme = `before\n${begin}\nold\n<!-- /settings -->\nafter\n`;
    expect(withSettings(readme, "new")).toBe(`before\n${begin}\nnew\n<!-- /settings -->\nafter\n`);
    expect(() => withSettings("before\nafter\n", "new")).toThrow(/Expected/);
  });
});
