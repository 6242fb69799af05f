import { parseExact, stringifyExact } from "../../base/exact-json.ts";
import type { Client, Pool } from "../../store/database/database.ts";
import type { KindTable } from "../../store/database/kind-table.ts";
import { foldLedger } from "../../store/ledger/fold-ledger.ts";
import { keepLatest } from "../../store/readings/keep-latest.ts";
import { keepChanged } from "../../store/rollups/keep-changed.ts";
import { keepNext } from "../../store/rollups/keep-days.ts";
import type { Answer } from "../api/harness.ts";
import { startTestIngest, type TestIngest, takeIn } from "../helpers/ingest.ts";
import { losingPool } from "../ingest/losing-pool.ts";
import { type Certainty, type Item, KeptModel, type Place } from "./kept-model.ts";
import {
  type Caller,
  callersOf,
  closeWideSide,
  type Headers,
  openWideSide,
  REGIONS,
  type Side,
  type Stage,
  seesPlace,
  type Tenants,
  wideExample,
} from "./kept-stage.ts";

/** Items of a device, which is named by its place in `DEVICES`. */
export interface Part {
  readonly device: number;
  readonly items: readonly Item[];
}

/** What is sent at once: readings or events, what is no JSON, or something on a topic that is not the device's. */
export type Message =
  | { readonly by: "device"; readonly channel: "telemetry" | "events"; readonly part: Part }
  | { readonly by: "gateway"; readonly channel: "telemetry" | "events"; readonly parts: readonly Part[] }
  | { readonly by: "garbage" | "stray"; readonly device: number };

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
  /** Nobody has registered it when the story begins. */
  { name: "meter-new", kind: "gas-meter", behind: true },
] as const;
export const GATEWAY = 3;
export const UNREGISTERED = 4;
const GARBAGE = '{"volume": 1,';

/** What is different from story to story. */
export interface Setting {
  /** Batches that are on their way to the database at once. */
  readonly inFlight: 1 | 2;
  /** Whether the rain gauge has no owner at first but the platform. */
  readonly ownerless: boolean;
}

const NEVER = 2_000_000_000;
const KINDS = new Set<string>(DEVICES.map(({ kind }) => kind));

/** A platform on a database, that can be told to die, and the model of what has to become of what it was sent. */
export class KeptWorld {
  readonly models: readonly KeptModel[];
  readonly tenants: Tenants;
  readonly callers: Record<Caller, Headers>;
  readonly setting: Setting;
  private readonly stage: Stage;
  side: Side;
  ingest!: TestIngest;
  private fate: () => "answers" | "is lost" | "loses its answer" = () => "answers";
  /** What the platform has sent to the database and not heard of. */
  private readonly underway = new Set<Promise<unknown>>();

  private constructor(stage: Stage, run: string, setting: Setting) {
    this.stage = stage;
    this.side = stage.side;
    this.setting = setting;
    this.tenants = { north: `north-${run}`, south: `south-${run}` };
    this.callers = callersOf(stage, this.tenants, run);
    const idOf = (name: string) => `${name}-${run}`;
    this.models = DEVICES.map(({ name, kind, behind }, index) => {
      const tenantId = index === 2 && setting.ownerless ? null : this.tenants.north;
      const gateway = behind ? idOf("gateway") : null;
      return new KeptModel(idOf(name), kind, { tenantId, regionCode: REGIONS[0] }, gateway);
    });
    this.models[UNREGISTERED]!.isRegistered = false;
  }

  /** A world whose tables are empty, on a stage that may have had others before. */
  static async open(stage: Stage, run: string, setting: Setting): Promise<KeptWorld> {
    const world = new KeptWorld(stage, run, setting);
    stage.world = world;
    await world.prepare();
    await world.start();
    return world;
  }

  /** Those who are registered. */
  get living(): KeptModel[] {
    return this.models.filter(({ isRegistered }) => isRegistered);
  }

  get tables(): KindTable[] {
    return this.side.tables.filter(({ kind }) => KINDS.has(kind));
  }

  sees = (caller: Caller, place: Pick<Place, "tenantId" | "regionCode">): boolean =>
    seesPlace(this.tenants, caller, place);

