import { randomBytes } from "node:crypto";
import { keepSecret } from "./secrets.ts";

type Ask = <T>(path: string, init?: { method?: string; body?: unknown }) => Promise<T>;

let made = 0;

/**
 * A person who may release, as an administrator may not. Made through the API of a platform that lets new officers act
 * at once (`PRIVILEGED_GRANT_DELAY_HOURS=0`), and signed in.
 * @param administrator sends requests with the administrator's key
 * @returns a function that sends requests as that person
 */
export async function signInDutyOfficer(administrator: Ask, httpPort: number | (() => number)): Promise<Ask> {
  const id = `officer-${process.pid}-${++made}`;
  const password = keepSecret(randomBytes(18).toString("base64url"));
  await administrator("/v1/tenants", { method: "POST", body: { id, name: id, use: "government" } });
  const area = { regions: "all", kinds: "all", tenants: "all", devices: "all" };
  const grants = [{ role: "duty-officer", area }];
  await administrator("/v1/people", {
    method: "POST",
    body: { id, name: id, tenantId: id, grants, password },
  });
  const ask = async <T>(path: string, method: string, body: unknown, token?: string): Promise<T> => {
    const port = typeof httpPort === "number" ? httpPort : httpPort();
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  };
  const { token } = await ask<{ token: string }>("/v1/sessions", "POST", {
    username: id,
    password,
    type: "bearer",
  });
  keepSecret(token);
  return (path, { method = "GET", body } = {}) => ask(path, method, body, token);
}
