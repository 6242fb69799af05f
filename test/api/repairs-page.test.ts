import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMINISTRATOR } from "../../access/decide.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { createCallers } from "./callers.ts";
import { insertDevice, insertReadings, insertRegions } from "./fixtures.ts";
import { type Api, startApi } from "./harness.ts";

/** The examples of docs/repairs.md, as somebody would copy them. */

let db: TestDatabase;
let api: Api;
const callers = createCallers();
const PLATFORM = callers.as(ADMINISTRATOR);
beforeAll(async () => {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  api = await startApi(db.pool, { access: callers.access });
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

/** Method, path and body of each `curl` that posts something. */
function examples(): { url: string; body: Record<string, unknown> }[] {
  const page = readFileSync(new URL("../../docs/repairs.md", import.meta.url), "utf8");
  const posts = page.matchAll(/curl -X POST [^']*?"\$SBI(\/v1\/[^"]+)" \\\n\s*-d '([^']*)'/g);
  return [...posts].map(([, url, body]) => ({ url: url!, body: JSON.parse(body!) }));
}

describe("the page on repairs", () => {
  it("has examples that do what they say, on a meter that has read something in their times", async () => {
    const deviceNo = await insertDevice(db.pool, "meter-0001");
    const found = examples();
    expect(found.map(({ body }) => body.action ?? "exchange")).toEqual(["void", "correct", "exchange"]);
    await insertReadings(
      db.pool,
      deviceNo,
      found
        .filter(({ body }) => body.from !== undefined)
        .map(({ body }) => ({ at: new Date(body.from as string).toISOString(), volume: 1000 })),
    );
    for (const { url, body } of found) {
      const answer = await api.call({ method: "POST", url, payload: body, headers: PLATFORM });
      expect([body, answer.status]).toEqual([body, 201]);
      if (body.action) expect(answer.json.readings).toBe(1);
    }
  });
});
