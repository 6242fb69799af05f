import { Counter, type Registry } from "prom-client";

/** `refused`: before it was looked at, because of too many attempts. */
export type LoginResult = "ok" | "failed" | "refused";
/** How somebody wanted to be known. Keys and sessions are counted when they are wrong. */
export type LoginVia = "password" | "provider" | "key" | "session";

export type CountLogin = (result: LoginResult, via: LoginVia) => void;

/** Counts sign-ins, and keys and sessions that were not right. */
export function createLoginCounter(registry: Registry): CountLogin {
  const counter = new Counter({
    name: "sbi_logins_total",
    help: "Sign-ins by result, and API keys and sessions that were not valid.",
    labelNames: ["result", "via"],
    registers: [registry],
  });
  return (result, via) => counter.inc({ result, via });
}
