import { Counter, type Registry } from "prom-client";

/** `refused`: without a look at the credentials, because of too many attempts. */
export type LoginResult = "ok" | "failed" | "refused";
/** The kind of credentials. Keys and sessions are counted when they are wrong. */
export type LoginVia = "password" | "provider" | "pairing" | "key" | "session";

export type CountLogin = (result: LoginResult, via: LoginVia) => void;

/** Counts sign-ins, and wrong keys and sessions. */
export function createLoginCounter(registry: Registry): CountLogin {
  const counter = new Counter({
    name: "sbi_logins_total",
    help: "Sign-ins by result, and API keys and sessions that were not valid.",
    labelNames: ["result", "via"],
    registers: [registry],
  });
  return (result, via) => counter.inc({ result, via });
}
