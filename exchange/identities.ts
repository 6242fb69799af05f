import { setTimeout as sleep } from "node:timers/promises";
import { type Identity, identityKey, splitIdentity } from "../devices/identities.ts";
import type { DoorDevice } from "./door.ts";

/** How long an identity that no device has is remembered as such, in milliseconds. */
const UNKNOWN_FOR_MS = 5_000;
const UNKNOWN_MAX = 10_000;

/** Identities in one query. */
const AT_ONCE = 1000;

/** Identities that wait to be looked up. Further ones are unknown until they come again. */
const WAITING_MAX = 20_000;

export interface IdentitiesOptions<D extends DoorDevice = DoorDevice> {
  /** Asks the database for the devices that have these identities, and calls `put` for each. */
  readonly ask: (identities: readonly Identity[]) => Promise<void>;
  /** Called when a device has lost an identity: it was taken from it, given to another device, or the device is gone. */
  readonly onLost?: ((device: D, identity: Identity) => void) | undefined;
  readonly now?: () => number;
}

/** An identity that is to be looked up, and who waits for it. */
interface Wanted {
  readonly identity: Identity;
  readonly waiting: { readonly done: () => void; readonly failed: (error: unknown) => void }[];
}

/**
 * Which device has an identity, in memory for all living devices. Whoever keeps the devices in memory tells of each with
 * `put` and `forget`, so that changes of other processes are known here as soon as they are there.
 */
export class Identities<D extends DoorDevice = DoorDevice> {
  private readonly devices = new Map<string, D>();
  /** The keys of each device that has some, by its number. */
  private readonly keys = new Map<number, readonly string[]>();
  private readonly unknownUntil = new Map<string, number>();
  private readonly wanted = new Map<string, Wanted>();
  private readonly ask: IdentitiesOptions<D>["ask"];
  private readonly onLost: IdentitiesOptions<D>["onLost"];
  private readonly now: () => number;
  private busy = false;

  constructor({ ask, onLost, now = Date.now }: IdentitiesOptions<D>) {
    this.ask = ask;
    this.onLost = onLost;
    this.now = now;
  }

  /** The living device that has an identity, from memory. */
  readonly find = (identity: Identity): D | undefined => this.devices.get(identityKey(identity));

  /**
   * The same, but asks the database for an identity that is not in memory: one query at a time for all that wait, and none
   * for one that was unknown in the last seconds. So made-up identities cost one connection at most. Rejects while the
   * database is away.
   */
  readonly lookUp = async (identity: Identity): Promise<D | undefined> => {
    const key = identityKey(identity);
    const known = this.devices.get(key);
    if (known) return known;
    if ((this.unknownUntil.get(key) ?? 0) > this.now()) return undefined;
    const before = this.wanted.get(key);
    if (!before && this.wanted.size >= WAITING_MAX) return undefined;
    const wanted = before ?? { identity, waiting: [] };
    if (!before) this.wanted.set(key, wanted);
    const answer = new Promise<void>((done, failed) => wanted.waiting.push({ done, failed }));
    if (!this.busy) void this.work();
    await answer;
    return this.devices.get(key);
  };

  /** Takes in a living device with the identities that it has now, each as its key. */
  put(device: D, keys: readonly string[] | undefined): void {
    const before = this.keys.get(device.deviceNo);
    if (keys) this.keys.set(device.deviceNo, keys);
    else if (before) this.keys.delete(device.deviceNo);
    // One that another device has been given since is that device's.
    for (const key of before ?? []) if (!keys?.includes(key)) this.drop(key, device.deviceNo);
    for (const key of keys ?? []) {
      const holder = this.devices.get(key);
      this.devices.set(key, device);
      this.unknownUntil.delete(key);
      if (holder && holder.deviceNo !== device.deviceNo) this.tellLost(holder, key);
    }
  }

  /** Forgets a device that is gone. */
  forget(deviceNo: number): void {
    for (const key of this.keys.get(deviceNo) ?? []) this.drop(key, deviceNo);
    this.keys.delete(deviceNo);
  }

  private drop(key: string, deviceNo: number): void {
    const holder = this.devices.get(key);
    if (holder?.deviceNo !== deviceNo) return;
    this.devices.delete(key);
    this.tellLost(holder, key);
  }

  private tellLost(device: D, key: string): void {
    const parts = splitIdentity(key);
    if (parts) this.onLost?.(device, parts);
  }

  private async work(): Promise<void> {
    this.busy = true;
    // What comes in the same turn goes into the same query.
    await sleep(0);
    while (this.wanted.size > 0) {
      const turn = [...this.wanted].slice(0, AT_ONCE);
      try {
        await this.ask(turn.map(([, { identity }]) => identity));
        for (const [key, { waiting }] of turn) {
          this.wanted.delete(key);
          if (!this.devices.has(key)) this.noteUnknown(key);
          for (const { done } of waiting) done();
        }
      } catch (error) {
        for (const [key, { waiting }] of turn) {
          this.wanted.delete(key);
          for (const { failed } of waiting) failed(error);
        }
      }
    }
    this.busy = false;
  }

  private noteUnknown(key: string): void {
    const [oldest] = this.unknownUntil.keys();
    if (this.unknownUntil.size >= UNKNOWN_MAX) this.unknownUntil.delete(oldest!);
    // Set anew behind the others: the first one is the oldest.
    this.unknownUntil.delete(key);
    this.unknownUntil.set(key, this.now() + UNKNOWN_FOR_MS);
  }
}
