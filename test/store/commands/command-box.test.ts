import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  answerLetters,
  dropOldLetters,
  type Letter,
  putIntoBox,
  readLetters,
  takeAnswers,
} from "../../../store/commands/command-box.ts";
import { createTestDatabase, type TestDatabase } from "../../helpers/db.ts";

const HOUR = 3_600_000;
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => db.pool.query("delete from command_box"));

const letter = (letterNo: number, processNo: number, more: Partial<Letter> = {}): Letter => ({
  letterNo,
  processNo,
  payload: '{"commandId":"x.1"}',
  through: null,
  devices: [
    { id: "one", deviceNo: 1 },
    { id: "two", deviceNo: 2 },
  ],
  validMs: HOUR,
  ...more,
});
const numbers = async (processNo: number) =>
  (await readLetters(db.pool, processNo)).map(({ letterNo }) => letterNo);

describe("the command box", () => {
  it("gives a process what is addressed to it, as it was put in, until it has answered", async () => {
    await putIntoBox(db.pool, 7, [letter(1, 8), letter(2, 9), letter(3, 8, { through: "gateway" })]);
    const found = await readLetters(db.pool, 8);
    expect(found).toMatchObject([
      {
        askedBy: 7,
        letterNo: 1,
        payload: '{"commandId":"x.1"}',
        through: null,
        devices: letter(1, 8).devices,
      },
      { askedBy: 7, letterNo: 3, through: "gateway" },
    ]);
    expect(found[0]!.leftMs).toBeGreaterThan(HOUR / 2);
    await answerLetters(db.pool, [{ askedBy: 7, letterNo: 1, outcomes: ["taken", null] }]);
    expect(await numbers(8)).toEqual([3]);
    expect(await numbers(9)).toEqual([2]);
  });

  it("gives an answer to the one that asked, once", async () => {
    await putIntoBox(db.pool, 7, [letter(1, 8), letter(2, 8)]);
    await putIntoBox(db.pool, 6, [letter(1, 8)]);
    await answerLetters(db.pool, [{ askedBy: 7, letterNo: 1, outcomes: ["taken", null] }]);
    expect(await takeAnswers(db.pool, 6)).toEqual([]);
    expect(await takeAnswers(db.pool, 7)).toEqual([{ letterNo: 1, outcomes: ["taken", null] }]);
    expect(await takeAnswers(db.pool, 7)).toEqual([]);
    const left = (await readLetters(db.pool, 8)).map(({ askedBy, letterNo }) => `${askedBy} ${letterNo}`);
    expect(left.sort()).toEqual(["6 1", "7 2"]);
  });

  it("gives out nothing that has expired, and throws it away in the end", async () => {
    await putIntoBox(db.pool, 7, [letter(1, 8, { validMs: -1 }), letter(2, 8)]);
    expect(await numbers(8)).toEqual([2]);
    expect(await dropOldLetters(db.pool, HOUR)).toBe(0);
    await db.pool.query("update command_box set expires_at = now() - interval '2 hours' where letter_no = 1");
    expect(await dropOldLetters(db.pool, HOUR)).toBe(1);
  });
});
