import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayUseClientId, mayUseKey, mayUseResource } from "../../access/cluster-rights.ts";

const meter = { id: "meter-1", gateway: false };
const dotted = { id: "a.b", gateway: false };
const gateway = { id: "gw", gateway: true };

describe("the rights of a device at RabbitMQ", () => {
  it("are its own topics, also with a dot in its id", () => {
    for (const channel of ["telemetry", "events", "replies"]) {
      expect(mayUseKey(meter, "write", `v1.devices.meter-1.${channel}`)).toBe(true);
      expect(mayUseKey(dotted, "write", `v1.devices.a.b.${channel}`)).toBe(true);
      expect(mayUseKey(gateway, "write", `v1.gateways.gw.${channel}`)).toBe(true);
      expect(mayUseKey(meter, "write", `v1.gateways.meter-1.${channel}`)).toBe(false);
    }
    expect(mayUseKey(meter, "read", "v1.devices.meter-1.commands")).toBe(true);
    // What it hears of itself would be kept on disk once for each of its sessions.
    for (const rest of ["*", "#", "telemetry", "events", "replies", "anything"]) {
      expect(mayUseKey(meter, "read", `v1.devices.meter-1.${rest}`)).toBe(false);
      expect(mayUseKey(gateway, "read", `v1.gateways.gw.${rest}`)).toBe(false);
    }
    expect(mayUseKey(meter, "read", "v1.gateways.meter-1.commands")).toBe(false);
    expect(mayUseKey(meter, "configure", "v1.devices.meter-1.commands")).toBe(false);
    expect(mayUseKey(gateway, "read", "v1.gateways.gw.commands")).toBe(true);
    expect(mayUseKey(meter, "write", "v1.devices.meter-1.commands")).toBe(false);
  });

  it.each([
    "v1.devices.a.#",
    "v1.devices.a.b.commands",
    "v1.devices.a.*.commands",
    "v1.devices.*.commands",
    "v1.devices.a.",
    "v1.devices.a",
    "#",
    "v1.#",
    "v1.gateways.a.commands",
    "amq.rabbitmq.event",
    "",
  ])("end where another device begins, whose id is theirs, a dot and more: %s", (key) => {
    for (const permission of ["read", "write", "configure", ""])
      expect(mayUseKey({ id: "a", gateway: false }, permission, key)).toBe(false);
  });

  it("let no device publish in the name of another, whatever the two are called", () => {
    const id = fc.stringMatching(/^[a-b][a-b.]{0,4}$/);
    const channel = fc.constantFrom("telemetry", "events", "replies");
    fc.assert(
      fc.property(id, id, channel, fc.boolean(), (one, other, what, isGateway) => {
        fc.pre(one !== other);
        const key = `v1.devices.${other}.${what}`;
        expect(mayUseKey({ id: one, gateway: isGateway }, "write", key)).toBe(false);
      }),
    );
  });

  it("are the session of its own client ids, and the exchange of topics", () => {
    expect(mayUseClientId("a", "a")).toBe(true);
    expect(mayUseClientId("a", "a:1")).toBe(true);
    expect(mayUseClientId("a", "a:2")).toBe(true);
    for (const clientId of ["", "a:", "a:3", "a:12", "a:second", "b", "a.b", "ab", "a/b", "b:a"])
      expect(mayUseClientId("a", clientId)).toBe(false);
    for (const permission of ["configure", "write", "read"]) {
      expect(mayUseResource("a", "queue", "mqtt-subscription-aqos1", permission)).toBe(true);
      expect(mayUseResource("a", "queue", "mqtt-subscription-a:2qos0", permission)).toBe(true);
      expect(mayUseResource("a", "queue", "mqtt-subscription-a:xqos0", permission)).toBe(false);
      expect(mayUseResource("a", "queue", "mqtt-subscription-bqos1", permission)).toBe(false);
      expect(mayUseResource("a", "queue", "sbi.ingest.1", permission)).toBe(false);
      expect(mayUseResource("a", "exchange", "amq.default", permission)).toBe(false);
      expect(mayUseResource("a", "exchange", "amq.topic", permission)).toBe(permission !== "configure");
    }
  });
});
