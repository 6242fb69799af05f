import { PlatformError } from "../../base/errors.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  assertIdentifier,
  type Client,
  type Db,
  inUnit,
  type KindTable,
  type Pool,
  withTransaction,
} from "../database/index.ts";
import {
  assertOwnTime,
  type DeviceKey,
  lockOwnKey,
  type OwnDevice,
  spansParameters,
  withinSpans,
} from "../places/index.ts";
import { assertCountable, logChangedDays } from "../rollups/index.ts";

/** A recorded fact: a counter's register was exchanged, or set, and its usage goes on from the one to the other. */
export interface Exchange {
  readonly id: number;
  readonly metric: string;
  /** Readings from this moment on come from the new register. */
  readonly at: Date;
  /** In the quantity's unit. */
  readonly oldRegister: number;
  readonly newRegister: number;
  readonly madeBy: string;
  readonly madeAt: Date;
}

const SELECT = `select e.exchange_no::int as id, e.metric, e.at, e.old_register as "oldRegister", e.new_register as "newRegister",
                       e.made_by as "madeBy", e.made_at as "madeAt"
                from register_exchanges e`;

/** The exchanges in the caller's times of a device, oldest first. */
export async function listExchanges(db: Db, { deviceNo, spans }: DeviceKey): Promise<Exchange[]> {
  const { rows } = await db.query<Exchange>(
    `${SELECT} where e.device_no = $1::int ${spans ? `and ${withinSpans("e.device_no", "e.at", 2)}` : ""}
     order by e.at, e.metric`,
    [deviceNo, ...(spans ? spansParameters(spans) : [])],
  );
  return rows;
}

/**
 * Records an exchange. Usage is right from the commit on.
 * @param exchange.force true: it stands although readings on record contradict its registers
 * @throws PlatformError `exchange_exists` for the same counter and moment; `exchange_contradicted` by readings;
 * `readings_dropped` where the readings are gone that it would have counted otherwise; `device_not_found` before
 * anything else, in a time that is not the caller's
 */
export async function recordExchange(
  pool: Pool,
  device: OwnDevice,
  table: KindTable,
  exchange: Pick<Exchange, "metric" | "at" | "oldRegister" | "newRegister"> & {
    readonly force?: boolean | undefined;
  },
  actor: AuditActor,
): Promise<Exchange> {
  const { metric, at, oldRegister, newRegister, force = false } = exchange;
  return withTransaction(pool, async (tx) => {
    const key = await lockOwnKey(tx, device);
    await assertOwnTime(tx, key, [at]);
    await assertCountable(tx, table, at);
    if (!force) await assertFits(tx, key, table, exchange);
    const { rows } = await tx.query<{ id: number }>(
      `insert into register_exchanges (device_no, metric, at, old_register, new_register, made_by)
       values ($1::int, $2::text, $3::timestamptz, $4::float8, $5::float8, $6::text)
       on conflict do nothing returning exchange_no::int as id`,
      [key.deviceNo, metric, at.toISOString(), oldRegister, newRegister, actor.id],
    );
    if (!rows[0]) {
      throw new PlatformError(
        "exchange_exists",
        `An exchange of '${metric}' at ${at.toISOString()} is on record: delete that one first`,
      );
    }
    const made = (await listExchanges(tx, key)).find(({ id }) => id === rows[0]!.id)!;
    await logChange(tx, table, key.deviceNo, at);
    await appendAudit(tx, {
      actor,
      action: "readings.exchange",
      object: { type: "device", id: key.id },
      after: { ...toAudit(made), ...(force ? { force } : {}) },
    });
    return made;
  });
}

/**
 * Deletes a recorded exchange, as if it had never been.
 * @throws PlatformError `device_not_found`, `exchange_not_found`, also for an exchange in a time that is not the
 * caller's, and
 *   `readings_dropped`
 */
export async function removeExchange(
  pool: Pool,
  device: OwnDevice,
  table: KindTable,
  id: number,
  actor: AuditActor,
): Promise<void> {
  await withTransaction(pool, async (tx) => {
    const key = await lockOwnKey(tx, device);
    const exchange = (await listExchanges(tx, key)).find((known) => known.id === id);
    const { rowCount } = await tx.query("delete from register_exchanges where exchange_no = $1::bigint", [
      exchange?.id ?? null,
    ]);
    if (!exchange || rowCount === 0) {
      throw new PlatformError("exchange_not_found", `There is no exchange ${id} of this device`);
    }
    await assertCountable(tx, table, exchange.at);
    await logChange(tx, table, key.deviceNo, exchange.at);
    await appendAudit(tx, {
      actor,
      action: "readings.unexchange",
      object: { type: "device", id: key.id },
      before: toAudit(exchange),
    });
  });
}

