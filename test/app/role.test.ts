import { expect, it } from "vitest";
import { partsOf } from "../../app/role.ts";
import { loadConfig, PROCESS_ROLES } from "../../base/config/index.ts";

it("each part of the platform is some role's, and all are those of a process that is alone", () => {
  const parts = PROCESS_ROLES.map(partsOf);
  for (const part of ["doors", "api", "duties"] as const) {
    expect(parts.filter((one) => one[part]).length, part).toBe(2);
  }
  expect(partsOf("all")).toEqual({ doors: true, api: true, duties: true });
});

it("a part needs a database that the others share", () => {
  expect(loadConfig({}).ROLE).toBe("all");
  expect(loadConfig({ ROLE: "all" }).ROLE).toBe("all");
  expect(loadConfig({ ROLE: "worker", DATABASE_URL: "postgres://127.0.0.1/x" }).ROLE).toBe("worker");
  expect(() => loadConfig({ ROLE: "ingest" })).toThrow(/ROLE: is a part of the platform/);
  expect(() => loadConfig({ ROLE: "door", DATABASE_URL: "postgres://127.0.0.1/x" })).toThrow(/ROLE/);
});
