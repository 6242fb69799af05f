import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Channel } from "../../base/channels.ts";
import type { DoorDecoder, RawMessage } from "../../exchange/door.ts";
import { ownDecoder } from "../../exchange/own-dialect.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";
import { NO_LIMITS } from "../../store/database/limits.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import {
  addDevice,
  gasMeterRows,
  lastRejection,
  lastRejectionIn,
  startTestIngest,
  type TestIngest,
  takeIn,
  withConstraint,
} from "../helpers/ingest.ts";

const ACTOR = { type: "person", id: "li", name: "李", tenantId: null } as const;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());

const NOW = Date.now();
const at = (minute: number) => new Date(NOW - (600 - minute) * 60_000).toISOString();

/** What is on record of a device: reason, door, topic, and whether it is partial; oldest first. */
async function recordOf(id: string) {
  const { rows } = await db.pool.query(
    `select m.reason, m.door, m.topic, m.partial, m.messages from rejected_messages m
     join devices using (device_no) where id = $1 order by rejection_no`,
    [id],
  );
  return rows.map(({ reason, door, topic, partial, messages }) => [reason, door, topic, partial, messages]);
}

/** Sends by a door of our own dialect. */
const sendBy =
  ({ ingest }: TestIngest) =>
  (
    door: string,
    id: string,
    channel: Channel | undefined,
    context: string,
    value: unknown,
    receivedAt = NOW,
  ) =>
    new Promise<void>((resolve) => {
      const raw = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
      takeIn(ingest, { door, device: ingest.directory.find(id), channel, context, raw, receivedAt }, resolve);
    });

