import { readFileSync } from "node:fs";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decide, type Principal } from "../../access/decide.ts";
import { type Action, isDisplayScope, ROLES, SCOPES } from "../../access/roles.ts";
import type { StreamTopic } from "../../api/contract.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers } from "./callers.ts";
import { startApi } from "./harness.ts";
import { type Bench, checkRow, heard, someRequests } from "./matrix/checks.ts";
import { displayWith, fixedPrincipals, randomPrincipals } from "./matrix/principals.ts";
import type { Row } from "./matrix/row.ts";
import { ANYBODY, rowsOf, SIGNED_IN, STREAM } from "./matrix/rows.ts";
import { makeWorld } from "./matrix/world.ts";

/**
 * Every route of the API, as every kind of caller, against the decision table: nothing more, nothing less. A route
 * that is in the OpenAPI document and has no row in `matrix/rows.ts` fails. ACCESS_RUNS sets how many random callers
 * are tried.
 */
const RUNS = Number(process.env.ACCESS_RUNS ?? 8);

let db: TestDatabase;
let bench: Bench;
let rows: Record<string, Row>;
let operations: { id: string; request: InjectOptions }[];

beforeAll(async () => {
  db = await createTestDatabase();
  const world = await makeWorld(db.pool);
  const callers = createCallers();
  const api = await startApi(db.pool, {
    access: callers.access,
    // What is in memory is asked first, as in the platform.
    knownDevice: (id) => known.get(id),
    replay: async () => ({ outcome: "rejected", detail: "still not JSON" }),
  });
  const numbers = await db.pool.query("select id, device_no from devices where deleted_at is null");
  const known = new Map(
    world.devices.map((device, index) => {
      const { device_no: deviceNo } = numbers.rows.find((row) => row.id === device.id);
      // Half of them, so that both ways are tried.
      return index % 2 === 0
        ? [device.id, { ...device, deviceNo, moved: false }]
        : ["", { ...device, deviceNo, moved: false }];
    }),
  );
  bench = { api, pool: db.pool, world, callers };
  rows = rowsOf(world);
  operations = operationsOf((await api.call("/openapi.json")).json);
});
afterAll(async () => {
  await bench.api.app.close();
  await db.drop();
});

interface Document {
  paths: Record<string, Record<string, { operationId: string }>>;
}

function operationsOf({ paths }: Document) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => ({
      id: operationId,
      request: { method: method.toUpperCase(), url: path.replaceAll(/\{\w+\}/g, "1") } as InjectOptions,
    })),
  );
}

