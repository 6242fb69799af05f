import { ADMINISTRATOR } from "../../access/decide.ts";
import type { AppOptions } from "../../api/app.ts";
import type { StreamFilter } from "../../api/stream/filter.ts";
import { announceReadings } from "../../app/announce.ts";
import type { LiveReading } from "../../ingest/batch.ts";
import type { Ingest } from "../../ingest/ingest.ts";
import { createTestDatabase } from "../helpers/db.ts";
import { startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { areaOf } from "../helpers/limits.ts";
import { lastNewsNo, onlyHub, tellAudience } from "../helpers/told.ts";
import { createCallers, personWith } from "./callers.ts";
import { insertDevice, insertRegions } from "./fixtures.ts";
import { startApi } from "./harness.ts";

/** Devices that change hands: the API on what an ingest side stores, and callers of each owner. */

export type Caller = { readonly authorization: string };
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const iso = (at: number): string => new Date(at).toISOString();

/** Where a device was, and whose, until a moment; the last place is the present one. */
export interface Place {
  readonly tenantId?: string | null;
  readonly regionCode?: string;
  readonly until?: number;
}

/** An ingest side, and where the news stood when it was started. */
interface OwnersIngest extends TestIngest {
  readonly newsFrom: number;
}

export async function startOwners(overrides: Partial<AppOptions> = {}) {
  const db = await createTestDatabase();
  await insertRegions(db.pool);
  await db.pool.query(
    "insert into tenants (id, name, use) select id, id, 'commercial' from unnest('{north,south,west}'::text[]) as id",
  );
  const callers = createCallers();
  const operator = (id: string, area: Parameters<typeof areaOf>[0]): Caller =>
    callers.as(personWith(id, [{ role: "operator", area: areaOf(area) }], "north"));
  let ingest: Ingest | undefined;
  /** What the API is told to be on its way, of each device. */
  const pending = { items: 0 };
  const api = await startApi(db.pool, {
    access: callers.access,
    replay: (rejection, actor, limits) => ingest!.replay(rejection, actor, limits),
    pendingOf: () => pending.items,
    knownDevice: () => undefined,
    onDeviceChanged: async ({ id }) => void (await ingest?.directory.refresh(id)),
    ...overrides,
  });

  const call = async (
    method: "GET" | "POST" | "PATCH" | "DELETE",
    url: string,
    who: Caller,
    body?: object,
  ) => {
    const request = { method, url: `/v1${url}`, headers: who, ...(body ? { payload: body } : {}) };
    return api.call(request);
  };
  return {
    db,
    api,
    NORTH: operator("north", { tenants: ["north"] }),
    SOUTH: operator("south", { tenants: ["south"] }),
    /** Of one county, whoever owns what is there. */
    COUNTY: operator("county", { regions: ["520102"] }),
    PLATFORM: callers.as(ADMINISTRATOR),
    callers,
    get: async (url: string, who: Caller) => (await call("GET", url, who)).json,
    call,
    pending,
    /** Starts an ingest side for a test, which knows the devices that there are. */
    async ingest(options: Parameters<typeof startTestIngest>[1] = {}): Promise<OwnersIngest> {
      const newsFrom = await lastNewsNo(db.pool);
      const started = await startTestIngest(db.pool, options);
      ingest = started.ingest;
      return { ...started, newsFrom };
    },
    /** Adds a device with a past, oldest place first. */
    async device(id: string, places: readonly Place[], kind = "gas-meter"): Promise<number> {
      const whole = { tenantId: null, regionCode: "520103" };
      const last = places.at(-1)!;
      const deviceNo = await insertDevice(db.pool, id, { kind, ...whole, ...last });
      let from = "-infinity";
      for (const { until, ...place } of places.slice(0, -1)) {
        const { tenantId, regionCode } = { ...whole, ...place };
        await db.pool.query(
          `insert into former_places (device_no, id, kind, region_code, tenant_id, from_at, until_at)
           values ($1, $2, $3, $4, $5, $6, $7)`,
          [deviceNo, id, kind, regionCode, tenantId, from, iso(until!)],
        );
        from = iso(until!);
      }
      await db.pool.query("update devices set placed_since = $2 where device_no = $1", [deviceNo, from]);
      return deviceNo;
    },
    /** Gives a device another place, now. @returns the moment */
    async move(id: string, change: object): Promise<number> {
      const answer = await call("PATCH", `/devices/${id}`, callers.as(ADMINISTRATOR), change);
      if (answer.status !== 200) throw new Error(answer.text);
      const { rows } = await db.pool.query(
        "select extract(epoch from placed_since)::float8 * 1000 as since from devices where id = $1 and deleted_at is null",
        [id],
      );
      return rows[0].since;
    },
    /** What a stream of these topics brings to somebody, of all that was told after the piece of news `from`. */
    async streamOf(
      test: OwnersIngest,
      area: Parameters<typeof areaOf>[0],
      from = test.newsFrom,
      live: readonly LiveReading[] = [],
    ): Promise<string> {
      const frames: string[] = [];
      const limits = [areaOf(area)];
      const filter: StreamFilter = {
        principalId: "listener",
        tenantId: null,
        topics: new Map((["reading", "event", "alarm"] as const).map((topic) => [topic, limits])),
        limits,
      };
      const subscription = api.hub.subscribe(
        {
          name: "test",
          write: (text) => frames.push(text) > 0,
          onDrain: () => {},
          buffered: () => 0,
          end: () => {},
          destroy: () => {},
        },
        filter,
      );
      await tellAudience(db.pool, onlyHub(api.hub), test.ingest.directory, from);
      announceReadings(onlyHub(api.hub), live);
      subscription.close();
      return frames.join("");
    },
    async end() {
      await api.app.close();
      await db.drop();
    },
  };
}

export type Owners = Awaited<ReturnType<typeof startOwners>>;
