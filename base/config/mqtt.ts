import { z } from "zod";
import { port } from "./forms.ts";

/** A port of a listener that can be left out. */
const portOrOff = (fallback: number, about: string) =>
  z
    .union([z.literal("off"), z.coerce.number().int().min(0).max(65_535)], {
      error: ({ input }) => `'${String(input)}', expected a port (0 to 65535) or off`,
    })
    .default(fallback)
    .describe(about);

const connections = (about: string) =>
  z.coerce.number().int().min(0).max(10_000_000).default(0).describe(about);

/** The platform's own MQTT broker. */
export const mqttSettings = {
  MQTT_PORT: portOrOff(1883, "MQTT 3.1.1 over TCP. 0: any free port; off: not at all."),
  MQTT_WS_PORT: portOrOff(
    8083,
    "MQTT 3.1.1 over WebSocket, path /mqtt. 0: any free port; off: not at all. For TLS, put a proxy before it.",
  ),
  MQTT_TLS_PORT: port(
    8883,
    "MQTT 3.1.1 over TLS, once MQTT_TLS_CERT and MQTT_TLS_KEY are set. 0: any free port.",
  ),
  MQTT_TLS_CERT: z
    .string()
    .optional()
    .describe("File with the certificate, then the intermediate ones, in PEM. Read again when it changes."),
  MQTT_TLS_KEY: z.string().optional().describe("File with the key of that certificate, in PEM."),
  MQTT_TLS_CA: z
    .string()
    .optional()
    .describe(
      "File with the CA that signs the certificates of devices, in PEM. A device whose certificate has its id as common name needs no token.",
    ),
  MQTT_TLS_CRL: z
    .string()
    .optional()
    .describe(
      "File with the CA's list of revoked certificates, in PEM. Once it is out of date, none is taken.",
    ),
  MQTT_MAX_CONNECTIONS: connections("MQTT connections at once. 0: no limit."),
  MQTT_MAX_CONNECTIONS_PER_ADDRESS: connections(
    "MQTT connections at once from one IPv4 address or IPv6 /64. 0: no limit. Gateways, NAT and proxies share one.",
  ),
};

export const mqttNeeds = [
  ["MQTT_TLS_CERT", "MQTT_TLS_KEY"],
  ["MQTT_TLS_KEY", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CA", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CRL", "MQTT_TLS_CA"],
] as const;
