import { ID_FORM } from "../base/channels.ts";
import { createLogLimiter, type Logger } from "../base/log.ts";
import { hasCapability } from "../devices/capabilities.ts";
import { type CodecSettings, readCodecSettings } from "../devices/codecs/codec.ts";
import { hasScheme, type Identity, splitIdentity } from "../devices/identities.ts";
import { Identities } from "../exchange/identities.ts";
import type { Pool } from "../store/database/index.ts";
import {
  type DirectoryRow,
  type FormerPlace,
  findDirectoryRow,
  findDirectoryRows,
  findDirectoryRowsByNo,
  findIdentifiedRows,
  readDatabaseTime,
  readDirectory,
  readDirectoryChanges,
} from "../store/devices/index.ts";
import type { KindRuntime } from "./kind-runtime.ts";

/** A living device as the hot path knows it. One object per device, changed in place. */
export interface DeviceEntry {
  readonly deviceNo: number;
  readonly id: string;
  runtime: KindRuntime;
  regionCode: string;
  /** Its owner; null: the platform's operator. */
  tenantId: string | null;
  /** Its former places, oldest first; undefined for most devices, which have never moved. */
  formerPlaces: readonly FormerPlace[] | undefined;
  gatewayNo: number | null;
  tokenHash: Buffer;
  /** True when it may publish for others on the gateway topic. */
  gateway: boolean;
  /** Names the codec of its bytes, which few protocols need. */
  model: string | undefined;
  codecSettings: CodecSettings | undefined;
  /** The platform's clock at its last report to any process, or when it was registered; epoch milliseconds. */
  lastReportAt: number;
  /** Its last report that was noted in the database, or is about to be; 0 when it was never heard. */
  notedAt: number;
  /** The latest moment that an item without a time was given; epoch milliseconds, 0 for none. */
  lastArrival: number;
  /** The newest moment that the alarm rules have seen; epoch milliseconds, 0 for none. */
  evaluatedAt: number;
  /** Readings that the alarm rules look at once they are committed; later ones have to wait behind them. */
  looks: number;
  /** Readings and events that were received and are not yet committed. */
  pending: number;
}

/** The place and owner of a device at a moment in epoch milliseconds. */
export const placeAt = (
  device: DeviceEntry,
  at: number,
): { readonly regionCode: string; readonly tenantId: string | null } => formerPlaceAt(device, at) ?? device;

/** The former place that a device had at a moment; undefined for its present one. */
export const formerPlaceAt = ({ formerPlaces }: DeviceEntry, at: number): FormerPlace | undefined =>
  formerPlaces?.find(({ until }) => at < until);

/**
 * How far back each look for changes reaches beyond the last one: a transaction's `now()` is when it began, and
 * it may have committed after we looked.
 */
const FOLLOW_OVERLAP_MS = 60_000;

/** A device that changes often does not have the same said of it each time. Milliseconds. */
const WARN_EVERY_MS = 3_600_000;

export interface DirectoryOptions {
  readonly overlapMs?: number;
  /** Called when a device has lost an identity, whichever process took it away. */
  readonly onIdentityLost?: ((device: DeviceEntry, identity: Identity) => void) | undefined;
}

/** How long an unknown name is remembered as such, so that a flood of it spares the database. */
const UNKNOWN_FOR_MS = 5_000;
const UNKNOWN_MAX = 10_000;

/**
 * All living devices in memory: about 500 bytes each, so that neither a login nor a message asks the database
 * (also not while it is away). Devices that another process registered are found on their first use.
 */
export class Directory {
  /** The devices by the names by which protocols know them. */
  readonly identities: Identities<DeviceEntry>;
  private readonly byId = new Map<string, DeviceEntry>();
  private readonly byNo = new Map<number, DeviceEntry>();
  private readonly unknownUntil = new Map<string, number>();
  private readonly models = new Map<string, string>();
  /** Ids whose token this process has seen to change, whoever asked for the device, until `follow` tells of them. */
  private readonly revoked = new Set<string>();
  private readonly pool: Pool;
  private readonly runtimes: ReadonlyMap<string, KindRuntime>;
  private readonly log: Logger;
  private readonly now: () => number;
  private readonly overlapMs: number;
  private readonly limitLog = createLogLimiter(WARN_EVERY_MS);
  /** The database's clock at the last look for changes. */
  private followedUntil = new Date(0);