describe("what is refused", () => {
  it("is on record with the door by which it came and its context, whatever is refused of it", async () => {
    const gateway = await addDevice(db.pool, "by-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "by-1");
    await addDevice(db.pool, "by-2", { gatewayNo: gateway.deviceNo });
    const side = await startTestIngest(db.pool);
    const send = sendBy(side);
    const own = "v1/devices/by-1/telemetry";
    const events = "v1/devices/by-1/events";
    const carried = "v1/gateways/by-gw/telemetry";
    const leak = (n: number) => ({ eventId: "e", type: "leak", observedAt: at(1), n });

    await send("mqtt", "by-1", "telemetry", own, { observedAt: at(1), flow: 1 });
    await send("mqtt", "by-1", "telemetry", own, "{");
    await send("mqtt-source", "by-1", "telemetry", own, { observedAt: at(2), flow: "much" });
    await send("mqtt-source", "by-1", "telemetry", own, { observedAt: at(3), flow: 1, pressure: 99 });
    await send("lorawan", "by-1", "telemetry", "up/1", { observedAt: at(1), flow: 2 });
    await send("mqtt-source", "by-1", "events", events, { ...leak(1), observedAt: "then" });
    await send("lorawan", "by-1", undefined, "elsewhere", "1");
    await send("mqtt", "by-1", undefined, "elsewhere", "1");
    await send("lorawan", "by-1", undefined, "elsewhere", "1");
    expect(await recordOf("by-1")).toEqual([
      ["not_json", "mqtt", own, false, 1],
      ["bad_type", "mqtt-source", own, false, 1],
      ["off_scale", "mqtt-source", own, true, 1],
      ["conflict", "lorawan", "up/1", false, 1],
      ["bad_time", "mqtt-source", events, true, 1],
      ["foreign_topic", "lorawan", "elsewhere", false, 2],
      ["foreign_topic", "mqtt", "elsewhere", false, 1],
    ]);

    await send("mqtt-source", "by-gw", "gateway-telemetry", carried, {
      ghost: 1,
      "by-2": { observedAt: at(1), flow: 1 },
    });
    await send("lorawan", "by-gw", "gateway-telemetry", "up/gw", { "by-2": { observedAt: at(1), flow: 2 } });
    expect(await recordOf("by-gw")).toEqual([["unknown_device", "mqtt-source", carried, false, 1]]);
    expect(await recordOf("by-2")).toEqual([["conflict", "lorawan", "up/gw", false, 1]]);
  });

  it("of messages that came in one batch, by several doors, is kept apart", async () => {
    await addDevice(db.pool, "apart-1");
    const side = await startTestIngest(db.pool, { lingerMs: 50 });
    const send = sendBy(side);
    await send(
      "mqtt",
      "apart-1",
      "telemetry",
      "a",
      [1, 2].map((n) => ({ observedAt: at(n), flow: n })),
    );
    await Promise.all(
      ["mqtt", "mqtt-source", "mqtt"].map((door, i) =>
        send(
          door,
          "apart-1",
          "telemetry",
          i === 2 ? "b" : "a",
          [1, 2].map((n) => ({ observedAt: at(n), flow: 5 + i })),
        ),
      ),
    );
    expect((await recordOf("apart-1")).sort()).toEqual([
      ["conflict", "mqtt", "a", false, 1],
      ["conflict", "mqtt", "b", false, 1],
      ["conflict", "mqtt-source", "a", false, 1],
    ]);
    await withConstraint(db.pool, "readings_gas_meter", "flow is distinct from 7000", () =>
      Promise.all(
        ["mqtt", "mqtt-source"].map((door, n) =>
          send(door, "apart-1", "telemetry", `c/${door}`, [
            { observedAt: at(10 + n), flow: n },
            { observedAt: at(20 + n), flow: 7 },
          ]),
        ),
      ).then(() => {}),
    );
    expect((await recordOf("apart-1")).slice(3).sort()).toEqual([
      ["store_refused", "mqtt", "c/mqtt", false, 1],
      ["store_refused", "mqtt-source", "c/mqtt-source", false, 1],
    ]);
  });
});

it("is counted as taken in, unless it came too fast", async () => {
  await addDevice(db.pool, "counted-1");
  const side = await startTestIngest(db.pool);
  await sendBy(side)("mqtt", "counted-1", "telemetry", "v1/devices/counted-1/telemetry", "{");
  const device = side.ingest.directory.find("counted-1");
  const message = { door: "mqtt", device, context: "t", raw: Buffer.alloc(0), receivedAt: NOW };
  for (const channel of ["events", undefined] as const) {
    await new Promise<void>((resolve) =>
      side.ingest.reject({ ...message, channel }, { reason: "rate_limited", detail: "d" }, resolve),
    );
  }
  const text = await side.registry.getSingleMetricAsString("sbi_messages_total");
  expect(text.match(/channel="[\w-]+"} [1-9]/g)).toEqual(['channel="telemetry"} 1']);
});

/** A door whose devices send a frame: an `F`, and their flow in thousandths. What it knows of them is its own. */
function frameDoor() {
  const asked: RawMessage<DeviceEntry>[] = [];
  const state = { isMended: false, channel: "telemetry" as Channel | undefined };
  const decoder: DoorDecoder = {
    decode(message) {
      const { raw } = message;
      asked.push(message as unknown as RawMessage<DeviceEntry>);
      // Items that ingest has put on record come in JSON.
      const value =
        raw[0] === 0x46
          ? { observedAt: at(raw.readUInt8(1)), flow: raw.readUInt16BE(2) / 1000 }
          : JSON.parse(raw.toString());
      if (!state.isMended) return { reason: "not_json", detail: "a frame of a new firmware" };
      return { ...message, channel: state.channel, value, repeated: undefined };
    },
  };
  return { asked, state, decoder };
}

const frame = (minute: number, flow: number) => Buffer.from([0x46, minute, flow >> 8, flow & 0xff]);

