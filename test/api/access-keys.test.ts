import { describe, expect, it } from "vitest";
import { areaOf } from "../helpers/limits.ts";
import {
  addApplication,
  addKey,
  addPerson,
  api,
  db,
  del,
  get,
  lastAudit,
  outcome,
  post,
  useAccessApi,
} from "./access-api.ts";
import { startApi } from "./harness.ts";

useAccessApi();

/** Keys of applications. */
describe("a key", () => {
  it("is shown once: not in lists, the audit, the database or the log", async () => {
    const id = await addApplication();
    const made = await post(`/v1/applications/${id}/keys`);
    expect([made.status, made.headers["cache-control"]]).toEqual([201, "no-store"]);
    const { key, prefix } = made.json;
    expect(key).toMatch(new RegExp(`^sbi_${prefix}_`));
    const secret = key.slice(-43);
    const creation = await lastAudit();
    const list = await get(`/v1/applications/${id}/keys`);
    expect(list.json).toMatchObject({
      items: [{ prefix, expiresAt: null, revokedAt: null, lastUsedAt: null }],
      nextCursor: null,
    });
    const kept = await db.pool.query("select * from api_keys where prefix = $1", [prefix]);
    expect(JSON.stringify([list.text, creation, kept.rows, api.logged])).not.toContain(secret);
    expect(creation).toMatchObject({ action: "key.create", object_id: id, after: { prefix } });
    // Who looked at the list is on record too.
    expect(await lastAudit()).toMatchObject({ action: "key.list", object_id: id });
  });

  it("is rotated with an overlap, in which both are good", async () => {
    const id = await addApplication([{ scopes: ["devices:read"], area: areaOf({}) }]);
    const expiresAt = new Date(Date.now() + 90 * 24 * 3_600_000).toISOString();
    const { key, prefix } = await addKey(id, { expiresAt });
    const rotated = await post(`/v1/applications/${id}/keys/${prefix}/rotate`, { overlapHours: 2 });
    expect([rotated.status, rotated.headers["cache-control"]]).toEqual([201, "no-store"]);
    const left = new Date(rotated.json.old.expiresAt).getTime() - Date.now();
    expect(left).toBeGreaterThan(1.9 * 3_600_000);
    expect(left).toBeLessThan(2.1 * 3_600_000);
    // Made for 90 days, so is the next.
    const life = new Date(rotated.json.new.expiresAt).getTime() - Date.now();
    expect(Math.round(life / (24 * 3_600_000))).toBe(90);
    for (const good of [key, rotated.json.new.key]) {
      expect((await get("/v1/devices", good)).status).toBe(200);
    }
    const again = await post(`/v1/applications/${id}/keys/${prefix}/rotate`, { overlapHours: 0 });
    expect(again.status).toBe(201);
    expect((await get("/v1/devices", key)).status).toBe(401);
    const third = await post(`/v1/applications/${id}/keys/${prefix}/rotate`);
    expect(outcome(third)).toEqual([409, "key_ended"]);
    expect((await get(`/v1/applications/${id}/keys`)).json.items).toHaveLength(3);
  });

  it("is revoked at once, as often as one likes", async () => {
    const id = await addApplication([{ scopes: ["devices:read"], area: areaOf({}) }]);
    const { key, prefix } = await addKey(id);
    expect((await del(`/v1/applications/${id}/keys/${prefix}`)).status).toBe(204);
    expect((await get("/v1/devices", key)).status).toBe(401);
    const revokedAt = async () => (await get(`/v1/applications/${id}/keys`)).json.items[0].revokedAt;
    const first = await revokedAt();
    expect((await del(`/v1/applications/${id}/keys/${prefix}`)).status).toBe(204);
    expect(await revokedAt()).toBe(first);
  });

  it("belongs to its application: another's is not found", async () => {
    const [mine, other] = [await addApplication(), await addApplication()];
    const { prefix } = await addKey(mine);
    expect(outcome(await del(`/v1/applications/${other}/keys/${prefix}`))).toEqual([404, "key_not_found"]);
    expect(outcome(await post(`/v1/applications/${other}/keys/${prefix}/rotate`))).toEqual([
      404,
      "key_not_found",
    ]);
    expect(outcome(await post("/v1/applications/nobody/keys"))).toEqual([404, "application_not_found"]);
    const person = await addPerson([]);
    expect(outcome(await post(`/v1/applications/${person}/keys`))).toEqual([404, "application_not_found"]);
  });

  it.each([{ expiresAt: "2020-01-01T00:00:00Z" }, { expiresAt: "tomorrow" }, { expires: null }])(
    "is not made with %j",
    async (body) => {
      expect(outcome(await post(`/v1/applications/${await addApplication()}/keys`, body))).toEqual([
        400,
        "invalid_request",
      ]);
    },
  );

  it("is not lost when the rest of the platform fails to take it up", async () => {
    const id = await addApplication();
    const deaf = await startApi(db.pool, {
      onAccessChanged: async () => {
        throw new Error("directory is away");
      },
    });
    const answer = await deaf.call({ method: "POST", url: `/v1/applications/${id}/keys` });
    await deaf.app.close();
    expect(answer.status).toBe(201);
    expect(deaf.logged).toContainEqual(expect.objectContaining({ level: "error" }));
  });
});
