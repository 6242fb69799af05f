import { describe, expect, it } from "vitest";
import { mayPublish, maySubscribe } from "../../access/topics.ts";

const meter = { id: "m1", gateway: false };
const gateway = { id: "g1", gateway: true };

describe("a device may publish", () => {
  it.each([
    ["v1/devices/m1/telemetry", "telemetry"],
    ["v1/devices/m1/events", "events"],
    ["v1/devices/m1/replies", "replies"],
    ["v1/devices/m1/commands", undefined],
    ["v1/devices/m1/", undefined],
    ["v1/devices/m1", undefined],
    ["v1/devices/m1/telemetry/", undefined],
    ["v1/devices/m1/x/telemetry", undefined],
    ["v1/devices/m1/telemetr", undefined],
    ["v1/devices/m12/telemetry", undefined],
    ["v1/devices/m/telemetry", undefined],
    ["v1/devices//telemetry", undefined],
    ["/v1/devices/m1/telemetry", undefined],
    ["V1/devices/m1/telemetry", undefined],
    ["v1/gateways/m1/telemetry", undefined],
    ["$SYS/broker", undefined],
    ["", undefined],
  ])("on %s as %s", (topic, channel) => {
    expect(mayPublish(meter, topic)).toBe(channel);
  });

  it("for others only when it is a gateway, on its own topics", () => {
    expect(mayPublish(gateway, "v1/gateways/g1/telemetry")).toBe("gateway-telemetry");
    expect(mayPublish(gateway, "v1/gateways/g2/telemetry")).toBeUndefined();
    expect(mayPublish(gateway, "v1/gateways/g1/events")).toBe("gateway-events");
    expect(mayPublish(gateway, "v1/gateways/g1/replies")).toBe("gateway-replies");
    expect(mayPublish(gateway, "v1/gateways/g1/commands")).toBeUndefined();
    expect(mayPublish(gateway, "v1/gateways/g1/events/m1")).toBeUndefined();
    expect(mayPublish(gateway, "v1/gateways/g2/events")).toBeUndefined();
    expect(mayPublish(gateway, "v1/gateways/g2/replies")).toBeUndefined();
    expect(mayPublish(gateway, "v1/devices/g1/telemetry")).toBe("telemetry");
    expect(mayPublish(gateway, "v1/devices/m1/telemetry")).toBeUndefined();
    for (const rest of ["telemetry", "events", "replies"]) {
      expect(mayPublish(meter, `v1/gateways/m1/${rest}`)).toBeUndefined();
      expect(mayPublish(meter, `v1/gateways/g1/${rest}`)).toBeUndefined();
    }
  });

  it("nowhere with an empty id", () => {
    expect(mayPublish({ id: "", gateway: true }, "v1/devices//telemetry")).toBeUndefined();
  });
});

describe("a device may subscribe", () => {
  it.each([
    ["v1/devices/m1/commands", true],
    ["v1/devices/m1/#", true],
    ["v1/devices/m1/+", true],
    ["v1/devices/m1", false],
    ["v1/devices/m1/", false],
    ["v1/devices/m2/commands", false],
    ["v1/devices/m12/commands", false],
    ["v1/devices/+/commands", false],
    ["v1/devices/#", false],
    ["v1/+/m1/commands", false],
    ["+/devices/m1/commands", false],
    ["#", false],
    ["$share/group/v1/devices/m1/commands", false],
    ["$SYS/#", false],
    ["v1/gateways/m1/#", false],
    ["v1/gateways/m1/commands", false],
    ["v1/gateways/g1/commands", false],
  ])("to %s: %s", (filter, allowed) => {
    expect(maySubscribe(meter, filter)).toBe(allowed);
  });

  it("below its gateway's id when it is one", () => {
    expect(maySubscribe(gateway, "v1/gateways/g1/#")).toBe(true);
    expect(maySubscribe(gateway, "v1/gateways/g1/commands")).toBe(true);
    for (const filter of ["g2/#", "g2/commands", "+/commands", "#"]) {
      expect(maySubscribe(gateway, `v1/gateways/${filter}`)).toBe(false);
    }
  });
});
