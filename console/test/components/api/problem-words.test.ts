import { afterEach, describe, expect, it, vi } from "vitest";
import { api, read } from "../../../src/api/client.ts";
import type { ApiError } from "../../../src/api/problem.ts";
import { problemNext } from "../../../src/api/problem-words.ts";

afterEach(() => vi.unstubAllGlobals());

const body = JSON.stringify({ code: "database_unavailable", title: "x", status: 503 });
const ANSWERS = {
  "no answer": () => Promise.reject(new TypeError("Failed to fetch")),
  "a busy platform": () =>
    Promise.resolve(new Response(body, { status: 503, headers: { "content-type": "application/json" } })),
};

describe.each(Object.entries(ANSWERS))("the way on after %s", (_name, answer) => {
  const failed = async (asked: () => Promise<unknown>) => {
    vi.stubGlobal("fetch", answer);
    return problemNext((await asked().catch((error: unknown) => error)) as ApiError, "en");
  };

  it("says of what is read that it is tried again", async () => {
    expect(await failed(() => read(api.GET("/v1/me")))).toContain("is tried again by itself");
  });

  it("says of a step that nobody repeats it", async () => {
    const id = { params: { path: { id: "bc-1" } } };
    const approve = () => read(api.POST("/v1/broadcasts/{id}/approve", { ...id, body: { revision: 1 } }));
    expect(await failed(approve)).toContain("not repeated by itself");
  });
});
