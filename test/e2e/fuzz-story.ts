import { setTimeout as sleep } from "node:timers/promises";
import { Publisher } from "../../bench/load/publisher.ts";
import { catalog } from "../../devices/catalog.ts";
import { createRandom, type Random } from "../../devices/random.ts";
import type { PlatformProcess } from "../helpers/platform-process.ts";

/**
 * The story of bad input: random mutations of the catalog's own examples are published like any message. Each
 * must be acknowledged and end as stored, duplicate or rejected with a reason of the closed list.
 */
export interface FuzzOptions {
  readonly platform: PlatformProcess;
  readonly mutations: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

export interface FuzzResult {
  readonly published: number;
  readonly acknowledged: number;
  /** What the platform should have received, counted in items by the contract's rule. */
  readonly expectedItems: number;
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly rejected: number;
  readonly pending: number;
  readonly closed: number;
  /** How many were rejected, by reason, as `/metrics` tells. */
  readonly reasons: Record<string, number>;
}

/** Whatever pace the machine has, a minute without any acknowledgement means that there are no more. */
const SILENCE_MS = 60_000;

const NASTY: readonly unknown[] = [
  null,
  true,
  "",
  "NaN",
  "\u0000",
  "\ud800",
  -0,
  1e308,
  -1e308,
  5e-324,
  Number.MAX_SAFE_INTEGER,
  8.64e15,
  [],
  {},
  [[]],
  { a: { b: { c: {} } } },
  "x".repeat(5000),
  "2026-02-30T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "1970-01-01T00:00:00Z",
];

const KEYS = [
  "observedAt",
  "__proto__",
  "constructor",
  "toString",
  "flow",
  "",
  "a".repeat(300),
  "extra",
  "device_no",
];

/** A mutation of a message: of its structure, or of its bytes. */
export function mutate(random: Random, message: unknown): Buffer {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  let text = random.chance(0.6) ? mutateValue(random, message) : JSON.stringify(message);
  if (random.chance(0.02)) text = `${"[".repeat(20_000)}${text}${"]".repeat(20_000)}`;
  if (random.chance(0.02))
    text = text.replace(
      /:\s*-?\d[\d.]*/,
      () => `:${pick(["NaN", "1e999", "-Infinity", "0x10", "01", "1e400"])}`,
    );
  const bytes = Buffer.from(text);
  if (random.chance(0.5)) return bytes;
  const at = Math.floor(random.next() * bytes.length);
  switch (Math.floor(random.next() * 6)) {
    case 0: // truncated
      return bytes.subarray(0, at);
    case 1: // a flipped bit
      if (bytes.length > 0) bytes[at]! ^= 1 << Math.floor(random.next() * 8);
      return bytes;
    case 2: // a repeated part
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 20))]);
    case 3: // foreign bytes in the middle
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff, 0x00, 0xc0]), bytes.subarray(at)]);
    case 4: // two messages in one
      return Buffer.concat([bytes, bytes]);
    default: // too large, now and then
      return random.chance(0.02) ? Buffer.concat([bytes, Buffer.alloc(265_000, 0x20)]) : bytes;
  }
}

function mutateValue(random: Random, message: unknown): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;
  const copy = structuredClone(message);
  const target = Array.isArray(copy) && copy.length > 0 ? pick(copy) : copy;
  if (typeof target !== "object" || target === null) return JSON.stringify(pick(NASTY));
  const record = target as Record<string, unknown>;
  const keys = [...Object.keys(record), ...KEYS];
  for (let i = 0; i < 1 + random.next() * 3; i++) {
    const key = pick(keys);
    if (random.chance(0.2)) delete record[key];
    else
      Object.defineProperty(record, key, {
        value: pick(NASTY),
        enumerable: true,
        configurable: true,
        writable: true,
      });
  }
  // Most keep a time of their own, or all would be duplicates of the example.
  if (random.chance(0.5)) record.observedAt = Date.now() - Math.floor(random.next() * 300 * 24 * 3600) * 1000;
  return JSON.stringify(random.chance(0.05) ? [copy, copy] : copy);
}

/** How many items a message holds by the contract: what cannot be decoded counts as one, and so does an empty list. */
export const itemsOf = (payload: Buffer): number => lengthOf(decoded(payload));

const lengthOf = (value: unknown): number => (Array.isArray(value) ? Math.max(1, value.length) : 1);