describe("a replay", () => {
  it("has the door of the message decode it again, whole and once", async () => {
    const { deviceNo } = await addDevice(db.pool, "frames-1");
    const { asked, state, decoder } = frameDoor();
    const decoders = new Map([
      ["mqtt", ownDecoder],
      ["frames", decoder],
    ]);
    const { ingest, ledger } = await startTestIngest(db.pool, { decoders });
    const device = ingest.directory.find("frames-1")!;
    const raw = frame(7, 500);
    const message = { door: "frames", device, context: "0x0200", raw, receivedAt: NOW };
    const refusal = decoder.decode(message) as { reason: "not_json"; detail: string };
    await new Promise<void>((resolve) => ingest.reject(message, refusal, resolve));
    const rejection = await lastRejection(db.pool, "frames-1");
    expect(rejection).toMatchObject({ door: "frames", topic: "0x0200", payload: raw, payloadBytes: 4 });
    asked.length = 0;
    const again = () => ingest.replay(rejection, ACTOR, NO_LIMITS);
    expect(await again()).toEqual({ outcome: "rejected", detail: "not_json: a frame of a new firmware" });

    state.isMended = true;
    expect(await again()).toMatchObject({ outcome: "stored" });
    expect(await gasMeterRows(db.pool, "frames-1")).toMatchObject([
      { observed_at: new Date(at(7)), flow: 0.5 },
    ]);
    expect(await ledger("frames-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
    expect(asked).toEqual([message, message].map((one) => ({ ...one, device })));
    expect(device).toMatchObject({ deviceNo, pending: 0 });
  });

  it("stores what came for a device before it was known, where the door goes by its context", async () => {
    const { ingest, ledger } = await startTestIngest(db.pool);
    const raw = Buffer.from(JSON.stringify({ observedAt: at(3), flow: 2 }));
    const context = "v1/devices/later-1/telemetry";
    const send = (door: string) =>
      new Promise<void>((resolve) => {
        const message = { door, device: undefined, channel: undefined, context, raw, receivedAt: NOW };
        takeIn(ingest, message, resolve);
      });
    await send("mqtt-source");
    const rejection = await lastRejectionIn(db.pool, context);
    const again = () => ingest.replay(rejection, ACTOR, NO_LIMITS);
    expect((await again()).detail).toMatch(/^unknown_device: /);
    await addDevice(db.pool, "later-1");
    await ingest.directory.refresh("later-1");
    expect(await again()).toEqual({ outcome: "stored", detail: "the message was stored" });
    expect(await gasMeterRows(db.pool, "later-1")).toMatchObject([{ observed_at: new Date(at(3)), flow: 2 }]);
    expect(await ledger("later-1")).toEqual({ received: 1, stored: 1, duplicate: 0, rejected: 0 });

    // At our own broker a device says by its login who it is, and not by a topic.
    await send("mqtt");
    const own = await lastRejectionIn(db.pool, context);
    expect((await ingest.replay(own, ACTOR, NO_LIMITS)).detail).toMatch(/^unknown_device: /);
  });

  it("takes the channel that the door says, or says that it has none for that device", async () => {
    await addDevice(db.pool, "frames-2");
    const { state, decoder } = frameDoor();
    state.isMended = true;
    const { ingest } = await startTestIngest(db.pool, { decoders: new Map([["frames", decoder]]) });
    const device = ingest.directory.find("frames-2")!;
    const item = { eventId: "e", type: "leak", observedAt: at(1) };
    const raw = Buffer.from(JSON.stringify(item));
    // In the words of another dialect: only the door knows what such a context is.
    const message = {
      door: "frames",
      device,
      context: "v1/devices/frames-2/telemetry",
      raw,
      receivedAt: NOW,
    };
    await new Promise<void>((resolve) =>
      ingest.reject(message, { reason: "empty", detail: "not yet" }, resolve),
    );
    const rejection = await lastRejection(db.pool, "frames-2");
    state.channel = undefined;
    expect((await ingest.replay(rejection, ACTOR, NO_LIMITS)).detail).toMatch(/^foreign_topic: /);
    state.channel = "events";
    expect(await ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    const { rows } = await db.pool.query(
      "select event_id from events join devices using (device_no) where id = 'frames-2'",
    );
    expect(rows).toEqual([{ event_id: "e" }]);
  });

  it("says which door is not there any more, and stores it once the door is there again", async () => {
    await addDevice(db.pool, "frames-3");
    const { state, decoder } = frameDoor();
    const first = await startTestIngest(db.pool);
    const device = first.ingest.directory.find("frames-3")!;
    const message = { door: "frames", device, context: "0x0200", raw: frame(1, 2000), receivedAt: NOW };
    await new Promise<void>((resolve) =>
      first.ingest.reject(message, { reason: "not_json", detail: "a frame of a new firmware" }, resolve),
    );
    const rejection = await lastRejection(db.pool, "frames-3");
    expect(await first.ingest.replay(rejection, ACTOR, NO_LIMITS)).toEqual({
      outcome: "rejected",
      detail: "it came by the door 'frames', which no longer exists: nothing else can decode it",
    });
    expect(await first.ledger("frames-3")).toEqual({ received: 1, stored: 0, duplicate: 0, rejected: 1 });
    await first.ingest.stop(1000);
    state.isMended = true;
    const second = await startTestIngest(db.pool, { decoders: new Map([["frames", decoder]]) });
    expect(await second.ingest.replay(rejection, ACTOR, NO_LIMITS)).toMatchObject({ outcome: "stored" });
    expect(await gasMeterRows(db.pool, "frames-3")).toMatchObject([{ flow: 2 }]);
  });

  it("takes items that were decoded once as they are on record, whatever their door and its decoder", async () => {
    const gateway = await addDevice(db.pool, "milli-gw", { kind: "lora-gateway" });
    await addDevice(db.pool, "milli-1", { gatewayNo: gateway.deviceNo });
    // It tells volts as millivolts: read again, 5.2 V would be 5.2 mV, which is within the scale.
    const asked: string[] = [];
    const decoder: DoorDecoder = {
      decode: (message) => {
        asked.push(message.context);
        const { battery } = JSON.parse(message.raw.toString()) as { battery: number };
        const value = { observedAt: at(1), battery: battery / 1000 };
        return { ...message, channel: "telemetry", value, repeated: undefined };
      },
    };
    const { ingest } = await startTestIngest(db.pool, { decoders: new Map([["millis", decoder]]) });
    const send = (id: string, channel: Channel, value: unknown) =>
      new Promise<void>((resolve) => {
        const message = {
          door: "millis",
          device: ingest.directory.find(id),
          context: `up/${channel}`,
          raw: Buffer.from("a frame"),
          receivedAt: NOW,
          channel,
          value,
          repeated: undefined,
        };
        ingest.accept(message, resolve);
      });
    const replayed = async (context: string) => {
      const rejection = await lastRejectionIn(db.pool, context);
      return [rejection.itemsChannel, (await ingest.replay(rejection, ACTOR, NO_LIMITS)).detail];
    };
    const reading = { observedAt: at(1), volume: 1057.5, battery: 52 };
    await send("milli-1", "telemetry", reading);
    expect(await replayed("up/telemetry")).toEqual(["telemetry", expect.stringMatching(/^off_scale: /)]);
    await send("milli-gw", "gateway-telemetry", { "milli-1": { ...reading, observedAt: at(2) } });
    expect(await replayed("up/gateway-telemetry")).toEqual([
      "gateway-telemetry",
      expect.stringMatching(/^off_scale: /),
    ]);
    // These are refused once they meet what is stored.
    await send("milli-gw", "gateway-telemetry", { "milli-1": { observedAt: at(1), volume: 1 } });
    expect(await replayed("up/gateway-telemetry")).toEqual([
      "gateway-telemetry",
      expect.stringMatching(/^conflict: /),
    ]);
    await send("milli-1", "events", { observedAt: at(1), type: "hail" });
    expect(await replayed("up/events")).toEqual(["events", expect.stringMatching(/^unknown_event: /)]);
    expect(await gasMeterRows(db.pool, "milli-1")).toMatchObject([{ battery: null }, { battery: null }]);
    expect(asked).toEqual([]);
  });
});
