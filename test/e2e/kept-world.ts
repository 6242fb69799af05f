import { ADMINISTRATOR } from "../../access/decide.ts";
import { catalog } from "../../devices/catalog.ts";
import { tablesOf } from "../../kind-tables.ts";
import type { Client, Pool } from "../../store/database.ts";
import { foldLedger } from "../../store/fold-ledger.ts";
import { keepChanged } from "../../store/keep-changed.ts";
import { keepNext } from "../../store/keep-days.ts";
import { keepLatest } from "../../store/keep-latest.ts";
import { createCallers, personWith } from "../api/callers.ts";
import { type Api, startApi } from "../api/harness.ts";
import { startTestIngest, type TestIngest } from "../helpers/ingest.ts";
import { areaOf } from "../helpers/limits.ts";
import { losingPool } from "../ingest/losing-pool.ts";
import { type Item, KeptModel } from "./kept-model.ts";

/** What a message holds: items of devices, which are named by their place in `DEVICES`. */
export interface Message {
  readonly by: "device" | "gateway";
  readonly parts: readonly { readonly device: number; readonly items: readonly Item[] }[];
}

/** How a platform ends: at its n-th statement from then on, which is lost on the way there or on the way back. */
export interface Death {
  readonly after: number;
  readonly how: "is lost" | "loses its answer";
}

export const DEVICES = [
  { name: "meter-a", kind: "gas-meter", behind: true },
  { name: "meter-b", kind: "gas-meter", behind: true },
  { name: "rain", kind: "example", behind: false },
  { name: "gateway", kind: "lora-gateway", behind: false },
] as const;
const GATEWAY = 3;

const NEVER = 2_000_000_000;
const tables = tablesOf(catalog);
const usedTables = tables.filter(({ kind }) => DEVICES.some((device) => device.kind === kind));

/** A database with an API, on which worlds follow each other. */
export interface Stage {
  readonly pool: Pool;
  readonly api: Api;
  readonly callers: ReturnType<typeof createCallers>;
  world: KeptWorld | undefined;
}

export async function openStage(pool: Pool): Promise<Stage> {
  const callers = createCallers();
  const directory = () => stage.world!.ingest.ingest.directory;
  const api = await startApi(pool, {
    access: callers.access,
    onDeviceChanged: async ({ id }) => void (await directory().refresh(id)),
    knownDevice: (id) => {
      const device = directory().find(id);
      if (!device) return undefined;
      const { deviceNo, formerPlaces, regionCode, tenantId, runtime } = device;
      return {
        id,
        deviceNo,
        moved: formerPlaces !== undefined,
        kind: runtime.kind.kind,
        regionCode,
        tenantId,
      };
    },
  });
  const stage: Stage = { pool, api, callers, world: undefined };
  return stage;
}

/** A platform on a database, that can be told to die, and the model of what has to become of what it was sent. */
export class KeptWorld {
  readonly models: readonly KeptModel[];
  readonly tenants: { readonly north: string; readonly south: string };
  /** Headers of people: of the one tenant, the other, both, a third one, and the platform. */
  readonly callers: Record<"north" | "south" | "both" | "stranger" | "platform", { authorization: string }>;
  private readonly pool: Pool;
  readonly api: Api;
  ingest!: TestIngest;
  private fate: () => "answers" | "is lost" | "loses its answer" = () => "answers";
  /** What the platform has sent to the database and not heard of. */
  private readonly underway = new Set<Promise<unknown>>();

  private constructor({ pool, api, callers }: Stage, run: string) {
    this.pool = pool;
    this.api = api;
    this.tenants = { north: `north-${run}`, south: `south-${run}` };
    const operator = (tenants: string[]) =>
      callers.as(
        personWith(`${tenants.join("+")}`, [{ role: "operator", area: areaOf({ tenants }) }], tenants[0]),
      );
    const { north, south } = this.tenants;
    this.callers = {
      north: operator([north]),
      south: operator([south]),
      both: operator([north, south]),
      stranger: operator([`west-${run}`]),
      platform: callers.as(ADMINISTRATOR),
    };
    const idOf = (name: string) => `${name}-${run}`;
    this.models = DEVICES.map(
      ({ name, kind, behind }) => new KeptModel(idOf(name), kind, north, behind ? idOf("gateway") : null),
    );
  }

  /** A world whose tables are empty, on a stage that may have had others before. */
  static async open(stage: Stage, run: string): Promise<KeptWorld> {
    const world = new KeptWorld(stage, run);
    stage.world = world;
    await world.prepare();
    await world.start();
    return world;
  }

