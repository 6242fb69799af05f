// A platform in small, to be killed: starts the database in the folder that it is given and inserts numbers for ever,
// saying each one that is committed. Plain JavaScript, and it runs what was built, so that it starts in a moment.
import pg from "pg";

const [launch = "", log = "", dataDir = "", first = "0"] = process.argv.slice(2);
const { startEmbedded } = await import(launch);
const { createLogger } = await import(log);
const database = await startEmbedded({ dataDir, log: createLogger("silent") });
const client = new pg.Client({ connectionString: database.url });
await client.connect();
await client.query("create table if not exists confirmed (n int primary key)");
process.send({ database: database.pid });
for (let n = Number(first); ; n++) {
  await client.query("insert into confirmed values ($1)", [n]);
  process.send({ n });
}
