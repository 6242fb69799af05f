import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "../../access/decide.ts";
import { ROLES, SCOPES } from "../../access/roles.ts";
import type { AppOptions } from "../../api/app.ts";
import type { Db } from "../../store/database/index.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { createCallers, personWith } from "./callers.ts";
import { type Api, startApi } from "./harness.ts";
import { someRequests } from "./matrix/checks.ts";
import { rowsOf } from "./matrix/rows.ts";
import { makeWorld } from "./matrix/world.ts";

type ReadNeed = Parameters<NonNullable<AppOptions["replica"]>["choose"]>[0];

/** What may be some seconds old. */
const REPLICA = [
  "getDeviceSeries",
  "getFleetSeries",
  "getLatestReading",
  "getRegion",
  "getRejection",
  "countRejections",
  "listAudit",
  "listExchanges",
  "listLatest",
  "listReadings",
  "listRegions",
  "listRejections",
  "listRepairedReadings",
  "listRepairs",
  "listUnknownDevices",
];
/** The same, but not older than what streams have told. */
const TOLD = [
  "countDevices",
  "getBroadcastAlert",
  "getBroadcastCoverage",
  "getBroadcastHistory",
  "getBroadcastReport",
  "getDevice",
  "getSummary",
  "listAlarms",
  "listBroadcastTargets",
  "listBroadcasts",
  "listDevicePoints",
  "listDevices",
  "listEvents",
];
/** What must be of now, and why. A new route that reads gets a line here or above. */
const PRIMARY: Record<string, string> = {
  ...Object.fromEntries(
    [
      ...["getMe", "listSessions", "getCurrentSession", "listPersonSessions"],
      ...["startProviderSignIn", "finishProviderSignIn"],
      ...["listTenants", "getTenant", "listPeople", "getPerson", "listApplications", "getApplication"],
      ...["listKeys", "listDisplays", "listAccessChanges"],
    ].map((id) => [id, "sessions, keys and rights"]),
  ),
  ...Object.fromEntries(
    [
      ...["getBroadcast", "previewStoredBroadcast", "listBroadcastRevisions", "getBroadcastRevision"],
      ...["listBroadcastApprovers", "listBroadcastNotes", "getBroadcastFeed", "getBroadcastKeys"],
      ...["listBroadcastTemplates", "getBroadcastTemplate", "listBroadcastTemplateVersions"],
    ].map((id) => [id, "decisions about broadcasts, and what terminals hear of them"]),
  ),
  listReplies: "commands",
  listLedgers: "beside what is stored it counts what this process has in memory",
  getLedger: "the same",
  listKinds: "no database",
  getKind: "no database",
  getConsole: "no database",
  stream: "tells what is of now",
};

interface Route {
  readonly id: string;
  readonly reads: string;
  readonly statements: number;
  readonly age: unknown;
}

let db: TestDatabase;
let api: Api;
const routes: Route[] = [];

/** Everything, everywhere. */
const ANYONE: Principal = {
  ...personWith("everything", [
    ...ROLES.map((role) => ({ role, area: areaOf({}) })),
    { scopes: SCOPES, area: areaOf({}) },
  ]),
};

/** A replica that is the same database, and says what it was asked. */
function sameDatabase({ pool }: TestDatabase) {
  const asked = { statements: 0, needs: [] as ReadNeed[] };
  const replica: NonNullable<AppOptions["replica"]> = {
    async choose(need) {
      asked.needs.push(need);
      const query = (...args: [string]) => {
        asked.statements++;
        return pool.query(...args);
      };
      return { query: query as unknown as Db["query"], isFromReplica: () => true };
    },
    positionOf: async () => 1n,
    ageMs: () => 1400,
    noteWrite: async () => {},
  };
  return { asked, replica };
}

beforeAll(async () => {
  db = await createTestDatabase();
  const rows = rowsOf(await makeWorld(db.pool));
  const callers = createCallers();
  const { asked, replica } = sameDatabase(db);
  api = await startApi(db.pool, { access: callers.access, replica });
  const { paths } = (await api.call("/openapi.json")).json as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  for (const [path, { get }] of Object.entries(paths)) {
    if (!get || !path.startsWith("/v1/")) continue;
    const { operationId: id } = get;
    Object.assign(asked, { statements: 0, needs: [] });
    const row = rows[id];
    // For those that anybody may call who is signed in, and for the stream, which would go on.
    const plain: InjectOptions[] =
      id === "stream" ? [] : [{ method: "GET", url: path.replaceAll(/\{\w+\}/g, "1") }];
    const [request] = row ? someRequests(row) : plain;
    const headers = { ...request?.headers, ...callers.as(ANYONE) };
    const answer = request && (await api.call({ ...request, headers }));
    const [need] = asked.needs;
    routes.push({
      id,
      reads: need === undefined ? "primary" : need.told ? "told" : "replica",
      statements: asked.statements,
      age: answer?.headers["x-data-age"],
    });
  }
});
afterAll(async () => {
  await api.app.close();
  await db.drop();
});

const idsOf = (reads: string) => routes.filter((route) => route.reads === reads).map(({ id }) => id);

describe("every route that reads", () => {
  it("says if a replica may answer it, or stands in the list of those that must be of now", () => {
    expect(idsOf("replica").toSorted()).toEqual(REPLICA.toSorted());
    expect(idsOf("told").toSorted()).toEqual(TOLD.toSorted());
    expect(idsOf("primary").toSorted()).toEqual(Object.keys(PRIMARY).toSorted());
  });

  it("asks the replica if it says so, and tells how old the answer may be", () => {
    for (const { id, reads, statements, age } of routes) {
      const isOfReplica = reads !== "primary";
      expect([id, statements > 0, age]).toEqual([id, isOfReplica, isOfReplica ? "2" : undefined]);
    }
  });

  it("that adds up a fleet uses the connections for which others must not wait, where there is no replica", async () => {
    const { asked, replica: patient } = sameDatabase(db);
    const { query } = (await patient.choose({ callerId: "", told: false, from: undefined }))!;
    const alone = await startApi(db.pool, {
      replica: undefined,
      patientPool: { query } as AppOptions["pool"],
    });
    try {
      await alone.call("/v1/latest?kind=camera");
      expect(asked.statements).toBe(0);
      const range = "from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z";
      await alone.call(`/v1/series?kind=camera&interval=1h&groupBy=device&${range}`);
      expect(asked.statements).toBeGreaterThan(0);
    } finally {
      await alone.app.close();
    }
  });

  it("leaves what it puts into the audit to the primary", async () => {
    const { rowCount } = await db.pool.query("select from audit where action = 'audit.read'");
    expect(rowCount).toBe(1);
  });
});