  constructor(
    pool: Pool,
    runtimes: ReadonlyMap<string, KindRuntime>,
    log: Logger,
    now: () => number = Date.now,
    { overlapMs = FOLLOW_OVERLAP_MS, onIdentityLost }: DirectoryOptions = {},
  ) {
    this.pool = pool;
    this.runtimes = runtimes;
    this.log = log;
    this.now = now;
    this.overlapMs = overlapMs;
    this.identities = new Identities<DeviceEntry>({
      now,
      onLost: onIdentityLost,
      ask: async (identities) => {
        for (const row of await findIdentifiedRows(pool, identities)) this.put(row);
      },
    });
  }

  get size(): number {
    return this.byId.size;
  }

  /** Reads every living device; called once before devices connect. */
  async load(): Promise<void> {
    this.followedUntil = await readDatabaseTime(this.pool);
    for await (const rows of readDirectory(this.pool)) for (const row of rows) this.put(row);
    this.log.info({ devices: this.byId.size }, "device directory loaded");
  }

  find(id: string): DeviceEntry | undefined {
    return this.byId.get(id);
  }

  findByNo(deviceNo: number): DeviceEntry | undefined {
    return this.byNo.get(deviceNo);
  }

  /** Names a device by its number, also one that is gone. */
  readonly nameOf = Object.assign(
    (deviceNo: number): string => this.byNo.get(deviceNo)?.id ?? `device ${deviceNo}`,
    {
      placeUntil: (deviceNo: number, at: number): number | undefined => {
        const device = this.byNo.get(deviceNo);
        return device && formerPlaceAt(device, at)?.until;
      },
    },
  );

  entries(): IterableIterator<DeviceEntry> {
    return this.byId.values();
  }

  /** Like `find`, but asks the database for a device that this process has not met yet. */
  async lookUp(id: string): Promise<DeviceEntry | undefined> {
    const known = this.byId.get(id);
    if (known) return known;
    if (!this.mayBe(id)) return undefined;
    const row = await findDirectoryRow(this.pool, id);
    if (row) return this.put(row);
    this.noteUnknown(id);
    return undefined;
  }

  /**
   * True when it may be a device that this process has not met: it has the form of an id, and the database was not
   * asked for it in the last seconds.
   */
  mayBe(id: string): boolean {
    return !this.byId.has(id) && ID_FORM.test(id) && (this.unknownUntil.get(id) ?? 0) <= this.now();
  }

  /** Asks the database for devices that this process has not met yet, in one statement. */
  async lookUpAll(ids: readonly string[]): Promise<void> {
    for (const row of await findDirectoryRows(this.pool, ids)) this.put(row);
    for (const id of ids) if (!this.byId.has(id)) this.noteUnknown(id);
  }

  /** The same by their numbers; those of devices that are gone are passed over. */
  async lookUpNumbers(deviceNos: readonly number[]): Promise<void> {
    if (deviceNos.length === 0) return;
    for (const row of await findDirectoryRowsByNo(this.pool, deviceNos)) this.put(row);
  }

  /** Takes an id as unknown for the next seconds. */
  noteUnknown(id: string): void {
    const [oldest] = this.unknownUntil.keys();
    if (this.unknownUntil.size >= UNKNOWN_MAX) this.unknownUntil.delete(oldest!);
    this.unknownUntil.set(id, this.now() + UNKNOWN_FOR_MS);
  }

  /** Reads one device again after it was created, changed or deleted. */
  async refresh(id: string): Promise<DeviceEntry | undefined> {
    this.unknownUntil.delete(id);
    const row = await findDirectoryRow(this.pool, id);
    if (row) return this.put(row);
    const gone = this.byId.get(id);
    if (gone) this.forget(gone);
    return undefined;
  }