/** A register may have passed its last number since its last reading, by this part of it at most. */
const PAST_LAST = 0.1;

/**
 * Checks that the old register shows no less than its last reading, and that the new one began with no more than its
 * first reading: otherwise a register or a moment was probably mistyped, and usage would be lost silently.
 * @throws PlatformError `exchange_contradicted` that names the reading
 */
async function assertFits(
  tx: Client,
  key: DeviceKey,
  table: KindTable,
  { metric, at, oldRegister, newRegister }: Pick<Exchange, "metric" | "at" | "oldRegister" | "newRegister">,
): Promise<void> {
  const { tolerance = 0, rollsOverAt } = table.columns.find(({ name }) => name === metric)!;
  const [before, after] = [
    await readNext(tx, key, table, metric, at, "before"),
    await readNext(tx, key, table, metric, at, "after"),
  ];
  const refuse = (name: string, value: number, expected: string, reading: NextReading) => {
    throw new PlatformError(
      "exchange_contradicted",
      `${name}: ${value}, expected ${expected} ${reading.value}, which was read at ${reading.observedAt.toISOString()}; send "force": true if the register is right nevertheless`,
    );
  };
  const isPastLast =
    before !== undefined &&
    rollsOverAt !== undefined &&
    oldRegister + rollsOverAt - before.value <= rollsOverAt * PAST_LAST;
  if (before && oldRegister < before.value - tolerance && !isPastLast)
    refuse("oldRegister", oldRegister, "at least", before);
  if (after && newRegister > after.value + tolerance) refuse("newRegister", newRegister, "at most", after);
}

interface NextReading {
  readonly observedAt: Date;
  /** In the quantity's unit. */
  readonly value: number;
}

/**
 * The reading next to a moment, unless another exchange lies between, or it belongs to a time that is not the caller's.
 */
async function readNext(
  tx: Client,
  { deviceNo, spans }: DeviceKey,
  table: KindTable,
  metric: string,
  at: Date,
  side: "before" | "after",
): Promise<NextReading | undefined> {
  const column = table.columns.find(({ name }) => name === metric)!;
  // Between the moment and the exchange next to it: behind that there may be years, which nobody wants to go through.
  const [within, order] =
    side === "before"
      ? [
          "r.observed_at < $2::timestamptz and r.observed_at >= (select coalesce(max(e.at), '-infinity') from other e where e.at <= $2)",
          "desc",
        ]
      : [
          "r.observed_at >= $2::timestamptz and r.observed_at < (select coalesce(min(e.at), 'infinity') from other e where e.at > $2)",
          "asc",
        ];
  const { rows } = await tx.query<NextReading>(
    `with other as (
       select at from register_exchanges where device_no = $1::int and metric = $3::text
     )
     select r.observed_at as "observedAt", (${inUnit(column, `r.${assertIdentifier(metric)}`)})::float8 as value
     from ${assertIdentifier(table.table)} r
     where r.device_no = $1::int and ${within} and r.${assertIdentifier(metric)} is not null
       ${spans ? `and ${withinSpans("r.device_no", "r.observed_at", 4)}` : ""}
     order by r.observed_at ${order} limit 1`,
    [deviceNo, at.toISOString(), metric, ...(spans ? spansParameters(spans) : [])],
  );
  return rows[0];
}

const toAudit = ({ id, metric, at, oldRegister, newRegister }: Exchange) => ({
  exchange: id,
  metric,
  at,
  oldRegister,
  newRegister,
});

/** Logs the day of the exchange, and that of the first reading after it, where that is another. */
async function logChange(tx: Client, table: KindTable, deviceNo: number, at: Date): Promise<void> {
  const { rows } = await tx.query<{ observed_at: Date }>(
    `select observed_at from ${assertIdentifier(table.table)}
     where device_no = $1::int and observed_at >= $2::timestamptz order by observed_at limit 1`,
    [deviceNo, at.toISOString()],
  );
  const moments = [at, ...rows.map((row) => row.observed_at)];
  await logChangedDays(
    tx,
    table.kind,
    moments.map((moment) => ({ deviceNo, observedAt: moment.getTime() })),
  );
}
