import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bearerToken } from "../../access/control.ts";
import { decide, type Principal } from "../../access/decide.ts";
import { WHOLE_AREA } from "../../access/limits.ts";
import type { Role } from "../../access/roles.ts";
import { openKeyRing } from "../../broadcast/signing/key-ring.ts";
import { createDeps, insertSpeaker, insertVillages, type TestDeps } from "../broadcast/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { type Answer, type Api, startApi } from "./harness.ts";

const person = (id: string, role: Role, region?: string): Principal => ({
  type: "person",
  id,
  name: id,
  tenantId: null,
  grants: [{ role, area: region === undefined ? WHOLE_AREA : areaOf({ regions: [region] }) }],
});
const robot: Principal = {
  type: "application",
  id: "robot",
  name: "robot",
  tenantId: null,
  grants: [{ scopes: ["broadcasts:read", "broadcasts:draft", "broadcasts:submit"], area: WHOLE_AREA }],
};

/** Who they are is their key. */
const PEOPLE = new Map(
  [
    person("dispatcher", "dispatcher"),
    person("county-dispatcher", "dispatcher", "520327"),
    person("approver", "approver"),
    person("duty-officer", "duty-officer"),
    person("viewer", "viewer"),
    person("village-viewer", "viewer", "520326001001"),
    person("village-officer", "dispatcher", "520326001001"),
    person("village-dispatcher", "dispatcher", "520326001001"),
    /** May take every step, in another county. */
    {
      ...person("elsewhere", "administrator", "520327"),
      grants: (["administrator", "duty-officer", "approver"] as const).map((role) => ({
        role,
        area: areaOf({ regions: ["520327"] }),
      })),
    },
    robot,
  ].map((principal) => [principal.id, principal]),
);

/** The API's broadcasts on a test database, with people of each role and two speakers in 520326. */
export interface BroadcastWorld {
  readonly db: TestDatabase;
  readonly api: Api;
  readonly deps: TestDeps;
  /** Everybody there is, by their key. A test may add more. */
  readonly people: Map<string, Principal>;
  get(who: string, url: string, accept?: string): Promise<Answer>;
  post(who: string, url: string, payload?: object): Promise<Answer>;
  patch(who: string, url: string, payload: object): Promise<Answer>;
  /** Posts an alert. */
  cap(who: string, xml: string): Promise<Answer>;
  /** Writes a draft for 520326. @returns its id */
  write(change?: object): Promise<string>;
  /** Takes a step, having looked at the present revision unless the payload names another. */
  step(who: string, id: string, name: string, payload?: object): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param more of what the service needs, e.g. certificates that are trusted */
export async function startBroadcastWorld(
  more: Parameters<typeof createDeps>[2] = {},
): Promise<BroadcastWorld> {
  const db = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), "sbi-api-"));
  await insertVillages(db.pool);
  await insertSpeaker(db.pool, "sp-1", "520326001001", { connected: true });
  await insertSpeaker(db.pool, "sp-2", "520326002001");
  const deps = await createDeps(db.pool, dir, more);
  const keys = await openKeyRing(dir);
  const people = new Map(PEOPLE);
  const api = await startApi(db.pool, {
    directory: {
      findByKey: () => undefined,
      findPrincipal: (id) => people.get(id),
      listPrincipals: () => people.values(),
      refresh: async () => {},
      lookForChanges: async () => {},
    },
    broadcasts: { broadcasts: deps, urgentPool: db.pool, publishedKeys: () => keys.publishedKeys() },
    access: {
      authenticate: ({ authorization }) => people.get(bearerToken(authorization) ?? ""),
      decide,
    },
  });
  const as = (who: string, more: Record<string, string> = {}) => ({
    authorization: `Bearer ${who}`,
    ...more,
  });
  const post = (who: string, url: string, payload: object = {}) =>
    api.call({ method: "POST", url, headers: as(who), payload });
  return {
    db,
    api,
    deps,
    people,
    get: (who, url, accept) => api.call({ url, headers: as(who, accept === undefined ? {} : { accept }) }),
    post,
    patch: (who, url, payload) => api.call({ method: "PATCH", url, headers: as(who), payload }),
    cap: (who, xml) =>
      api.call({
        method: "POST",
        url: "/v1/broadcasts",
        headers: as(who, { "content-type": "application/cap+xml" }),
        payload: xml,
      }),
    async write(change = {}) {
      const { json } = await post("dispatcher", "/v1/broadcasts", draftBody(change));
      return json.id;
    },
    async step(who, id, name, payload = {}) {
      const { rows } = await db.pool.query("select revision from broadcasts where id = $1", [id]);
      return post(who, `/v1/broadcasts/${id}/${name}`, { revision: rows[0]?.revision ?? 1, ...payload });
    },
    async stop() {
      await api.app.close();
      await db.drop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A draft as it is posted. */
export const draftBody = (change: object = {}) => ({
  mode: "actual",
  level: 2,
  eventCode: "11D01",
  target: { regions: ["520326"] },
  ...change,
});

/** Status, and the problem's code or the broadcast's state. */
export const outcome = ({ status, json }: Answer) => [status, json.code ?? json.state];
