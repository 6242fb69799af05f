import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, it, vi } from "vitest";
import { platformQuery } from "../../../src/api/platform.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("what the platform tells comes to whoever waits for it, also once the page that asked first has gone", async () => {
  let answer: () => void = () => {};
  vi.stubGlobal(
    "fetch",
    (request: Request) =>
      new Promise<Response>((resolve, reject) => {
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
        answer = () => resolve(Response.json({ name: "南明区应急广播", signedIn: true }));
      }),
  );
  const client = new QueryClient();
  const leave = new QueryObserver(client, platformQuery).subscribe(() => {});
  const waited = client.ensureQueryData(platformQuery);
  leave();
  answer();
  expect(await waited).toMatchObject({ name: "南明区应急广播", signedIn: true });
});
