import { kindByName } from "../../devices/catalog.ts";
import type { Kind } from "../../devices/kind.ts";
import { createRandom } from "../../devices/random.ts";
import type { KindTable, Pool } from "../../store/database/index.ts";
import { insertReadings, ReadingsBatch } from "../../store/readings/index.ts";
import { tableOf } from "../database.ts";
import type { Cell } from "../figures.ts";
import { defineStory, numberFlag } from "../story.ts";

const KINDS = ["gas-meter", "speaker", "camera", "lora-gateway"] as const;
const ROWS_PER_BATCH = 4000;
/** At most, of a device: a batch of the columnstore. */
const READINGS_PER_DEVICE = 1000;
/** From a reading's moment to its arrival, at least. */
const DELAY_MS = 800;
/** Chunks are weeks, counted from 1970. A device has one at most, so that a chunk holds a fleet as in life. */
const CHUNK_MS = 7 * 86_400_000;

const flags = {
  readings: numberFlag(1_000_000, 1000, 100_000_000, "readings of each kind"),
  spread: numberFlag(0, 0, 60_000, "milliseconds by which arrivals stray, beyond the 0.8 s that each takes"),
  kinds: { type: "words", fallback: KINDS, of: KINDS, about: "device kinds, each with its own quantities" },
} as const;

/** The size of a reading on disk. Sizes do not vary from run to run, so each kind is filled once. */
export const storage = defineStory({
  name: "storage",
  about: "bytes per reading, as inserted and as columnstore, for each kind",
  flags,
  async run(bench, values) {
    const database = await bench.createDatabase({ shared: true });
    const community = database.facts.edition === "community";
    const rows = await database.withPool(async (pool) => {
      const table: Cell[][] = [];
      for (const name of values.kinds) {
        const kind = kindByName(name)!;
        const kindTable = tableOf(database, name);
        const count = await fill(pool, kind, kindTable, values, bench.progress);
        const before = await sizeOf(pool, kindTable.table);
        const after = community ? await compressed(pool, kindTable.table) : null;
        bench.progress(`${name}: ${Math.round(before / count)} bytes a reading before columnstore`);
        const metrics = kindTable.columns.length;
        table.push([
          name,
          metrics,
          count,
          before / count,
          after === null ? null : after / count,
          after === null ? null : before / after,
          after === null ? null : after / count / metrics,
        ]);
      }
      return table;
    });
    return {
      database: database.facts,
      tables: [
        {
          title: "Bytes per reading, with the primary key's index",
          columns: [
            { title: "kind" },
            { title: "metrics" },
            { title: "readings" },
            { title: "as inserted", digits: 1 },
            { title: "columnstore", digits: 1 },
            { title: "times smaller", digits: 1 },
            { title: "columnstore, per value", digits: 2 },
          ],
          rows,
        },
      ],
      notes: [
        `Values are those of the simulated devices at the kind's own interval, a week or ${READINGS_PER_DEVICE.toLocaleString("en-US")} readings of each; real noise may differ.`,
        `Each arrives ${DELAY_MS / 1000} s after its moment${values.spread > 0 ? `, or up to ${values.spread / 1000} s later` : "; --spread tells what uneven arrivals cost"}.`,
        ...(community
          ? []
          : ["This server is the Apache edition, which has no columnstore: --embedded measures both."]),
      ],
    };
  },
});

const readingsPerDevice = (kind: Kind) =>
  Math.min(READINGS_PER_DEVICE, Math.floor(CHUNK_MS / (kind.reportIntervalSeconds * 1000)));

/** Writes the readings of simulated devices in the order of time, as a platform would get them. @returns the rows */
async function fill(
  pool: Pool,
  kind: Kind,
  table: KindTable,
  { readings, spread }: { readings: number; spread: number },
  progress: (text: string) => void,
): Promise<number> {
  const perDevice = Math.min(readingsPerDevice(kind), readings);
  const count = Math.max(1, Math.round(readings / perDevice));
  const intervalMs = kind.reportIntervalSeconds * 1000;
  const from = Math.floor((Date.now() - perDevice * intervalMs) / CHUNK_MS) * CHUNK_MS;
  const arrivals = createRandom(1);
  const devices = Array.from({ length: count }, (_, index) => ({
    deviceNo: index + 1,
    behave: kind.simulate(index),
    random: createRandom(index),
    // Each at its own point of the interval.
    offsetMs: Math.floor((index / count) * intervalMs),
  }));
  const batch = new ReadingsBatch(table);
  let stored = 0;
  const commit = async () => {
    const rows = batch.rows > 0 ? await insertReadings(batch, pool) : 0;
    stored += rows;
    batch.reset();
  };
  for (let turn = 0; turn < perDevice; turn++) {
    for (const { deviceNo, behave, random, offsetMs } of devices) {
      const at = from + turn * intervalMs + offsetMs;
      const elapsedMs = turn === 0 ? 0 : intervalMs;
      const { metrics } = behave({ random, at: new Date(at), elapsedMs });
      const row = batch.begin(deviceNo, at, at + DELAY_MS + Math.floor(arrivals.between(0, spread)));
      table.columns.forEach(({ name }, column) => {
        const value = metrics[name];
        if (typeof value === "number") batch.setNumber(row, column, value);
        else if (value !== undefined) batch.setText(row, column, value);
      });
      if (batch.rows === ROWS_PER_BATCH) await commit();
    }
    if ((turn + 1) % 250 === 0) progress(`${kind.kind}: ${turn + 1} of ${perDevice} readings of each device`);
  }
  await commit();
  return stored;
}

async function sizeOf(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>("select hypertable_size($1::regclass) as bytes", [
    table,
  ]);
  return rows[0]!.bytes;
}

/** Converts every chunk, as the policy does after 30 days. @returns the size afterwards */
async function compressed(pool: Pool, table: string): Promise<number> {
  const { rows } = await pool.query<{ chunk: string }>("select show_chunks($1::regclass)::text as chunk", [
    table,
  ]);
  for (const { chunk } of rows) await pool.query(`call convert_to_columnstore('${chunk}')`);
  return sizeOf(pool, table);
}
