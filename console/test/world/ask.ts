import type { WorldFacts, WorldPerson } from "./start-world.ts";

/** Asks the API, and throws for every answer that is not one of success. */
export type Ask = <T>(path: string, init?: { method?: string; body?: unknown }) => Promise<T>;

async function request<T>(
  origin: string,
  path: string,
  { method = "GET", body }: { method?: string; body?: unknown },
  authorization?: string,
): Promise<T> {
  const response = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (response.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text) as T;
}

/** Asks with the administrator's key. */
export const askAsAdministrator =
  ({ origin, adminKey }: WorldFacts): Ask =>
  (path, init = {}) =>
    request(origin, path, init, `Bearer ${adminKey}`);

/** Signs a person in for a bearer token. @returns a function that asks as that person */
export async function askAs({ origin }: WorldFacts, person: WorldPerson): Promise<Ask> {
  const body = { username: person.id, password: person.password, type: "bearer" };
  const { token } = await request<{ token: string }>(origin, "/v1/sessions", { method: "POST", body });
  return (path, init = {}) => request(origin, path, init, `Bearer ${token}`);
}
