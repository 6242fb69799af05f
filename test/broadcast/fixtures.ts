import type { Principal } from "../../access/decide.ts";
import { type Limits, UNLIMITED } from "../../access/limits.ts";
import { createLogger } from "../../base/log.ts";
import { createImportTurns } from "../../broadcast/cap/fair-line.ts";
import { judgeAlert, type TrustedCertificates } from "../../broadcast/cap/judge.ts";
import type { BroadcastCaller, BroadcastDeps } from "../../broadcast/lifecycle/operation.ts";
import type { NewDraft } from "../../broadcast/operations/drafts.ts";
import { openKeyRing } from "../../broadcast/signing/key-ring.ts";
import type { Broadcast } from "../../store/broadcast/broadcasts.ts";
import type { Pool } from "../../store/database/database.ts";

/** 贵州: county 520326 with two townships, three villages; county 520327 with one village. */
const REGIONS: [code: string, parent: string | null, name: string, level: number][] = [
  ["52", null, "贵州省", 1],
  ["5203", "52", "遵义市", 2],
  ["520326", "5203", "务川县", 3],
  ["520326001", "520326", "都濡街道", 4],
  ["520326001001", "520326001", "杨村社区", 5],
  ["520326001002", "520326001", "石村", 5],
  ["520326002", "520326", "丹砂街道", 4],
  ["520326002001", "520326002", "江村", 5],
  ["520327", "5203", "凤冈县", 3],
  ["520327001", "520327", "龙泉镇", 4],
  ["520327001001", "520327001", "龙村", 5],
];

export async function insertVillages(pool: Pool): Promise<void> {
  for (const region of REGIONS) {
    await pool.query("insert into regions (code, parent_code, name, level) values ($1, $2, $3, $4)", region);
  }
}

export async function insertTenant(pool: Pool, id: string): Promise<void> {
  await pool.query("insert into tenants (id, name, use) values ($1, $1, 'government')", [id]);
}

/** Adds a device by SQL. Returns its number. */
export async function insertSpeaker(
  pool: Pool,
  id: string,
  regionCode: string,
  more: {
    readonly kind?: string;
    readonly at?: readonly [longitude: number, latitude: number];
    readonly connected?: boolean;
    readonly tenantId?: string;
  } = {},
): Promise<number> {
  const { rows } = await pool.query<{ device_no: number }>(
    `insert into devices (id, kind, region_code, longitude, latitude, tenant_id, token_hash)
     values ($1, $2, $3, $4, $5, $6, '\\x00') returning device_no`,
    [
      id,
      more.kind ?? "speaker",
      regionCode,
      more.at?.[0] ?? null,
      more.at?.[1] ?? null,
      more.tenantId ?? null,
    ],
  );
  const deviceNo = rows[0]!.device_no;
  if (more.connected !== undefined) {
    await pool.query(
      "insert into device_presence (device_no, connected, changed_at) values ($1, $2, now())",
      [deviceNo, more.connected],
    );
  }
  return deviceNo;
}

/** Somebody who asks for something; without limits unless they are given. */
export const somebody = (
  id: string,
  {
    limits = UNLIMITED,
    sees = limits,
    cancels = limits,
    tenantId = null,
    type = "person",
  }: {
    readonly limits?: Limits;
    readonly sees?: Limits;
    readonly cancels?: Limits;
    readonly tenantId?: string | null;
    readonly type?: Principal["type"];
  } = {},
): BroadcastCaller => ({ actor: { type, id, name: id, tenantId }, limits, sees, cancels });

export interface TestDeps extends BroadcastDeps {
  /** What dispatch was asked to do, e.g. `begin 3`. */
  readonly asked: string[];
  /** What live listeners were told. */
  readonly told: Broadcast[];
  /** Moves the clock. */
  setNow(at: Date): void;
}

/** The service with a real key ring, and a dispatch that only remembers what it was asked to do. */
export async function createDeps(
  pool: Pool,
  dir: string,
  {
    trustedCertificates: trusted = new Map(),
    ...more
  }: Partial<BroadcastDeps> & {
    readonly trustedCertificates?: TrustedCertificates;
  } = {},
): Promise<TestDeps> {
  const asked: string[] = [];
  const told: Broadcast[] = [];
  let at: Date | undefined;
  return {
    pool,
    log: createLogger("silent"),
    keys: await openKeyRing(dir),
    dispatcher: {
      begin: (broadcastNo) => void asked.push(`begin ${broadcastNo}`),
      cancel(broadcastNo) {
        asked.push(`cancel ${broadcastNo}`);
        return { stop: "on_its_way", unsure: 0 };
      },
      retry: (broadcastNo) => void asked.push(`retry ${broadcastNo}`),
    },
    issuer: "test-platform",
    // Large documents have a thread in the platform; test/broadcast/cap/judge-thread.test.ts has one, too.
    judge: { judge: async (xml, at) => judgeAlert(xml, trusted, at) },
    imports: createImportTurns(),
    onChanged: (broadcast) => void told.push(broadcast),
    now: () => at ?? new Date(),
    ...more,
    asked,
    told,
    setNow: (moment) => {
      at = moment;
    },
  };
}

/** A draft that is complete, for the county. */
export const draft = (change: Partial<NewDraft> = {}): NewDraft => ({
  mode: "actual",
  class: "emergency",
  level: 2,
  eventCode: "11D01",
  target: { regions: ["520326"], polygons: [], circles: [] },
  volume: null,
  repeatCount: 1,
  urgency: "Immediate",
  certainty: "Observed",
  responseTypes: [],
  ...change,
});
