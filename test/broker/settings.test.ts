import { describe, expect, it } from "vitest";
import { loadConfig } from "../../base/config/index.ts";

describe("settings of the MQTT side", () => {
  it("listen on the usual ports, and on the one for TLS once there is a certificate", () => {
    expect(loadConfig({})).toMatchObject({ MQTT_PORT: 1883, MQTT_WS_PORT: 8083, MQTT_TLS_PORT: 8883 });
  });

  it("can turn the plain ports off", () => {
    expect(loadConfig({ MQTT_PORT: "off", MQTT_WS_PORT: "off" })).toMatchObject({
      MQTT_PORT: "off",
      MQTT_WS_PORT: "off",
    });
  });

  it.each([
    [{ MQTT_PORT: "Off" }, "MQTT_PORT: 'Off', expected a port (0 to 65535) or off"],
    [{ MQTT_WS_PORT: "70000" }, "MQTT_WS_PORT: Too big: expected number to be <=65535"],
    [{ MQTT_TLS_PORT: "off" }, "MQTT_TLS_PORT: 'off', expected a number"],
    [{ MQTT_TLS_CERT: "c" }, "MQTT_TLS_CERT: needs MQTT_TLS_KEY as well"],
    [{ MQTT_TLS_KEY: "k" }, "MQTT_TLS_KEY: needs MQTT_TLS_CERT as well"],
    [{ MQTT_TLS_CA: "a" }, "MQTT_TLS_CA: needs MQTT_TLS_CERT as well"],
    [{ MQTT_TLS_CERT: "c", MQTT_TLS_KEY: "k", MQTT_TLS_CRL: "r" }, "MQTT_TLS_CRL: needs MQTT_TLS_CA as well"],
  ])("refuse %o", (env, message) => {
    expect(() => loadConfig(env)).toThrow(message);
  });
});
