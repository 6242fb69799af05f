import { PlatformError } from "../../base/errors.ts";
import { type AuditActor, appendAudit } from "../audit/index.ts";
import {
  assertIdentifier,
  type Client,
  type Db,
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

/** A counter's register was exchanged, or set: a recorded fact, by which its usage goes on from the one to the other. */
export interface Exchange {
  readonly id: number;
  readonly metric: string;
  /** What is observed from this moment on is of the new register. */
  readonly at: Date;
  /** In the metric's unit. */
  readonly oldRegister: number;
  readonly newRegister: number;
  readonly madeBy: string;
  readonly madeAt: Date;
}

const SELECT = `select e.exchange_no::int as id, e.metric, e.at, e.old_register as "oldRegister", e.new_register as "newRegister",
                       e.made_by as "madeBy", e.made_at as "madeAt"
                from register_exchanges e`;

/** Those in the caller's times of a device, oldest first. */
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
 * @throws PlatformError `exchange_exists` for the same counter and moment; `readings_dropped` where the readings are
 *   gone that it would have counted otherwise; `device_not_found` before anything else, in a time that is not the caller's
 */
export async function recordExchange(
  pool: Pool,
  device: OwnDevice,
  table: KindTable,
  exchange: Pick<Exchange, "metric" | "at" | "oldRegister" | "newRegister">,
  actor: AuditActor,
): Promise<Exchange> {
  const { metric, at, oldRegister, newRegister } = exchange;
  return withTransaction(pool, async (tx) => {
    const key = await lockOwnKey(tx, device);
    await assertOwnTime(tx, key, [at]);
    await assertCountable(tx, table, at);
    const { rows } = await tx.query<{ id: number }>(
      `insert into register_exchanges (device_no, metric, at, old_register, new_register, made_by)
       values ($1::int, $2::text, $3::timestamptz, $4::float8, $5::float8, $6::text)
       on conflict do nothing returning exchange_no::int as id`,
      [key.deviceNo, metric, at.toISOString(), oldRegister, newRegister, actor.id],
    );
    if (!rows[0]) {
      throw new PlatformError(
        "exchange_exists",
        `An exchange of '${metric}' at ${at.toISOString()} is on record: take that one away first`,
      );
    }
    const made = (await listExchanges(tx, key)).find(({ id }) => id === rows[0]!.id)!;
    await logChange(tx, table, key.deviceNo, at);
    await appendAudit(tx, {
      actor,
      action: "readings.exchange",
      object: { type: "device", id: key.id },
      after: toAudit(made),
    });
    return made;
  });
}

/**
 * Takes a recorded exchange away, as if it had never been.
 * @throws PlatformError `device_not_found`, `exchange_not_found`, also for one in a time that is not the caller's, and
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

const toAudit = ({ id, metric, at, oldRegister, newRegister }: Exchange) => ({
  exchange: id,
  metric,
  at,
  oldRegister,
  newRegister,
});

/** The day of the exchange, and that of the first reading behind it, where that is another. */
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
