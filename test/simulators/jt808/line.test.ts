import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeviceConnection } from "../../../simulators/connection.ts";
import { openTerminalLine } from "../../../simulators/jt808/line.ts";
import { simOf } from "../../../simulators/jt808/words.ts";
import type { Message } from "../../../simulators/pack.ts";
import { Stage } from "../../protocols/jt808/stage.ts";

const reading = (second: number) => ({
  observedAt: new Date(Date.parse("2026-08-01T08:58:00+08:00") + second * 1000).toISOString(),
  ...{ longitude: 106.6302, latitude: 26.6477, speed: 12.3, ignition: "on", fix: "located", alarms: "none" },
});
const message = (channel: "telemetry" | "events", value: object): Message => ({
  topic: `v1/devices/car-1/${channel}`,
  payload: JSON.stringify(value),
  shares: [{ deviceId: "car-1", count: [value].flat().length }],
});

describe("the line of a simulated terminal", () => {
  let stage: Stage;
  let line: DeviceConnection;
  const sent: boolean[] = [];

  const open = (password = "token-1") => {
    line = openTerminalLine({
      url: `jt808://127.0.0.1:${stage.door.port}`,
      username: "car-1",
      password,
      maxInFlight: 8,
      shortestWaitMs: 5,
      longestWaitMs: 50,
      onSent: (_message, again) => void sent.push(again),
      onAcknowledged: () => {},
    });
  };

  beforeEach(async () => {
    sent.length = 0;
    stage = new Stage();
    stage.give(1, simOf("car-1"));
    await stage.open();
  });
  afterEach(async () => {
    await line.close(0);
    await stage.close();
  });

  it("has a message acknowledged once the platform has stored all of it", async () => {
    open();
    const batch = message(
      "telemetry",
      Array.from({ length: 50 }, (_, second) => reading(second)),
    );
    const outcome = line.publish(batch);
    await stage.came(3);
    expect(stage.messages.map(({ value }) => (value as object[]).length)).toEqual([20, 20, 10]);
    expect(line.inFlight).toBe(1);
    stage.settle(3);
    expect(await outcome).toBe("acknowledged");
    expect(line.inFlight).toBe(0);
  });

  it("sends again on its next connection what was not answered", async () => {
    open();
    const outcome = line.publish(message("telemetry", reading(1)));
    await stage.came(1);
    stage.door.disconnect("car-1");
    await stage.came(2);
    stage.settle(2);
    expect(await outcome).toBe("acknowledged");
    expect([sent, line.connects]).toEqual([[false, true], 2]);
  });

  it("sends no events, which are bits of locations, and is told where its code is refused", async () => {
    open();
    expect(await line.publish(message("events", { type: "sos" }))).toBe("acknowledged");
    expect(stage.messages).toEqual([]);
    await line.close(0);
    open("another");
    await vi.waitFor(() => expect(line.trouble).toBe("the platform refuses the code"));
    expect(line.connected).toBe(false);
  });
});
