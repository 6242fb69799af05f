import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../base/log.ts";
import { CommandBox, type CommandBoxOptions } from "../../exchange/command-box.ts";
import type { Delivery } from "../../exchange/door.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const HOUR = 3_600_000;
const log = createLogger("silent");

/** Only databases on a server have several processes. */
describe.runIf(process.env.DATABASE_URL)("commands between processes", () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.drop());
  beforeEach(() => db.pool.query("delete from command_box"));

  function open(processNo: number, more: Partial<CommandBoxOptions> = {}) {
    const heard: string[] = [];
    const box = new CommandBox({
      pool: db.pool,
      processNo,
      url: db.url,
      log,
      everyMs: HOUR,
      async deliver({ id }, { payload }) {
        heard.push(`${payload} for ${id}`);
        return id.startsWith("away") ? "not_listening" : "taken";
      },
      ...more,
    });
    onTestFinished(() => box.stop());
    return { box, heard };
  }
  const device = (id: string) => ({ id, deviceNo: 1 });
  const rows = async () => (await db.pool.query("select * from command_box")).rows;

  it("are handed over there, and the answers come back, without anybody looking by the clock", async () => {
    const [a, b, c] = [open(1), open(2), open(3)];
    const answers = await Promise.all([
      a.box.send(2, device("x"), { payload: "{}" }, HOUR),
      a.box.send(2, device("away"), { payload: "{}" }, HOUR),
      a.box.send(3, device("y"), { payload: "[]" }, HOUR),
      c.box.send(2, device("z"), { payload: "{}" }, HOUR),
    ]);
    expect(answers).toEqual(["taken", "not_listening", "taken", "taken"]);
    expect(b.heard.sort()).toEqual(["{} for away", "{} for x", "{} for z"]);
    expect([a.heard, c.heard]).toEqual([[], ["[] for y"]]);
    expect(await rows()).toEqual([]);
  });

  it("go many in a row of the database", async () => {
    const a = open(1);
    const sent = Array.from({ length: 1_000 }, (_, i) =>
      a.box.send(2, device(`d-${i}`), { payload: "{}" }, HOUR),
    );
    await expect.poll(async () => (await rows()).length).toBe(5);
    const b = open(2);
    expect(new Set(await Promise.all(sent))).toEqual(new Set(["taken"]));
    expect(b.heard).toHaveLength(1_000);
  });

  it("are handed over once, also if the answer is long in coming", async () => {
    let answer: (delivery: Delivery) => void = () => {};
    const heard: string[] = [];
    const b = open(2, {
      deliver: ({ id }) => {
        heard.push(id);
        return new Promise<Delivery>((resolve) => {
          answer = resolve;
        });
      },
    });
    const sent = open(1).box.send(2, device("x"), { payload: "{}" }, HOUR);
    await expect.poll(() => heard).toEqual(["x"]);
    await b.box.run();
    await b.box.run();
    answer("too_slow");
    expect(await sent).toBe("too_slow");
    expect(heard).toEqual(["x"]);
  });

  it("are not handed over late, by a process that was paused in between", async () => {
    const clock = { at: 0 };
    const pool = Object.create(db.pool) as typeof db.pool;
    // It stands still once it has read what is in the box.
    pool.query = (async (...args: Parameters<typeof db.pool.query>) => {
      const found = await (db.pool.query(...args) as unknown as Promise<{ rows: unknown[] }>);
      if (found.rows.length > 0) clock.at += 2 * HOUR;
      return found;
    }) as unknown as typeof db.pool.query;
    const sent = open(1).box.send(2, device("x"), { payload: "{}" }, HOUR);
    const b = open(2, { pool, now: () => clock.at });
    expect(await sent).toBe("not_listening");
    expect(b.heard).toEqual([]);
  });

  it("are not known to have been handed over where nobody answers, or the door fails", async () => {
    const a = open(1);
    await expect(a.box.send(9, device("x"), { payload: "{}" }, -2_990)).rejects.toThrow(
      "did not say whether",
    );
    open(2, { deliver: () => Promise.reject(new Error("on purpose")) });
    await expect(a.box.send(2, device("x"), { payload: "{}" }, HOUR)).rejects.toThrow("did not say whether");
  });
});
