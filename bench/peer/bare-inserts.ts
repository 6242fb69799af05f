import { type KindTable, openPool } from "../../store/database/index.ts";
import { insertReadings, ReadingsBatch } from "../../store/readings/index.ts";

/**
 * The platform's own inserts with nothing in front: batches are filled from numbers and committed, three at a time. So
 * fast the platform would be if MQTT and decoding cost nothing.
 */
export interface InsertsOrder {
  readonly databaseUrl: string;
  readonly connections: number;
  readonly table: KindTable;
  readonly deviceNos: readonly number[];
  readonly rows: number;
  readonly rowsPerBatch: number;
  /** The first observedAt, epoch milliseconds. */
  readonly from: number;
  readonly stepMs: number;
}
export type InsertsMessage =
  | { readonly type: "ready" }
  | { readonly type: "done"; readonly seconds: number; readonly stored: number; readonly last: number };

async function run(order: InsertsOrder, go: Promise<void>): Promise<InsertsMessage> {
  const { connections, deviceNos, rowsPerBatch, table } = order;
  const pool = openPool(
    { url: order.databaseUrl, size: connections, applicationName: "sbi-bench-inserts" },
    (error) => {
      throw error;
    },
  );
  const texts = table.columns.map(({ type }) => type === "state" || type === "text");
  let given = 0;
  let stored = 0;
  let at = order.from;

  const fill = (batch: ReadingsBatch, rows: number) => {
    const receivedAt = Date.now();
    for (let i = 0; i < rows; i++) {
      const index = given++ % deviceNos.length;
      if (index === 0) at += order.stepMs;
      const row = batch.begin(deviceNos[index]!, at, receivedAt);
      texts.forEach((isText, column) => {
        if (isText) batch.setText(row, column, "open");
        else batch.setNumber(row, column, ((at / 1000 + column) % 40) / 10);
      });
    }
  };
  const writer = async () => {
    const batch = new ReadingsBatch(table);
    while (given < order.rows) {
      fill(batch, Math.min(rowsPerBatch, order.rows - given));
      const inserted = await insertReadings(batch, pool);
      stored += inserted;
      batch.reset();
    }
  };

  // Connecting is not measured.
  await Promise.all(Array.from({ length: connections }, () => pool.query("select pg_sleep(0.05)")));
  process.send!({ type: "ready" } satisfies InsertsMessage);
  await go;
  const started = performance.now();
  await Promise.all(Array.from({ length: connections }, writer));
  const seconds = (performance.now() - started) / 1000;
  await pool.end();
  return { type: "done", seconds, stored, last: at };
}

process.once("message", (order: InsertsOrder) => {
  const go = new Promise<void>((resolve) => process.once("message", () => resolve()));
  process.on("disconnect", () => process.exit(1));
  run(order, go).then(
    (message) => process.send!(message, () => process.exit(0)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