/** Undefined where the payload cannot be decoded. */
function decoded(payload: Buffer): unknown {
  if (payload.length > 256 * 1024) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
    return parsed(text) ?? JSON.parse(text.replaceAll(NOT_NUMBERS, "null"));
  } catch {
    return undefined;
  }
}

/** A message of a gateway that says the same of a device behind it and of one that is not, and how many items it holds. */
function ofGateway(child: string, said: Buffer, stranger: string): { payload: Buffer; items: number } {
  // Twice what is too large would be a packet that ends the connection.
  const others = said.length < 100_000 ? said : "1";
  const parts = [`{"${child}":`, said, `,"${stranger}":`, others, "}"];
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const value = decoded(payload) as Record<string, unknown> | undefined;
  // What it says of a stranger counts against the gateway, by the item.
  return { payload, items: value === undefined ? 1 : lengthOf(value[child]) + lengthOf(value[stranger]) };
}

/** May stand where a number may, although it is not JSON. */
const NOT_NUMBERS = /(?<=(?:^|[:[,])\s*)[+-]?(?:NaN|nan|NAN|Infinity|infinity|INFINITY|Inf|inf|INF)(?!\w)/g;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export async function runFuzz({
  platform,
  mutations,
  seed,
  report = () => {},
}: FuzzOptions): Promise<FuzzResult> {
  const random = createRandom(seed);
  let published = 0;
  let acknowledged = 0;
  let expectedItems = 0;
  let closed = 0;
  let lastAt = 0;
  const reasonsBefore = await readReasons(platform);
  const publishers: Publisher[] = [];
  const ids: string[] = [];
  const perChannel = catalog.flatMap((kind) =>
    (["telemetry", "events"] as const).flatMap((channel) => {
      const examples = kind.examples.filter((example) => (example.channel ?? "telemetry") === channel);
      return [false, true].map((isBehind) => ({ kind: kind.kind, channel, examples, isBehind }));
    }),
  );
  try {
    for (const { kind, channel, examples, isBehind } of perChannel.filter(
      ({ examples }) => examples.length > 0,
    )) {
      const name = `fuzz-${kind}-${channel}${isBehind ? "-behind" : ""}`;
      const gateway = isBehind ? await platform.register(`${name}-a-gateway`, "lora-gateway") : undefined;
      const device = await platform.register(name, kind, gateway?.id);
      const { id } = device;
      ids.push(id, ...(gateway ? [gateway.id] : []));
      const publisher = await Publisher.connect({
        host: "127.0.0.1",
        port: platform.mqttPort,
        username: (gateway ?? device).id,
        password: (gateway ?? device).token,
        topic: gateway ? `v1/gateways/${gateway.id}/${channel}` : `v1/devices/${id}/${channel}`,
        qos: 1,
        window: 100,
        next: () => {
          if (published >= mutations) return undefined;
          published++;
          const example = examples[Math.floor(random.next() * examples.length)]!;
          const said = mutate(random, example.message);
          const { payload, items } = gateway
            ? ofGateway(id, said, "fuzz-stranger")
            : { payload: said, items: itemsOf(said) };
          expectedItems += items;
          return payload;
        },
        acknowledged: () => {
          acknowledged++;
          lastAt = Date.now();
          if (acknowledged % 10_000 === 0) report(`${acknowledged} of ${mutations} acknowledged`);
        },
        closed: () => {
          closed++;
        },
      });
      publishers.push(publisher);
    }
    for (const publisher of publishers) publisher.fill();
    lastAt = Date.now();
    while (acknowledged < mutations && closed === 0 && Date.now() - lastAt < SILENCE_MS) await sleep(20);
    const connectionsClosed = closed;
    for (const publisher of publishers) publisher.destroy();
    const total = { received: 0, stored: 0, duplicate: 0, rejected: 0, pending: 0 };
    for (const id of ids) {
      const ledger = await platform.api<typeof total>(`/v1/devices/${id}/ledger`);
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += ledger[key];
    }
    const reasons = await readReasons(platform);
    for (const [reason, count] of Object.entries(reasonsBefore)) reasons[reason]! -= count;
    return { published, acknowledged, expectedItems, closed: connectionsClosed, reasons, ...total };
  } finally {
    for (const publisher of publishers) publisher.destroy();
  }
}

async function readReasons(platform: PlatformProcess): Promise<Record<string, number>> {
  const text = await platform.api<string>("/metrics");
  const found = text.matchAll(/^sbi_rejected_items_total\{reason="([a-z_]+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]));
}
