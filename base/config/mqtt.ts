import { z } from "zod";
import { connectionLimit, port, portOrOff } from "./forms.ts";

/** The platform's own MQTT broker. */
export const mqttSettings = {
  MQTT_PORT: portOrOff(1883, "MQTT 3.1.1 over TCP. 0: any free port; off: not at all."),
  MQTT_WS_PORT: portOrOff(
    8083,
    "MQTT 3.1.1 over WebSocket, path /mqtt. In TLS once HTTP_TLS_CERT is set. 0: any free port; off: not at all.",
  ),
  MQTT_TLS_PORT: port(
    8883,
    "MQTT 3.1.1 over TLS, once MQTT_TLS_CERT and MQTT_TLS_KEY are set. 0: any free port.",
  ),
  MQTT_TLS_CERT: z
    .string()
    .optional()
    .describe(
      "PEM file with the certificate, followed by the intermediate ones. The platform reads it again when it changes.",
    ),
  MQTT_TLS_KEY: z.string().optional().describe("PEM file with the key of that certificate."),
  MQTT_TLS_CA: z
    .string()
    .optional()
    .describe(
      "PEM file with the CA that signs the certificates of devices. A device whose certificate has its id as common name needs no token.",
    ),
  MQTT_TLS_CRL: z
    .string()
    .optional()
    .describe(
      "PEM file with the CA's list of revoked certificates. Once it is out of date, the broker accepts no device certificate.",
    ),
  MQTT_MAX_CONNECTIONS: connectionLimit("MQTT connections at once. 0: no limit."),
  MQTT_MAX_CONNECTIONS_PER_ADDRESS: connectionLimit(
    "MQTT connections at once from one IPv4 address or IPv6 /64. 0: no limit. Devices behind one gateway, NAT or proxy share an address.",
  ),
};

export const mqttNeeds = [
  ["MQTT_TLS_CERT", "MQTT_TLS_KEY"],
  ["MQTT_TLS_KEY", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CA", "MQTT_TLS_CERT"],
  ["MQTT_TLS_CRL", "MQTT_TLS_CA"],
] as const;