  /**
   * Takes in the changes of other processes since the last call, so that a token that was revoked there is refused here
   * as well. Even without changes, the next look begins at this one, so that a fleet that was registered at once is
   * read again for a minute and not for ever.
   * @returns ids of devices whose token changed or which were deleted
   */
  async follow(): Promise<string[]> {
    const since = new Date(this.followedUntil.getTime() - this.overlapMs);
    const lookedAt = await readDatabaseTime(this.pool);
    for await (const changes of readDirectoryChanges(this.pool, since)) {
      for (const { id, row } of changes) {
        const known = this.byId.get(id);
        if (row) this.put(row);
        // The id of a deleted device may have been given again, to a device that is a row of its own.
        else if (known && !(await findDirectoryRow(this.pool, id))) this.forget(known);
      }
    }
    this.followedUntil = lookedAt;
    const revoked = [...this.revoked];
    this.revoked.clear();
    return revoked;
  }

  /** Says that the connections of a device have been ended: `follow` does not tell of it. */
  noteEnded(id: string): void {
    this.revoked.delete(id);
  }

  private forget(gone: DeviceEntry): void {
    this.revoked.add(gone.id);
    this.byId.delete(gone.id);
    this.byNo.delete(gone.deviceNo);
    this.identities.forget(gone.deviceNo);
  }

  /** Older versions gave identities of any scheme. One that a kind does not have speaks for no device of it. */
  private allowed({ id, identities }: DirectoryRow, { kind }: KindRuntime): readonly string[] | undefined {
    const allowed = identities?.filter((key) => {
      const identity = splitIdentity(key);
      return identity && hasScheme(kind, identity.scheme);
    });
    if (allowed?.length === identities?.length) return identities;
    this.limitLog(id, (suppressed) =>
      this.log.warn(
        { deviceId: id, kind: kind.kind, identities, suppressed },
        "a device has an identity of a scheme that its kind does not have: nothing is taken in by it",
      ),
    );
    return allowed!.length > 0 ? allowed : undefined;
  }

  /** One text for all devices of a model, of which the database gives one to each. */
  private onlyOnce(model: string | undefined): string | undefined {
    if (model === undefined) return undefined;
    const only = this.models.get(model) ?? model;
    this.models.set(model, only);
    return only;
  }

  private put(row: DirectoryRow): DeviceEntry | undefined {
    const runtime = this.runtimes.get(row.kind);
    if (!runtime) {
      this.log.warn({ deviceId: row.id, kind: row.kind }, "a device has a kind that the catalog lacks");
      return undefined;
    }
    const { deviceNo, id, regionCode, tenantId, formerPlaces, gatewayNo, tokenHash } = row;
    const gateway = hasCapability(runtime.kind, "gateway");
    const model = this.onlyOnce(row.model);
    const codecSettings = readCodecSettings(row.codec);
    const identities = this.allowed(row, runtime);
    const known = this.byNo.get(deviceNo);
    if (known) {
      const { tokenHash: before } = known;
      if (!before.equals(tokenHash)) this.revoked.add(id);
      this.identities.put(known, identities);
      return Object.assign(known, {
        runtime,
        regionCode,
        tenantId,
        formerPlaces,
        gatewayNo,
        tokenHash,
        gateway,
        model,
        codecSettings,
      });
    }
    const entry: DeviceEntry = {
      deviceNo,
      id,
      runtime,
      regionCode,
      tenantId,
      formerPlaces,
      gatewayNo,
      tokenHash,
      gateway,
      model,
      codecSettings,
      lastReportAt: (row.seenAt ?? row.createdAt).getTime(),
      notedAt: row.seenAt?.getTime() ?? 0,
      lastArrival: 0,
      evaluatedAt: 0,
      looks: 0,
      pending: 0,
    };
    // An id that was deleted and given again has a new number; the old one no longer counts.
    const former = this.byId.get(id);
    if (former) this.forget(former);
    this.byId.set(id, entry);
    this.byNo.set(deviceNo, entry);
    this.identities.put(entry, identities);
    return entry;
  }
}
