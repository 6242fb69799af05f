import { describe, expect, it } from "vitest";
import { playShort } from "./chaos-short.ts";

/** Embedded databases have one process each. `npm run test:cluster -- --engine doors` is the long form. */
describe.runIf(process.env.DATABASE_URL)("three processes, of which any is killed or paused", () => {
  it("keep every promise at their own doors", async () => {
    expect(await playShort("doors")).toEqual([]);
  }, 600_000);
});
