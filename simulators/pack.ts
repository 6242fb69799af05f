import type { Share } from "./tally.ts";

/** The platform takes no larger message. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** One MQTT publish, and the devices of its items. */
export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly shares: readonly Share[];
}

/** One reading or event as JSON text, with the device that it belongs to. */
export interface Item {
  readonly deviceId: string;
  readonly json: string;
}

function fits(size: number, item: Item): boolean {
  if (size <= MAX_MESSAGE_BYTES) return true;
  throw new Error(
    `An item of ${item.deviceId} alone makes ${size} bytes, expected at most ${MAX_MESSAGE_BYTES}`,
  );
}

/** Items of one device as `[…]`; a single one stands without the brackets. */
export function packArray(topic: string, items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  let batch: string[] = [];
  let bytes = 2;
  const close = () => {
    if (batch.length === 0) return;
    const payload = batch.length === 1 ? batch[0]! : `[${batch.join(",")}]`;
    messages.push({ topic, payload, shares: [{ deviceId: items[0]!.deviceId, count: batch.length }] });
    batch = [];
    bytes = 2;
  };
  for (const item of items) {
    const size = Buffer.byteLength(item.json) + 1;
    if (bytes + size > MAX_MESSAGE_BYTES && fits(2 + size, item)) close();
    batch.push(item.json);
    bytes += size;
  }
  close();
  return messages;
}

/** Items of several devices as a gateway passes them on: `{"<device>": […], …}`. */
export function packByDevice(topic: string, items: readonly Item[]): Message[] {
  const messages: Message[] = [];
  let batch = new Map<string, string[]>();
  let bytes = 2;
  const close = () => {
    if (batch.size === 0) return;
    const parts = [...batch].map(([id, jsons]) => `${JSON.stringify(id)}:[${jsons.join(",")}]`);
    const shares = [...batch].map(([deviceId, jsons]) => ({ deviceId, count: jsons.length }));
    messages.push({ topic, payload: `{${parts.join(",")}}`, shares });
    batch = new Map();
    bytes = 2;
  };
  for (const item of items) {
    // `"id":[…],` around a device's first item, a comma after each.
    const frame = Buffer.byteLength(JSON.stringify(item.deviceId)) + 4;
    const own = Buffer.byteLength(item.json) + 1;
    if (
      bytes + own + (batch.has(item.deviceId) ? 0 : frame) > MAX_MESSAGE_BYTES &&
      fits(2 + own + frame, item)
    ) {
      close();
    }
    const jsons = batch.get(item.deviceId);
    bytes += own + (jsons ? 0 : frame);
    if (jsons) jsons.push(item.json);
    else batch.set(item.deviceId, [item.json]);
  }
  close();
  return messages;
}
