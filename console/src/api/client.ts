import createClient from "openapi-fetch";
import { isUnattended } from "./attended.ts";
import { noteServerDate } from "./clock.ts";
import { ApiError, noteStep, problemOf } from "./problem.ts";
import type { paths } from "./schema.ts";

/** What a request of an operation takes as its body. */
export type Body<T> = T extends { requestBody: { content: { "application/json": infer B } } } ? B : never;

let csrfToken: string | null = null;
/** Proves to the platform that a change comes from this page; the session's answer holds it. */
export const setCsrfToken = (token: string | null): void => {
  csrfToken = token;
};

const hearers = new Set<() => void>();
/** Calls `hearer` when an answer says that the session is over. @returns the function that ends it */
export function onSessionLost(hearer: () => void): () => void {
  hearers.add(hearer);
  return () => hearers.delete(hearer);
}

/** A preview asks only, however much it says. */
const isStep = ({ method, url }: Request): boolean => method !== "GET" && !url.endsWith("/preview");

/** Fetch with what every request to the platform needs. @throws ApiError `offline` where no answer comes */
export async function platformFetch(input: Request): Promise<Response> {
  const request = new Request(input);
  if (csrfToken !== null && request.method !== "GET") request.headers.set("x-csrf-token", csrfToken);
  if (request.method === "GET" && isUnattended()) request.headers.set("x-unattended", "1");
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    const offline = new ApiError(0, "offline", { detail: (error as Error).message });
    offline.isStep = isStep(request);
    throw offline;
  }
  if (isStep(request)) noteStep(response);
  noteServerDate(response.headers.get("date"));
  // A wrong password is no lost session.
  if (response.status === 401 && !new URL(request.url).pathname.startsWith("/v1/sessions")) {
    for (const hearer of hearers) hearer();
  }
  return response;
}

/** The API, typed by its OpenAPI document. Its answers go through `read`. */
export const api = createClient<paths>({ baseUrl: location.origin, fetch: platformFetch });

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The JSON of an answer; some routes also give CSV, which nobody asks for here. @throws ApiError unless it is 2xx */
export async function read<T>(answer: Promise<Answer<T>>): Promise<Exclude<NonNullable<T>, string>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw problemOf(response, error);
  return data as Exclude<NonNullable<T>, string>;
}

/** A step whose answer has no body. @throws ApiError unless it is 2xx */
export async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  await read(answer);
}
