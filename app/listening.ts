import type { Config } from "../base/config/index.ts";
import { PlatformError } from "../base/errors.ts";
import { type FollowedTls, followTlsFiles } from "../base/tls-server.ts";
import type { ListenOptions } from "../broker/options.ts";
import type { Start } from "./phases/start.ts";

/** The options for listening for MQTT over TLS, once there is a certificate. */
export function tlsOf(config: Config): Pick<ListenOptions, "tls"> {
  const { MQTT_TLS_CERT: cert, MQTT_TLS_KEY: key, MQTT_TLS_CA: ca, MQTT_TLS_CRL: crl } = config;
  if (cert === undefined || key === undefined) return {};
  return { tls: { port: config.MQTT_TLS_PORT, files: { cert, key, ca, crl } } };
}

/**
 * Reads the certificate of https and of MQTT over WebSocket; undefined when none is set.
 * @throws PlatformError `config_invalid` that names the file which cannot be used
 */
export async function followHttpTls({
  config,
  logOf,
  atEnd,
}: Pick<Start, "config" | "logOf" | "atEnd">): Promise<FollowedTls | undefined> {
  const { HTTP_TLS_CERT: cert, HTTP_TLS_KEY: key } = config;
  if (cert === undefined || key === undefined) return undefined;
  const tls = await followTlsFiles({ settings: "HTTP_TLS", cert, key }, { log: logOf("https") });
  atEnd(tls.stop);
  return tls;
}

/** Turns "address in use" and the like into a fault of the configuration, which it is. */
export async function orSayWhichPort<T>(listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
    if (code !== "EADDRINUSE" && code !== "EACCES" && code !== "EADDRNOTAVAIL") throw error;
    const why = {
      EADDRINUSE: "another program uses it",
      EACCES: "that needs more rights",
      EADDRNOTAVAIL: "this machine has no such address",
    }[code];
    throw new PlatformError(
      "config_invalid",
      `Cannot listen on ${address}:${port}: ${why}. Set MQTT_PORT, MQTT_WS_PORT, MQTT_TLS_PORT, HJ212_PORT, JT808_PORT, HTTP_PORT or HOST.`,
      { cause: error },
    );
  }
}
