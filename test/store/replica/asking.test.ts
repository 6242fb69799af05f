import { describe, expect, it } from "vitest";
import type { Db } from "../../../store/database/index.ts";
import { askReplicaFirst } from "../../../store/replica/asking.ts";

const answering = (name: string, asked: string[]): Db =>
  ({
    query: async (text: string) => {
      asked.push(`${name}: ${text}`);
      return { rows: [name] };
    },
  }) as unknown as Db;

const failing = (code: string): Db =>
  ({ query: async () => Promise.reject(Object.assign(new Error(code), { code })) }) as unknown as Db;

function reads(replica: Db, statementMs = 60_000) {
  const asked: string[] = [];
  const givenUp: string[] = [];
  const db = askReplicaFirst({
    replica,
    primary: answering("primary", asked),
    statementMs,
    orAway: (answer) => answer,
    onGivenUp: (error) => givenUp.push(error.message),
  });
  return { db, asked, givenUp };
}

describe("a request that only reads", () => {
  it("is answered by the replica", async () => {
    const asked: string[] = [];
    const { db, givenUp } = reads(answering("replica", asked));
    expect((await db.query("a")).rows).toEqual(["replica"]);
    expect([asked, givenUp, db.isFromReplica()]).toEqual([["replica: a"], [], true]);
  });

  it.each(["40001", "40P01", "57014", "25006", "57P01", "57P03", "08006", "ECONNREFUSED", "42P01", "42703"])(
    "is answered by the primary when the replica gives up with %s, and stays there",
    async (code) => {
      let calls = 0;
      const query = () => {
        calls++;
        return failing(code).query("");
      };
      const once = { query } as unknown as Db;
      const { db, asked, givenUp } = reads(once);
      expect((await db.query("a")).rows).toEqual(["primary"]);
      expect((await db.query("b")).rows).toEqual(["primary"]);
      expect([asked, givenUp, calls]).toEqual([["primary: a", "primary: b"], [code], 1]);
      expect(db.isFromReplica()).toBe(false);
    },
  );

  it.each(["22003", "23505", "54000", "42601"])("fails with a fault of its own (%s)", async (code) => {
    const { db, asked } = reads(failing(code));
    await expect(db.query("a")).rejects.toThrow(code);
    expect(asked).toEqual([]);
  });

  it("is not asked again when it took as long as it may", async () => {
    const { db, asked } = reads(failing("57014"), 0);
    await expect(db.query("a")).rejects.toThrow("57014");
    expect(asked).toEqual([]);
  });
});
