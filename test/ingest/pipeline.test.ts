import { describe, expect, it } from "vitest";
import { catalog } from "../../devices/catalog.ts";
import { Batch } from "../../ingest/batch.ts";
import type { DeviceEntry, Directory } from "../../ingest/directory.ts";
import { KindRuntime } from "../../ingest/kind-runtime.ts";
import { Pipeline } from "../../ingest/pipeline.ts";
import { tablesOf } from "../../kind-tables.ts";

const kind = catalog.find((candidate) => candidate.kind === "gas-meter")!;
const device: DeviceEntry = {
  deviceNo: 1,
  id: "deep-1",
  runtime: new KindRuntime(kind, tablesOf([kind])[0]!),
  regionCode: "52",
  tenantId: null,
  formerPlaces: undefined,
  gatewayNo: null,
  tokenHash: Buffer.alloc(0),
  gateway: false,
  lastReportAt: 0,
  notedAt: 0,
  lastArrival: 0,
  evaluatedAt: 0,
  looks: 0,
  pending: 0,
};

describe("a value that is nested as deep as 64 KiB allow", () => {
  const deep = `${"[".repeat(32_000)}${"]".repeat(32_000)}`;

  it.each([
    ["telemetry", `{"observedAt":${deep}}`, "bad_time"],
    ["telemetry", `{"flow":${deep}}`, "bad_type"],
    ["telemetry", `{"valve":${deep}}`, "bad_type"],
    ["telemetry", `{"flow":1,"unknown":${deep}}`, "too_deep"],
    ["telemetry", `{"unknown":${deep}}`, "no_quantity"],
    ["telemetry", `{"ts":${deep},"flow":1}`, "time_missing"],
    ["telemetry", deep, "bad_shape"],
    ["events", `{"eventId":"1","type":"leak","phase":${deep}}`, "bad_shape"],
    ["events", `{"eventId":${deep}}`, "bad_shape"],
    ["events", `{"eventId":"1","type":${deep}}`, "bad_shape"],
    ["replies", `{"commandId":"1","outcome":${deep}}`, "bad_shape"],
    ["gateway-telemetry", `{"nobody":${deep}}`, "unknown_device"],
  ] as const)("is refused on %s, on record with its bytes: case %#", (channel, body, reason) => {
    const batch = new Batch();
    const directory = { find: () => undefined } as unknown as Directory;
    const pipeline = new Pipeline({ directory, sink: { open: batch, filled: () => {} } });
    const payload = Buffer.from(body);
    const message = { publisher: device, channel, topic: "t", payload, receivedAt: Date.now() };
    pipeline.accept(message, () => {});
    expect(batch.rejections.map((rejection) => rejection.reason)).toEqual([reason]);
    expect(batch.rejections[0]!.payloadBytes).toBeGreaterThan(60_000);
  });
});

describe("a message of a gateway that names somebody whom nobody here has met", () => {
  it("waits while the database is away, is taken once, and holds up no other message", async () => {
    const batch = new Batch();
    const met = new Set<string>();
    const directory = {
      find: (id: string) => (met.has(id) ? { ...device, id, gatewayNo: device.deviceNo } : undefined),
      mayBe: (id: string) => !met.has(id),
    } as unknown as Directory;
    const asked: (readonly string[])[] = [];
    const pipeline = new Pipeline({
      directory,
      sink: { open: batch, filled: () => {} },
      async lookUp(ids) {
        asked.push(ids);
        if (asked.length === 1) throw new Error("the database is away");
        met.add("new-1");
      },
    });
    const message = (body: object) => ({
      publisher: device,
      channel: "gateway-telemetry" as const,
      topic: "t",
      payload: Buffer.from(JSON.stringify(body)),
      receivedAt: Date.UTC(2026, 4, 1),
    });
    let settled = 0;
    pipeline.accept(message({ "new-1": { flow: 1 }, ghost: { flow: 2 } }), () => settled++);
    met.add("old-1");
    pipeline.accept(message({ "old-1": { flow: 3 } }), () => settled++);
    expect([batch.items, batch.waiting.length]).toEqual([1, 1]);
    await expect.poll(() => batch.waiting.length, { timeout: 10_000 }).toBe(2);
    expect(asked).toEqual([
      ["new-1", "ghost"],
      ["new-1", "ghost"],
    ]);
    expect(batch.items).toBe(3);
    expect(batch.rejections.map(({ reason }) => reason)).toEqual(["unknown_device"]);
  });
});
