import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect } from "vitest";
import { type AccessControl, authenticateApiKey, bearerToken } from "../../access/control.ts";
import { decide, type Grant } from "../../access/decide.ts";
import { hashToken } from "../../access/tokens.ts";
import { type AccessDirectory, createAccessDirectory } from "../../accounts/directory.ts";
import { createLogger } from "../../base/log.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { insertRegions } from "./fixtures.ts";
import { ADMIN_KEY, type Answer, type Api, startApi } from "./harness.ts";

export let db: TestDatabase;
export let api: Api;
let directory: AccessDirectory;

/**
 * The API as administrators look after who may do what: with real keys, checked as the platform checks them. Each file
 * of tests that calls this has a database of its own.
 */
export function useAccessApi(): void {
  beforeAll(start);
  afterAll(stop);
}

async function start(): Promise<void> {
  db = await createTestDatabase();
  await insertRegions(db.pool);
  directory = createAccessDirectory({ pool: db.pool, log: createLogger("silent"), onRevoked: () => {} });
  await directory.load();
  const adminKeyHash = hashToken(ADMIN_KEY);
  const access: AccessControl = {
    authenticate: ({ authorization }) =>
      authenticateApiKey(authorization, adminKeyHash) ??
      directory.findByKey(bearerToken(authorization) ?? "") ??
      // People sign in elsewhere; here their id will do.
      directory.findPrincipal(bearerToken(authorization) ?? ""),
    decide,
  };
  api = await startApi(db.pool, {
    access,
    callerFacts: directory,
    onAccessChanged: () => directory.refresh(),
  });
  await post("/v1/tenants", { id: "gas", name: "贵阳燃气", use: "commercial" });
  await post("/v1/tenants", { id: "county", name: "南明区应急管理局", use: "government" });
  await post("/v1/people", { id: OWNER, name: OWNER, tenantId: "gas" });
}

async function stop(): Promise<void> {
  await api.app.close();
  await directory.close();
  await db.drop();
}

const send = (
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  url: string,
  payload?: object,
  as?: string,
) => {
  const request: InjectOptions = { method, url, ...(payload ? { payload } : {}) };
  return api.call({
    ...request,
    ...(as === undefined ? {} : { headers: { authorization: `Bearer ${as}` } }),
  });
};
export const get = (url: string, as?: string) => send("GET", url, undefined, as);
export const post = (url: string, payload?: object, as?: string) => send("POST", url, payload, as);
export const put = (url: string, payload: object, as?: string) => send("PUT", url, payload, as);
export const patch = (url: string, payload: object, as?: string) => send("PATCH", url, payload, as);
export const del = (url: string, as?: string) => send("DELETE", url, undefined, as);

export const outcome = ({ status, json }: Answer) => [status, json?.code];

/** Answers for the applications. */
export const OWNER = "app-owner";

let count = 0;
/** An id that nobody has had. */
export const freshId = (start: string) => `${start}-${++count}`;

export async function addApplication(grants: readonly object[] = [], tenantId = "gas"): Promise<string> {
  const id = freshId("app");
  const { status } = await post("/v1/applications", {
    id,
    name: id,
    tenantId,
    grants,
    ownerId: OWNER,
  });
  expect(status).toBe(201);
  return id;
}
export async function addPerson(grants: readonly Grant[], tenantId = "county"): Promise<string> {
  const id = freshId("person");
  expect((await post("/v1/people", { id, name: id, tenantId, grants })).status).toBe(201);
  return id;
}
export const addKey = async (id: string, body?: object) =>
  (await post(`/v1/applications/${id}/keys`, body)).json;
export const lastAudit = async () =>
  (await db.pool.query("select * from audit order by audit_no desc limit 1")).rows[0];

/** One of two in the city 5201. */
export const county = areaOf({ regions: ["520102"] });
