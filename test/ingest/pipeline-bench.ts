import { tablesOf } from "../../app/kind-tables.ts";
import type { Channel } from "../../base/channels.ts";
import { catalog } from "../../devices/catalog.ts";
import type { ReceivedMessage } from "../../exchange/door.ts";
import { Batch } from "../../ingest/batch.ts";
import type { DeviceEntry, Directory } from "../../ingest/directory.ts";
import { KindRuntime } from "../../ingest/kind-runtime.ts";
import { Pipeline, type PipelineOptions } from "../../ingest/pipeline.ts";
import { takeIn } from "../helpers/ingest.ts";

const runtimes = new Map(
  catalog.map((kind) => [kind.kind, new KindRuntime(kind, tablesOf([kind])[0]!)] as const),
);

let devices = 0;

/** A device that is in no database. */
export function deviceOf(id: string, kind = "gas-meter", gatewayNo: number | null = null): DeviceEntry {
  return {
    deviceNo: ++devices,
    id,
    runtime: runtimes.get(kind)!,
    regionCode: "52",
    tenantId: null,
    formerPlaces: undefined,
    gatewayNo,
    tokenHash: Buffer.alloc(0),
    gateway: kind === "lora-gateway",
    model: undefined,
    codecSettings: undefined,
    lastReportAt: 0,
    notedAt: 0,
    lastArrival: 0,
    evaluatedAt: 0,
    looks: 0,
    pending: 0,
  };
}

/** A pipeline before a batch that is never committed. */
export function startPipeline(known: readonly DeviceEntry[] = [], more: Partial<PipelineOptions> = {}) {
  const batch = new Batch();
  const directory = {
    find: (id: string) => known.find((device) => device.id === id),
    mayBe: () => false,
  } as unknown as Directory;
  const pipeline = new Pipeline({ directory, sink: { open: batch, filled: () => {} }, ...more });
  const received: ReceivedMessage<DeviceEntry>[] = [];
  return {
    batch,
    pipeline,
    /** What came decoded. */
    received,
    /** @returns how many items the pipeline says that the message holds */
    accept: (publisher: DeviceEntry, channel: Channel, body: unknown, settled = () => {}): number =>
      takeIn(
        {
          accept: (message, done) => {
            received.push(message);
            return pipeline.accept(message, done);
          },
          reject: (message, refusal, done) => pipeline.reject(message, refusal, done),
        },
        {
          device: publisher,
          channel,
          context: "t",
          raw: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
          receivedAt: Date.UTC(2026, 4, 1),
        },
        settled,
      ),
    /** What was put into the batch of a kind. */
    kept: (kind = "gas-meter") => {
      const { table } = runtimes.get(kind)!;
      const readings = batch.readings.get(runtimes.get(kind)!)?.kept() ?? [];
      return readings.map(({ deviceNo, values, extra }) => ({
        deviceNo,
        reading: {
          ...extra,
          ...Object.fromEntries(table.columns.map(({ name }, i) => [name, values[i]])),
        } as Record<string, unknown>,
      }));
    },
    rejected: () =>
      batch.rejections.map(({ deviceNo, reason, partial, items, payload }) => ({
        deviceNo,
        reason,
        partial,
        items,
        payload: payload.toString(),
      })),
  };
}
