import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { onTestFinished, vi } from "vitest";
import { LanguageContext } from "../../src/ui/texts.ts";

/** What was asked of the platform, in order. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly body: unknown;
}

/** What the platform would answer, by method and path; everything else is not found. */
export type Answers = Readonly<Record<string, unknown>>;

/** Stands in for the platform until the test has ended. @returns what is asked of it */
export function stubPlatform(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  onTestFinished(() => {
    // What is still on the page may ask once more.
    cleanup();
    vi.unstubAllGlobals();
    history.replaceState(null, "", "/");
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    asked.push({
      method: request.method,
      path: pathname,
      search,
      body: text === "" ? undefined : JSON.parse(text),
    });
    const answer = answers[`${request.method} ${pathname}`];
    const json = (body: unknown, status: number) =>
      new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
    return answer === undefined
      ? json({ code: "not_found", title: "Not found", status: 404 }, 404)
      : json(answer, 200);
  });
  return asked;
}

export function show(children: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={client}>
      <LanguageContext value="zh">{children}</LanguageContext>
    </QueryClientProvider>,
  );
}

/** A page that has all of it. */
export const page = (...items: readonly unknown[]) => ({ items, nextCursor: null });
