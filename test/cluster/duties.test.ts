import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createLogger } from "../../base/log.ts";
import { type Duty, type HeldDuty, startDuties } from "../../cluster/duties.ts";
import type { Pool } from "../../store/database/index.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";

const HOUR = 3_600_000;
const log = createLogger("silent");
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("delete from leases"));

/** A process with a steady clock that the test moves, whose turns the test takes. */
function makeProcess(processNo: number, pool: Pool = db.pool) {
  const clock = { at: 0 };
  const duties = startDuties({ pool, processNo, log, everyMs: HOUR, now: () => clock.at });
  onTestFinished(() => duties.stop());
  return { clock, duties };
}

/** A duty that notes when it begins and ends. */
function makeDuty(name: string, said: string[], more: Partial<Duty> = {}) {
  const held: HeldDuty[] = [];
  const duty: Duty = {
    name,
    begin: (mine) => {
      held.push(mine);
      said.push(`begin ${mine.lease.epoch}`);
      return () => void said.push(`end ${mine.lease.epoch}`);
    },
    ...more,
  };
  return { duty, held };
}

const lapse = () => db.pool.query("update leases set until = now() - interval '1 second'");

describe("duties", () => {
  it("are one process's, and the next one's once the first has stopped", async () => {
    const said: string[][] = [[], []];
    const [a, b] = [makeProcess(1), makeProcess(2)];
    a.duties.add(makeDuty("silence", said[0]!).duty);
    b.duties.add(makeDuty("silence", said[1]!).duty);
    await a.duties.run();
    await b.duties.run();
    await a.duties.run();
    expect([a.duties.held(), b.duties.held()]).toEqual([["silence"], []]);
    expect(said).toEqual([["begin 1"], []]);
    await a.duties.stop();
    await b.duties.run();
    expect(said).toEqual([["begin 1", "end 1"], ["begin 2"]]);
    expect(b.duties.held()).toEqual(["silence"]);
  });

  it("are left at once by a process that cannot do them any more, and taken by it again once it can", async () => {
    const said: string[][] = [[], []];
    const [a, b] = [makeProcess(1), makeProcess(2)];
    let can = false;
    a.duties.add(makeDuty("dispatch", said[0]!, { goesOnAlone: true, canDo: () => can }).duty);
    b.duties.add(makeDuty("dispatch", said[1]!).duty);
    await a.duties.run();
    expect([said, await a.duties.unattended()]).toEqual([[[], []], ["dispatch"]]);
    can = true;
    await a.duties.run();
    can = false;
    await a.duties.run();
    await b.duties.run();
    can = true;
    await a.duties.run();
    expect(said).toEqual([["begin 1", "end 1"], ["begin 2"]]);
    await b.duties.stop();
    await a.duties.run();
    expect(said[0]).toEqual(["begin 1", "end 1", "begin 3"]);
  });

  it("may be for others than those that stand ready for the rest", async () => {
    const [worker, doors] = [true, false].map((standsReady, n) => {
      const duties = startDuties({ pool: db.pool, processNo: n + 1, log, everyMs: HOUR, standsReady });
      onTestFinished(() => duties.stop());
      duties.add(makeDuty("silence", [], { standsReady: !standsReady }).duty);
      duties.add(makeDuty("presence", []).duty);
      return duties;
    });
    await worker!.run();
    await doors!.run();
    expect([worker!.held(), doors!.held()]).toEqual([["presence"], ["silence"]]);
  });

  it("that go on alone go on after a time without the database, unless another process has had them meanwhile", async () => {
    const said: string[][] = [[], []];
    const [a, b] = [makeProcess(1), makeProcess(2)];
    const alone = makeDuty("dispatch", said[0]!, { goesOnAlone: true });
    a.duties.add(alone.duty);
    b.duties.add(makeDuty("dispatch", said[1]!, { goesOnAlone: true }).duty);
    await a.duties.run();
    await lapse();
    await a.duties.run();
    // The same work, by a new right.
    expect(said).toEqual([["begin 1"], []]);
    expect(alone.held.map(({ lease, isMine }) => [lease.epoch, isMine()])).toEqual([[2, true]]);
    await lapse();
    await b.duties.run();
    await lapse();
    await a.duties.run();
    expect(said).toEqual([["begin 1", "end 2", "begin 4"], ["begin 3"]]);
  });

  it("pass from one that is paused, which knows it by its own clock before it has asked anybody", async () => {
    const said: string[][] = [[], []];
    const [a, b] = [makeProcess(1), makeProcess(2)];
    const paused = makeDuty("silence", said[0]!);
    a.duties.add(paused.duty);
    b.duties.add(makeDuty("silence", said[1]!).duty);
    await a.duties.run();
    expect(paused.held[0]!.isMine()).toBe(true);
    a.clock.at += 9_999;
    expect(paused.held[0]!.isMine()).toBe(true);
    a.clock.at += 1;
    expect(paused.held[0]!.isMine()).toBe(false);
    expect(a.duties.held()).toEqual([]);
    await lapse();
    await b.duties.run();
    await a.duties.run();
    expect(said).toEqual([["begin 1", "end 1"], ["begin 2"]]);
  });

  it("that lapsed and come back begin anew, with their new epoch", async () => {
    const said: string[] = [];
    const { duties } = makeProcess(1);
    const { duty, held } = makeDuty("silence", said);
    duties.add(duty);
    await duties.run();
    await lapse();
    await duties.run();
    expect(said).toEqual(["begin 1", "end 1", "begin 2"]);
    expect(held.map((one) => one.isMine())).toEqual([false, true]);
  });

  it("end where the database is away for so long that another process may have them, but for those that go on alone", async () => {
    const said: string[][] = [[], []];
    const broken = { is: false };
    const pool = {
      query: (...args: Parameters<Pool["query"]>) => {
        if (broken.is) throw new Error("the database is away");
        return db.pool.query(...args);
      },
    } as unknown as Pool;
    const { clock, duties } = makeProcess(1, pool);
    duties.add(makeDuty("silence", said[0]!).duty);
    duties.add(makeDuty("dispatch", said[1]!, { goesOnAlone: true }).duty);
    await duties.run();
    broken.is = true;
    clock.at += 9_000;
    await duties.run();
    expect(said).toEqual([["begin 1"], ["begin 1"]]);
    clock.at += 9_000;
    await duties.run();
    expect(said).toEqual([["begin 1", "end 1"], ["begin 1"]]);
    broken.is = false;
    await lapse();
    await makeProcess(2).duties.run();
    await db.pool.query("update leases set process_no = 2, until = now() + interval '1 hour', epoch = 2");
    await duties.run();
    expect(said[1]).toEqual(["begin 1", "end 1"]);
  });

  it("that cannot begin are tried again, and one that cannot end keeps no other", async () => {
    const said: string[] = [];
    const { duties } = makeProcess(1);
    let tries = 0;
    duties.add({
      name: "difficult",
      begin: () => {
        if (++tries === 1) throw new Error("on purpose");
        return () => {
          throw new Error("on purpose");
        };
      },
    });
    duties.add(makeDuty("easy", said).duty);
    await duties.run();
    expect(duties.held()).toEqual(["easy"]);
    await duties.run();
    expect(duties.held().sort()).toEqual(["difficult", "easy"]);
    await duties.stop();
    expect(said).toEqual(["begin 1", "end 1"]);
    const { rows } = await db.pool.query("select from leases where process_no is not null");
    expect(rows).toEqual([]);
  });
});
