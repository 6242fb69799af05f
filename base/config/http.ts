import { z } from "zod";
import { isNetwork, port, splitAtCommas } from "./forms.ts";

/** Scheme, host and port as browsers send them, and nothing more; `*` would let every page in. */
const isOrigin = (text: string): boolean => {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) && url.origin === text;
  } catch {
    return false;
  }
};

/** A proxy whose `X-Forwarded-*` may be believed: an address, a network, or a name for several networks. */
const PROXY = /^(loopback|linklocal|uniquelocal)$/;
const isProxy = (text: string): boolean => PROXY.test(text) || isNetwork(text);

/** The HTTP API and the console: their port, its limits, and the origins and proxies that it accepts. */
export const httpSettings = {
  HTTP_PORT: port(8080, "The HTTP API. 0: any free port."),
  HTTP_TLS_CERT: z
    .string()
    .optional()
    .describe(
      "PEM file with the certificate, followed by the intermediate ones, with which HTTP_PORT speaks https and MQTT_WS_PORT wss. The platform reads it again when it changes. Unset: plain http.",
    ),
  HTTP_TLS_KEY: z.string().optional().describe("PEM file with the key of that certificate."),
  HTTP_RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(6000)
    .describe("HTTP requests per minute that a person or an application may make. 0: no limit."),
  HTTP_RATE_LIMIT_ANONYMOUS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .default(600)
    .describe("HTTP requests per minute that one address may make without signing in. 0: no limit."),
  HTTP_MAX_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(50)
    .describe("Live event streams that a person or an application may have open at once."),
  CORS_ORIGINS: z
    .string()
    .transform(splitAtCommas)
    .refine(
      (origins) => origins.every(isOrigin),
      "expected origins such as https://console.example.org, separated by commas, without a path",
    )
    .optional()
    .describe(
      "Origins whose web pages may call the API, separated by commas. Unset: no other origin than the API's own.",
    ),
  TRUST_PROXY: z
    .string()
    .transform(splitAtCommas)
    .refine(
      (addresses) => addresses.every(isProxy),
      "expected addresses or networks such as 10.0.0.5 or 10.0.0.0/8, or loopback, separated by commas",
    )
    .optional()
    .describe(
      "Proxies whose X-Forwarded-For, -Proto and -Host the platform believes: addresses and networks, separated by commas. Unset: it believes none.",
    ),
  CONSOLE_NAME: z
    .string()
    .min(1)
    .max(60)
    .default("智慧广电")
    .describe("The platform's name where people sign in to the console."),
  DEMO_SIGN_IN: z
    .enum(["on", "off"])
    .default("off")
    .describe(
      "on: whoever opens the console is told the demo's people and, on this machine, their passwords. For npm run demo, which sets it.",
    ),
};

export const httpNeeds = [
  ["HTTP_TLS_CERT", "HTTP_TLS_KEY"],
  ["HTTP_TLS_KEY", "HTTP_TLS_CERT"],
] as const;