  private async prepare(): Promise<void> {
    for (const { kind, table } of usedTables) {
      await this.pool.query(`truncate ${table}, ${table}_1d_kept, ${table}_latest`);
      await this.pool.query(
        `update rollup_state set complete_until = '2015-01-01 00:00:00+08', next_until = null, next_device_no = 0,
           readings_since = '-infinity' where kind = $1`,
        [kind],
      );
      await this.pool.query(
        `update latest_state set kept_until = '2015-01-01 00:00:00+08', next_until = null, next_device_no = 0
         where kind = $1`,
        [kind],
      );
    }
    await this.pool.query("truncate rollup_changes");
    await this.pool.query(
      "insert into tenants (id, name, use) select id, id, 'commercial' from unnest($1::text[]) as id",
      [Object.values(this.tenants)],
    );
    for (const index of [GATEWAY, 0, 1, 2]) {
      const { id, gatewayId } = this.models[index]!;
      await this.pool.query(
        `insert into devices (id, kind, region_code, tenant_id, gateway_no, token_hash)
         values ($1, $2, '520102001', $3, (select device_no from devices where id = $4), '\\x00')`,
        [id, DEVICES[index]!.kind, this.tenants.north, gatewayId],
      );
    }
  }

  private async start(): Promise<void> {
    this.fate = () => "answers";
    // The fate is that of this platform alone: one that has died stays dead.
    let dead = false;
    const pool = losingPool(this.tracked(), () => {
      if (dead) return "is lost";
      const what = this.fate();
      dead = what !== "answers";
      return what;
    });
    this.ingest = await startTestIngest(pool, {
      maxInFlight: 1,
      lingerMs: 0,
      every: { silence: NEVER, fold: NEVER, follow: NEVER, presence: NEVER, seen: NEVER },
    });
    for (const model of this.models) model.lastArrival = 0;
  }

  /** The pool, with a note of what is under way. */
  private tracked(): Pool {
    const { pool, underway } = this;
    const track = (work: Promise<unknown>) => {
      underway.add(work);
      const done = () => underway.delete(work);
      work.then(done, done);
      return work;
    };
    const tracked = Object.create(pool) as Pool;
    tracked.query = ((...args: Parameters<Pool["query"]>) =>
      track((pool.query as (...given: unknown[]) => Promise<unknown>)(...args))) as unknown as Pool["query"];
    tracked.connect = (async () => {
      const client = await pool.connect();
      let end = () => {};
      track(
        new Promise<void>((resolve) => {
          end = resolve;
        }),
      );
      return Object.assign(Object.create(client) as Client, {
        query: ((...args: Parameters<Client["query"]>) =>
          (client.query as (...given: unknown[]) => unknown)(...args)) as unknown as Client["query"],
        release: () => {
          client.release();
          end();
        },
      });
    }) as Pool["connect"];
    return tracked;
  }

  /** Ends the platform as a kill does, and starts another one. */
  async restart(): Promise<void> {
    this.fate = () => "is lost";
    await this.ingest.ingest.stop(0);
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
    await this.start();
  }

  /** Sends messages at once, again where their acknowledgement did not come, and tells the model. */
  async send(messages: readonly Message[], death?: Death): Promise<void> {
    let died = () => {};
    const death_ = new Promise<void>((resolve) => {
      died = resolve;
    });
    if (death) {
      let left = death.after;
      this.fate = () => {
        if (left-- > 0) return "answers";
        died();
        return death.how;
      };
    }
    const acknowledged = new Set<Message>();
    const published = messages.map(async (message) => {
      await this.publish(message);
      acknowledged.add(message);
    });
    for (const message of messages) this.tell(message, false);
    await Promise.race([Promise.all(published), death_]);
    if (!death) return;
    await this.restart();
    for (const message of messages) {
      if (acknowledged.has(message)) continue;
      this.tell(message, true);
      await this.publish(message);
    }
  }

  private publish({ by, parts }: Message): Promise<void> {
    const asSent = ({ items }: Message["parts"][number]) => (items.length === 1 ? items[0] : items);
    if (by === "device") {
      return this.ingest.publish(this.models[parts[0]!.device]!.id, "telemetry", asSent(parts[0]!));
    }
    const payload = Object.fromEntries(parts.map((part) => [this.models[part.device]!.id, asSent(part)]));
    return this.ingest.publish(this.models[GATEWAY]!.id, "gateway-telemetry", payload);
  }

