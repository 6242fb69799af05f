import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { connectDevice, RawMqtt } from "../helpers/mqtt.ts";
import { startTestPlatform, type TestPlatform } from "../helpers/platform.ts";
import { type SharedSource, startSharedSource } from "../helpers/shared-source.ts";

/** A platform with two doors: its own for MQTT, and a source that it subscribes to. */
let app: TestPlatform;
let source: SharedSource;
/** Lets the source answer to who unsubscribes. */
let letAnswer: () => void;

beforeAll(async () => {
  source = await startSharedSource(
    new Promise((resolve) => {
      letAnswer = resolve;
    }),
  );
  app = await startTestPlatform({
    SOURCE_MQTT_URL: `mqtt://127.0.0.1:${source.port}`,
    SOURCE_MQTT_TOPICS: "$share/ingest/v1/#",
    // What is taken is still under way when the end comes, unless the machine is slow.
    BATCH_LINGER_MS: "1000",
  });
  await vi.waitFor(() => expect(source.members()).toBe(1));
});
afterAll(async () => {
  await app.stop();
  source.close();
});

const observed = (second: number) => ({ observedAt: Date.UTC(2026, 3, 1, 0, 0, second), volume: second });
const stored = async () => (await app.db.pool.query("select from readings_gas_meter")).rows.length;

describe("a device that another process has given a new token", () => {
  it("loses its connection here", async () => {
    const { token } = await app.register("moved-on");
    const client = await connectDevice(app.platform.mqttPort, "moved-on", token);
    const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
    await app.db.pool.query(
      "update devices set token_hash = '\\x00', updated_at = now() where id = 'moved-on'",
    );
    await ended;
  });
});

describe("the end of a platform", () => {
  it("takes nothing new by any door, commits and acknowledges what it had, and then ends them all", async () => {
    const [near, far] = [await app.register("near"), await app.register("far")];
    const raw = new RawMqtt(app.platform.mqttPort);
    await raw.login(near.id, near.token);
    raw.publish("v1/devices/near/telemetry", JSON.stringify(observed(1)), 1);
    const taken = source.publish("v1/devices/far/telemetry", observed(2));
    for (const { id } of [near, far]) {
      await vi.waitFor(async () =>
        expect(await app.api(`/v1/devices/${id}/ledger`)).toMatchObject({ received: 1 }),
      );
    }
    const stopped = app.platform.stop();
    // The broker is quiet before the source is asked to send no more, and nothing is committed before that has answered.
    await vi.waitFor(() => expect(source.members()).toBe(0));
    raw.publish("v1/devices/near/telemetry", JSON.stringify(observed(3)), 2);
    let isTaken = false;
    void source.publish("v1/devices/far/telemetry", observed(4)).then(() => {
      isTaken = true;
    });
    // Long enough for a door that is not quiet to take it.
    expect(await app.api("/v1/devices/near/ledger")).toMatchObject({ received: 1 });
    letAnswer();

    await taken;
    await raw.next("puback", 1);
    await stopped;
    await raw.closed;
    await vi.waitFor(() => expect(source.connections()).toBe(0));
    expect(raw.received.filter(({ cmd }) => cmd === "puback")).toHaveLength(1);
    expect([isTaken, await stored()]).toEqual([false, 2]);
  });
});