  private async prepare(): Promise<void> {
    const { pool } = this.side;
    for (const { kind, table } of this.tables) {
      await pool.query(`truncate ${table}, ${table}_1d_kept, ${table}_latest`);
      await pool.query(
        `update rollup_state set complete_until = '2015-01-01 00:00:00+08', next_until = null, next_device_no = 0,
           readings_since = '-infinity', sums_below = 0 where kind = $1`,
        [kind],
      );
      await pool.query(
        `update latest_state set kept_until = '2015-01-01 00:00:00+08', next_until = null, next_device_no = 0
         where kind = $1`,
        [kind],
      );
    }
    await pool.query("truncate rollup_changes");
    await pool.query(
      "insert into tenants (id, name, use) select id, id, 'commercial' from unnest($1::text[]) as id",
      [Object.values(this.tenants)],
    );
    for (const index of [GATEWAY, 0, 1, 2]) {
      const { id, kind, gatewayId, place } = this.models[index]!;
      await pool.query(
        `insert into devices (id, kind, region_code, tenant_id, gateway_no, token_hash)
         values ($1, $2, $3, $4, (select device_no from devices where id = $5), '\\x00')`,
        [id, kind, place.regionCode, place.tenantId, gatewayId],
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
    const { catalog, tables } = this.side;
    this.ingest = await startTestIngest(pool, {
      catalog,
      tables,
      maxInFlight: this.setting.inFlight,
      lingerMs: 0,
      every: { silence: NEVER, fold: NEVER, follow: NEVER, presence: NEVER, seen: NEVER },
    });
    for (const model of this.models) model.lastArrival = 0;
  }

  /** The pool, with a note of what is under way. */
  private tracked(): Pool {
    const { underway } = this;
    const { pool } = this.side;
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
      // Resolved by `end`, and never rejected.
      void track(
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
    await this.kill();
    await this.start();
  }

  private async kill(): Promise<void> {
    this.fate = () => "is lost";
    await this.ingest.ingest.stop(0);
    while (this.underway.size > 0) await Promise.allSettled(this.underway);
  }

  /** Ends the platform, and starts one of a version that measures more of the rain gauge. */
  async widen(): Promise<void> {
    if (this.side !== this.stage.side) return this.restart();
    await this.kill();
    this.side = await openWideSide(this.stage);
    this.models[2]!.widen(wideExample);
    await this.start();
  }

  /** Sends messages at once, again where their acknowledgement did not come, and tells the model. */
  async send(messages: readonly Message[], death?: Death): Promise<void> {
    let died = () => {};
    const end = new Promise<void>((resolve) => {
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
    for (const message of messages) this.tell(message, "sure");
    await Promise.race([Promise.all(published), end]);
    if (!death) return;
    await this.restart();
    for (const message of messages) {
      if (acknowledged.has(message)) continue;
      this.tell(message, "perhaps");
      await this.publish(message);
    }
  }

  private publish(message: Message): Promise<void> {
    const asSent = ({ items }: Part) => (items.length === 1 ? items[0] : items);
    switch (message.by) {
      case "device": {
        const { part, channel } = message;
        return this.ingest.publish(this.models[part.device]!.id, channel, stringifyExact(asSent(part)));
      }
      case "gateway": {
        const payload = message.parts.map((part) => [this.models[part.device]!.id, asSent(part)]);
        const text = stringifyExact(Object.fromEntries(payload));
        return this.ingest.publish(this.models[GATEWAY]!.id, `gateway-${message.channel}`, text);
      }
      case "garbage":
        return this.ingest.publish(this.models[message.device]!.id, "telemetry", GARBAGE);
      case "stray": {
        const { ingest } = this.ingest;
        const device = ingest.directory.find(this.models[message.device]!.id);
        const raw = Buffer.from("7");
        return new Promise((resolve) => {
          const receivedAt = Date.now();
          takeIn(ingest, { device, channel: undefined, context: "stray", raw, receivedAt }, resolve);
        });
      }
    }
  }

  private tell(message: Message, how: Certainty): void {
    const now = Date.now();
    switch (message.by) {
      case "device": {
        return this.tellOf(message.part, message.channel, now, how);
      }
      case "gateway":
        for (const part of message.parts) this.tellOfChild(part, message.channel, now, how);
        return;
      case "garbage":
        return this.models[message.device]!.refuseWhole("not_json", { payload: GARBAGE }, how);
      case "stray":
        return this.models[message.device]!.refuseWhole("foreign_topic", { payload: "7" }, how);
    }
  }

  private tellOf(
    { device, items }: Part,
    channel: "telemetry" | "events",
    now: number,
    how: Certainty,
  ): void {
    const model = this.models[device]!;
    for (const item of items) {
      if (channel === "events") model.takeEvent(item, now, items.length > 1, how);
      else model.take(item, now, items.length > 1, how);
    }
  }

  private tellOfChild(part: Part, channel: "telemetry" | "events", now: number, how: Certainty): void {
    const model = this.models[part.device]!;
    const gateway = this.models[GATEWAY]!;
    if (model.isRegistered && model.gatewayId === gateway.id) return this.tellOf(part, channel, now, how);
    const items = part.items.length === 1 ? part.items[0] : part.items;
    const reason = gateway.isToldOf(model) ? "not_assigned" : "unknown_device";
    gateway.refuseWhole(reason, { [model.id]: items }, how, part.items.length);
  }

  /** One item by itself, which came when it says. */
  async sendAlone(
    device: number,
    channel: "telemetry" | "events",
    item: Item,
    receivedAt: number,
  ): Promise<void> {
    const model = this.models[device]!;
    if (channel === "events") model.takeEvent(item, receivedAt, false);
    else model.take(item, receivedAt, false);
    await this.ingest.publish(model.id, channel, stringifyExact(item), { receivedAt });
  }

  /** Does what keepers do, as if it were this moment. */
  async keep(now: number): Promise<void> {
    const { pool } = this.side;
    for (const table of this.tables) {
      while ((await keepNext(pool, table, { devices: 1_000_000, now })) === "more");
      while ((await keepChanged(pool, table, { limit: 1000 })) === "more");
      while ((await keepLatest(pool, table, { devices: 1_000_000, now })) === "more");
    }
    await foldLedger(pool, 1000);
  }

  /** The body of an answer; undefined where there is no such device for the caller. */
  async get(url: string, caller: Caller) {
    const answer = await this.call({ url: `/v1${url}` }, caller);
    if (answer.status === 404 && answer.json.code === "device_not_found") return undefined;
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape, with numbers as they were written
    return parseExact(answer.text) as any;
  }

  /** All items of a list. */
  async list(url: string, caller: Caller, limit = 7): Promise<Record<string, unknown>[] | undefined> {
    const items: Record<string, unknown>[] = [];
    const first = `${url}${url.includes("?") ? "&" : "?"}limit=${limit}`;
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { items: typeof items; nextCursor: string | null } | undefined = await this.get(
        `${first}${cursor && `&cursor=${cursor}`}`,
        caller,
      );
      if (!page) return undefined;
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async csv(url: string, caller: Caller): Promise<string[][] | undefined> {
    const answer = await this.call({ url: `/v1${url}`, headers: { accept: "text/csv" } }, caller);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${answer.text}`);
    return answer.text
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
  }

  call(request: Parameters<Side["api"]["call"]>[0] & object, caller: Caller = "platform"): Promise<Answer> {
    return this.side.api.call({ ...request, headers: { ...this.callers[caller], ...request.headers } });
  }

  /** @throws Error unless the answer has this status */
  async expect(status: number, request: Parameters<Side["api"]["call"]>[0] & object, caller?: Caller) {
    const answer = await this.call(request, caller);
    if (answer.status !== status) {
      const said = `${request.method} ${request.url} ${JSON.stringify(request.payload)} as ${caller}`;
      throw new Error(`${said}: expected ${status}: ${answer.status} ${answer.text}`);
    }
    return answer.json;
  }

  /** Ends the platform in order. */
  async stop(): Promise<void> {
    await this.ingest.ingest.stop(1000);
  }

  async close(): Promise<void> {
    await this.stop();
    if (this.side !== this.stage.side) await closeWideSide(this.stage, this.side);
  }
}