  private tell({ by, parts }: Message, again: boolean): void {
    const now = Date.now();
    for (const { device, items } of parts) {
      const model = this.models[device]!;
      const gateway = this.models[GATEWAY]!;
      if (by === "gateway" && model.gatewayId !== gateway.id) {
        const readings = items.length === 1 ? items[0] : items;
        gateway.refuseWhole("not_assigned", { [model.id]: readings }, again);
        continue;
      }
      for (const item of items) {
        if (again) model.takeAgain(item, now, items.length > 1);
        else model.take(item, now, items.length > 1);
      }
    }
  }

  /** One reading without a time, by itself. */
  async sendTimeless(device: number, values: Item, receivedAt: number): Promise<void> {
    const model = this.models[device]!;
    model.take(values, receivedAt, false);
    await this.ingest.publish(model.id, "telemetry", values, { receivedAt });
  }

  /** Gives a device to a tenant. */
  async move(device: number, to: "north" | "south", namesGateway: boolean): Promise<void> {
    const model = this.models[device]!;
    const tenantId = this.tenants[to];
    const change = { tenantId, ...(namesGateway ? { gatewayId: this.models[GATEWAY]!.id } : {}) };
    await this.expect(200, { method: "PATCH", url: `/v1/devices/${model.id}`, payload: change });
    const { rows } = await this.pool.query<{ since: number }>(
      "select extract(epoch from placed_since)::float8 * 1000 as since from devices where id = $1",
      [model.id],
    );
    const { since } = rows[0]!;
    const before = model.places.at(-1)!;
    if (before.tenantId !== tenantId) {
      // A place that lasted no millisecond is none.
      if (before.since === since) model.places.pop();
      model.places.push({ since, tenantId });
      if (tenantId !== this.models[GATEWAY]!.places[0]!.tenantId) model.gatewayId = null;
    }
    if (namesGateway) model.gatewayId = this.models[GATEWAY]!.id;
  }

  /** Records that a device's register was exchanged, unless one of the same moment is on record. */
  async exchange(device: number, at: number, oldRegister: number, newRegister: number): Promise<void> {
    const { id, counter, exchanges } = this.models[device]!;
    const payload = { metric: counter, at: new Date(at).toISOString(), oldRegister, newRegister };
    const isNew = !exchanges.some((exchange) => exchange.at === at);
    await this.expect(isNew ? 201 : 409, { method: "POST", url: `/v1/devices/${id}/exchanges`, payload });
    if (isNew) exchanges.push({ at, oldRegister, newRegister });
  }

  /** Takes back what was recorded first of a device's exchanges, if there is one. */
  async takeBack(device: number): Promise<void> {
    const { id, exchanges } = this.models[device]!;
    const first = exchanges.shift();
    if (!first) return;
    const { items } = await this.get(`/devices/${id}/exchanges`, "platform");
    const { id: number } = items.find(({ at }: { at: string }) => Date.parse(at) === first.at);
    await this.expect(204, { method: "DELETE", url: `/v1/devices/${id}/exchanges/${number}` });
  }

  /** Does what keepers do, as if it were this moment. */
  async keep(now: number): Promise<void> {
    for (const table of usedTables) {
      while ((await keepNext(this.pool, table, { devices: 1_000_000, now })) === "more");
      while ((await keepChanged(this.pool, table, { limit: 1000 })) === "more");
      while ((await keepLatest(this.pool, table, { devices: 1_000_000, now })) === "more");
    }
    await foldLedger(this.pool, 1000);
  }

  /** The body of an answer; undefined where there is no such device for the caller. */
  async get(url: string, caller: keyof KeptWorld["callers"]) {
    const answer = await this.api.call({ url: `/v1${url}`, headers: this.callers[caller] });
    if (answer.status === 404 && answer.json.code === "device_not_found") return undefined;
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async csv(url: string, caller: keyof KeptWorld["callers"]): Promise<string[][] | undefined> {
    const headers = { ...this.callers[caller], accept: "text/csv" };
    const answer = await this.api.call({ url: `/v1${url}`, headers });
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer.text
      .trim()
      .split("\r\n")
      .slice(1)
      .map((line) => line.split(","));
  }

  private async expect(status: number, request: Parameters<Api["call"]>[0] & object): Promise<void> {
    const answer = await this.api.call({ ...request, headers: this.callers.platform });
    if (answer.status !== status) throw new Error(`expected ${status}: ${answer.status} ${answer.text}`);
  }

  async close(): Promise<void> {
    await this.ingest.ingest.stop(1000);
  }
}