describe("every route of the document", () => {
  it("has a row, and every row has its route", () => {
    const named = [...Object.keys(rows), ...SIGNED_IN, ...ANYBODY, STREAM].toSorted();
    expect(operations.map(({ id }) => id).toSorted()).toEqual(named);
  });

  it("stands in docs/access.md with the scope that it takes of an application, if there is one", async () => {
    const { paths } = (await bench.api.call("/openapi.json")).json as Document;
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({
        scope: operationId === STREAM ? "stream:read" : rows[operationId]?.action,
        route: `${method.toUpperCase()} ${path.replace("/v1/", "")}`,
      })),
    );
    const routesOf = (scope: string) =>
      routes.filter((each) => each.scope === scope).map(({ route }) => route);
    const text = readFileSync(new URL("../../docs/access.md", import.meta.url), "utf8");
    const told = [...text.matchAll(/^\| `([a-z]+:[a-z]+)` \| (.+?) \|.*$/gm)].map(
      ([, scope = "", list = ""]) => ({
        scope,
        routes: [...list.matchAll(/`([A-Z]+(?:, [A-Z]+)*) ([^`]+)`/g)].flatMap(
          ([, methods = "", path = ""]) => methods.split(", ").map((method) => `${method} ${path}`),
        ),
      }),
    );
    expect(told.map(({ scope }) => scope).toSorted()).toEqual([...SCOPES].sort());
    for (const { scope, routes: list } of told)
      expect([scope, ...list.toSorted()]).toEqual([scope, ...routesOf(scope).toSorted()]);
  });

  it("is closed to whoever shows nothing, or something that is not a key, and says no more than that", async () => {
    for (const { id, request } of operations) {
      if (ANYBODY.has(id)) continue;
      const row = rows[id];
      for (const each of row ? someRequests(row) : [request]) {
        for (const authorization of [undefined, "Bearer nobody", "Basic bm9ib2R5"]) {
          const { headers, ...rest } = each;
          const answer = await bench.api.app.inject({
            ...rest,
            headers: { ...headers, ...(authorization ? { authorization } : {}) },
          });
          expect([id, answer.statusCode, answer.json().code]).toEqual([id, 401, "unauthorized"]);
        }
      }
    }
  });

  it("for whoever is known, is open to somebody without any grant", async () => {
    const nobody = bench.callers.as({
      type: "person",
      id: "no-grants",
      name: "n",
      tenantId: null,
      grants: [],
    });
    for (const { id, request } of operations.filter((each) => SIGNED_IN.has(each.id))) {
      const { status, json } = await bench.api.call({ ...request, headers: nobody });
      expect([id, status === 401 && json.code === "unauthorized", json?.code]).not.toContain("forbidden");
      expect([id, json?.code]).not.toEqual([id, "unauthorized"]);
    }
  });
});

describe("a display", () => {
  const everywhere = areaOf({});
  /** An administrator's and an approver's grants besides: a display that somebody has tampered with. */
  const tampered: Principal = {
    ...displayWith("tampered", SCOPES, everywhere),
    grants: [{ scopes: SCOPES, area: everywhere }, ...ROLES.map((role) => ({ role, area: everywhere }))],
  };

  it("is refused by every route that changes something, whatever it was granted", async () => {
    const headers = bench.callers.as(tampered);
    const changing = operations.filter(({ id, request }) => request.method !== "GET" && !ANYBODY.has(id));
    expect(changing.length).toBeGreaterThan(50);
    for (const { id, request } of changing) {
      const row = rows[id];
      for (const each of row ? someRequests(row) : [request]) {
        const { status, json } = await bench.api.call({ ...each, headers: { ...each.headers, ...headers } });
        expect([id, status, json?.code]).toEqual([id, 403, "forbidden"]);
      }
    }
  });

  it("reads by the routes of a wall, and by no other", async () => {
    const headers = bench.callers.as(tampered);
    const refused: string[] = [];
    for (const { id, request } of operations) {
      if (request.method !== "GET" || ANYBODY.has(id) || id === STREAM) continue;
      const row = rows[id];
      const { status } = await bench.api.call({ ...(row ? someRequests(row)[0] : request), headers });
      if (status === 403) refused.push(id);
      else expect([id, SIGNED_IN.has(id) || isDisplayScope(row?.action ?? "")]).toEqual([id, true]);
    }
    expect(refused).toEqual(
      expect.arrayContaining(["listAudit", "listPeople", "listTenants", "listApplications", "listKeys"]),
    );
    expect(refused).toEqual(
      expect.arrayContaining(["listDisplays", "listAccessChanges", "listLedgers", "listRejections"]),
    );
  });
});

describe("every route shows what the decision table says, to", () => {
  it.each(fixedPrincipals().map((principal, turn) => [principal.id, principal, turn] as const))(
    "%s",
    async (_name, principal, turn) => checkAll(principal, turn),
  );

  it.each(
    randomPrincipals(RUNS).map(
      (principal, turn) => [JSON.stringify(principal.grants), principal, turn] as const,
    ),
  )("%s", async (_name, principal, turn) => checkAll(principal, turn));
});

async function checkAll(principal: Principal, turn: number): Promise<void> {
  for (const [operation, row] of Object.entries(rows)) await checkRow(bench, operation, row, principal, turn);
  await checkStream(principal);
}

const TOPICS: Record<string, Action> = {
  reading: "readings:read",
  event: "events:read",
  alarm: "alarms:read",
  presence: "devices:read",
  device: "devices:read",
} satisfies Partial<Record<StreamTopic, Action>>;

/** Opens a stream, lets every device do one of everything, and reads what came. */
async function checkStream(principal: Principal): Promise<void> {
  const { api, callers, world } = bench;
  const headers = callers.as(principal);
  for (const [topic, action] of Object.entries(TOPICS)) {
    const url = `/v1/stream?topics=${topic}`;
    const listening = decide(principal, "stream:read").allowed;
    if (!listening || !decide(principal, action).allowed) {
      const answer = await api.call({ url, headers });
      expect([url, answer.status, answer.json.code]).toEqual([url, 403, "forbidden"]);
      continue;
    }
    const text = await listen(url, headers, principal);
    const told = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1]!).deviceId);
    expect(told.toSorted(), url).toEqual(heard(world, principal, action).toSorted());
  }
  if (!decide(principal, "stream:read").allowed) return;
  // Without topics: those that the caller may hear of, without a word about the others.
  const text = await listen("/v1/stream", headers, principal);
  const told = [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(
    ([, topic, data]) => `${topic} ${JSON.parse(data!).deviceId}`,
  );
  const expected = Object.entries(TOPICS)
    .filter(([topic]) => topic !== "reading")
    .flatMap(([topic, action]) => heard(world, principal, action).map((id) => `${topic} ${id}`));
  expect(told.toSorted()).toEqual(expected.toSorted());
}

async function listen(url: string, headers: Record<string, string>, principal: Principal): Promise<string> {
  const { api, world } = bench;
  const answer = api.call({ url, headers });
  await expect.poll(() => api.hub.size, { interval: 1 }).toBe(1);
  for (const { id: deviceId, kind, regionCode, tenantId } of world.devices) {
    const scope = { kind, regionCode, tenantId };
    const moment = { observedAt: "t", receivedAt: "t" };
    api.hub.publish("reading", { deviceId, ...moment, metrics: {} }, scope);
    api.hub.publish(
      "event",
      { deviceId, ...moment, eventId: "e", phase: "instant", type: "x", data: {} },
      scope,
    );
    const alarm = {
      id: 1,
      rule: "r",
      severity: "minor",
      message: "m",
      value: null,
      at: "t",
      by: null,
    } as const;
    api.hub.publish("alarm", { deviceId, ...alarm, change: "raised" }, scope);
    api.hub.publish("presence", { deviceId, connected: true, changedAt: "t" }, scope);
    api.hub.publish("device", { deviceId, change: "updated" }, scope);
  }
  api.hub.endOf(principal.id);
  return (await answer).text;
}
