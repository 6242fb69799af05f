import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getBroadcast } from "../../../broadcast/lifecycle/operation.ts";
import { changeDraft, createDraft } from "../../../broadcast/operations/drafts.ts";
import type { Broadcast } from "../../../store/broadcast/broadcasts.ts";
import type { TestDatabase } from "../../helpers/db.ts";
import { draft, somebody, type TestDeps } from "../fixtures.ts";
import { type OperationsScene, startOperations } from "../operations-scene.ts";

let scene: OperationsScene;
let db: TestDatabase;
let deps: TestDeps;
const li = somebody("li");

beforeAll(async () => {
  scene = await startOperations();
  ({ db } = scene);
  deps = await scene.createDeps();
});
afterAll(() => scene.stop());

describe("a large message", () => {
  const ring = (radius: number) => {
    const points = Array.from({ length: 999 }, (_, at): [number, number] => {
      const angle = (at / 999) * 2 * Math.PI;
      return [107.8 + radius * Math.cos(angle), 28.5 + radius * Math.sin(angle)];
    });
    return [...points, points[0]!];
  };
  const target = (...radii: number[]) => ({ regions: ["520326"], polygons: radii.map(ring), circles: [] });
  const messagesOf = async ({ id }: Broadcast) => {
    const { rows } = await db.pool.query(
      `select audit_no, before -> 'message' as before, after -> 'message' as after
       from audit where object_id = $1 order by audit_no`,
      [id],
    );
    return rows;
  };

  it("is answered as it is stored", async () => {
    const told = await createDraft(deps, li, draft({ target: target(0.1), expiresAt: new Date() }));
    expect(told).toEqual(await getBroadcast(db.pool, li, told.id));
    const change = { target: target(0.2), volume: null, startsAt: new Date(), expiresAt: null };
    const changed = await changeDraft(deps, li, told.id, 1, change);
    expect(changed).toEqual(await getBroadcast(db.pool, li, told.id));
  });

  it("is in the audit by the digest of its revision, a small one as a whole", async () => {
    const written = await createDraft(deps, li, draft({ target: target(0.1) }));
    const small = await changeDraft(deps, li, written.id, 1, { target: target() });
    const large = await changeDraft(deps, li, written.id, 2, { target: target(0.1, 0.2) });
    const digestOf = async (revision: number) => {
      const { rows } = await db.pool.query<{ text: string }>(
        "select message::text as text from broadcast_revisions where broadcast_no = $1 and revision = $2",
        [large.broadcastNo, revision],
      );
      const bytes = Buffer.from(rows[0]!.text);
      return {
        revision,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        bytes: bytes.length,
      };
    };
    const [first, last] = [await digestOf(1), await digestOf(3)];
    expect((await messagesOf(large)).map(({ before, after }) => [before, after])).toEqual([
      [null, first],
      [first, small.message],
      [small.message, last],
    ]);
    expect(last.bytes).toBeGreaterThan(1000 * 2 * 16);
  });

  it("shows in the audit once somebody has rewritten or removed it, by the statement for auditors", async () => {
    const page = await readFile(new URL("../../../docs/security.md", import.meta.url), "utf8");
    const statement = /```sql\n(select a\.audit_no.*?)```/s.exec(page)![1]!;
    const suspects = async () => (await db.pool.query(statement)).rows;
    const written = await createDraft(deps, li, draft({ target: target(0.1) }));
    await changeDraft(deps, li, written.id, 1, { target: target(0.2) });
    expect(await suspects()).toEqual([]);
    const [create, change] = await messagesOf(written);
    const tamper = async (sql: string) => {
      await db.pool.query("alter table broadcast_revisions disable trigger user");
      await db.pool.query(sql, [written.broadcastNo]);
      await db.pool.query("alter table broadcast_revisions enable trigger user");
    };
    const found = ({ audit_no }: { audit_no: number }, revision: string) => ({
      audit_no,
      object_id: written.id,
      revision,
    });
    await tamper(
      "update broadcast_revisions set message = jsonb_set(message, '{level}', '4') where broadcast_no = $1 and revision = 2",
    );
    expect(await suspects()).toEqual([found(change, "2")]);
    await tamper("delete from broadcast_revisions where broadcast_no = $1 and revision = 1");
    expect(await suspects()).toEqual([found(create, "1"), found(change, "1"), found(change, "2")]);
  });
});
