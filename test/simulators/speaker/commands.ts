import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  commandIdOf,
  type Order,
  type StartOrder,
  type StopOrder,
} from "../../../broadcast/contract/command.ts";
import { stopOf } from "../../../broadcast/orders/stored-order.ts";
import { type KeyRing, openKeyRing } from "../../../broadcast/signing/key-ring.ts";
import { createStartOrder } from "../../../broadcast/signing/orders.ts";

export const VILLAGE = "520326001001";
export const START = Date.parse("2026-03-01T08:00:00+08:00");

const TARGET = { regions: ["520326"], polygons: [], circles: [] };

/** 45 Chinese characters: ten seconds. */
export const TEN_SECONDS = "请沿河居民立即向高处撤离".repeat(4).slice(0, 45);

export interface Changes {
  readonly id?: string;
  readonly attempt?: number;
  readonly at?: number;
  readonly lifetimeMs?: number;
  readonly level?: 1 | 2 | 3 | 4;
  readonly class?: "emergency" | "daily";
  readonly mode?: "actual" | "drill";
  readonly repeatCount?: number;
  readonly volume?: number | null;
  readonly startsAt?: number;
  readonly target?: StartOrder["area"];
  readonly texts?: StartOrder["texts"];
  readonly again?: readonly string[];
}

export function startOrder(changes: Changes = {}): StartOrder {
  const { at = START, lifetimeMs = 3_600_000, startsAt } = changes;
  return createStartOrder({
    issuer: "sbi-test",
    broadcastId: changes.id ?? "b-1",
    issuedAt: new Date(at),
    expiresAt: new Date(at + lifetimeMs),
    attempt: changes.attempt ?? 1,
    again: changes.again ?? [],
    message: {
      mode: changes.mode ?? "actual",
      class: changes.class ?? "emergency",
      level: changes.level ?? 2,
      eventCode: "11A51",
      texts: changes.texts ?? [{ language: "zh-CN", headline: "山洪", description: TEN_SECONDS }],
      target: changes.target ?? TARGET,
      startsAt: startsAt === undefined ? undefined : new Date(startsAt),
      volume: changes.volume ?? null,
      repeatCount: changes.repeatCount ?? 1,
    },
  });
}

export function stopOrder(changes: Changes = {}): StopOrder {
  return stopOf(startOrder(changes), new Date(changes.at ?? START));
}

/** A verified command, as a terminal gets it from its verifier. */
export const verified = (order: Order) => ({ commandId: commandIdOf(order), order });

/** Signing keys in a folder of their own. */
export async function openKeys(): Promise<{ ring: KeyRing; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), "sbi-keys-"));
  return { ring: await openKeyRing(dir), close: () => rm(dir, { recursive: true, force: true }) };
}

/** The message that a platform with these keys sends. */
export const command = async (ring: KeyRing, order: Order): Promise<Buffer> =>
  Buffer.from(JSON.stringify({ commandId: commandIdOf(order), jws: await ring.sign(order) }));
