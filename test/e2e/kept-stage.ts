import { ADMINISTRATOR } from "../../access/decide.ts";
import { tablesOf } from "../../app/kind-tables.ts";
import { createLogger } from "../../base/log.ts";
import { catalog } from "../../devices/catalog.ts";
import { defineKind } from "../../devices/define-kind.ts";
import { counter, gauge, type Kind } from "../../devices/kind.ts";
import { example } from "../../devices/kinds/example/kind.ts";
import { openPool, type Pool } from "../../store/database/database.ts";
import type { KindTable } from "../../store/database/kind-table.ts";
import { applyKindTables } from "../../store/schema/kind-tables.ts";
import { createCallers, personWith } from "../api/callers.ts";
import { type Api, startApi } from "../api/harness.ts";
import type { TestDatabase } from "../helpers/db.ts";
import type { TestIngest } from "../helpers/ingest.ts";
import { definitionOf } from "../helpers/kinds/definition-of.ts";
import { areaOf } from "../helpers/limits.ts";
import type { Place } from "./kept-model.ts";

/** The rain gauge after it has learned two more quantities. */
export const wideExample: Kind = defineKind({
  ...definitionOf(example),
  metrics: {
    ...example.metrics,
    wind: gauge({ unit: "m/s", min: 0, max: 90, decimals: 1, about: "At the mast" }),
    hail: counter({
      unit: "mm",
      min: 0,
      max: 1000,
      decimals: 1,
      resets: "each year",
      about: "Hail since the year began",
    }),
  },
});
const wideCatalog = catalog.map((kind) => (kind === example ? wideExample : kind));

/** What answers while the kinds stay the same: prepared statements are those of a pool's connections. */
export interface Side {
  readonly catalog: readonly Kind[];
  readonly tables: readonly KindTable[];
  readonly pool: Pool;
  readonly api: Api;
}

/** A database on which worlds follow each other. */
export interface Stage {
  readonly db: TestDatabase;
  readonly side: Side;
  readonly callers: ReturnType<typeof createCallers>;
  /** The world that plays on it now. */
  world: { readonly ingest: TestIngest } | undefined;
}

export async function openStage(db: TestDatabase): Promise<Stage> {
  const stage = { db, callers: createCallers(), world: undefined } as unknown as Stage;
  return Object.assign(stage, { side: await openSide(stage, catalog, db.pool) });
}

async function openSide(stage: Stage, kinds: readonly Kind[], pool: Pool): Promise<Side> {
  const ingest = () => stage.world!.ingest.ingest;
  const log = createLogger("silent");
  const tables = await applyKindTables(pool, tablesOf(kinds), { edition: stage.db.edition, log });
  const api = await startApi(pool, {
    catalog: kinds,
    tables,
    access: stage.callers.access,
    onDeviceChanged: async ({ id }) => void (await ingest().directory.refresh(id)),
    replay: (rejection, actor, limits) => ingest().replay(rejection, actor, limits),
    pendingOf: (deviceNo) => ingest().pendingOf(deviceNo),
    knownDevice: (id) => {
      const device = ingest().directory.find(id);
      if (!device) return undefined;
      const { deviceNo, formerPlaces, regionCode, tenantId, runtime } = device;
      const moved = formerPlaces !== undefined;
      return { id, deviceNo, moved, kind: runtime.kind.kind, regionCode, tenantId };
    },
  });
  return { catalog: kinds, tables, pool, api };
}

/** The same database after a kind has gained quantities. */
export async function openWideSide(stage: Stage): Promise<Side> {
  const pool = openPool({ url: stage.db.url, size: 4, applicationName: "test" }, () => {});
  return openSide(stage, wideCatalog, pool);
}

/** Ends a wide side, and makes the kind's tables anew as they were. */
export async function closeWideSide({ db }: Stage, { api, pool }: Side): Promise<void> {
  await api.app.close();
  for (const table of ["readings_example", "readings_example_1d_kept", "readings_example_latest"]) {
    await pool.query(`drop table ${table} cascade`);
  }
  for (const table of ["kind_tables", "rollup_state", "latest_state"]) {
    await pool.query(`delete from ${table} where kind = 'example'`);
  }
  const log = createLogger("silent");
  await applyKindTables(pool, tablesOf(catalog), { edition: db.edition, log });
  await pool.end();
}

/** Regions between which devices are moved: the village lies within the township that is the first. */
export const REGIONS = ["520102001", "520102001001", "520102002", "520103"] as const;

export const CALLERS = ["north", "south", "both", "stranger", "county", "platform"] as const;
export type Caller = (typeof CALLERS)[number];
export type Tenants = { readonly north: string; readonly south: string };
export type Headers = { readonly authorization: string };

export function callersOf(
  { callers }: Stage,
  { north, south }: Tenants,
  run: string,
): Record<Caller, Headers> {
  const operator = (name: string, area: Parameters<typeof areaOf>[0]) =>
    callers.as(personWith(`${name}-${run}`, [{ role: "operator", area: areaOf(area) }], north));
  return {
    north: operator("north", { tenants: [north] }),
    south: operator("south", { tenants: [south] }),
    both: operator("both", { tenants: [north, south] }),
    stranger: operator("stranger", { tenants: [`west-${run}`] }),
    county: operator("county", { regions: ["520102"] }),
    platform: callers.as(ADMINISTRATOR),
  };
}

/** Whether a caller may see what was in this place. */
export function seesPlace(
  { north, south }: Tenants,
  caller: Caller,
  { tenantId, regionCode }: Pick<Place, "tenantId" | "regionCode">,
): boolean {
  switch (caller) {
    case "north":
      return tenantId === north;
    case "south":
      return tenantId === south;
    case "both":
      return tenantId === north || tenantId === south;
    case "county":
      return regionCode.startsWith("520102");
    case "stranger":
      return false;
    case "platform":
      return true;
  }
}
