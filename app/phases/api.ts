import type { Server as TlsServer } from "node:tls";
import type { FastifyInstance } from "fastify";
import { grantDelay } from "../../accounts/grant-delay.ts";
import { createApp } from "../../api/app.ts";
import { type FollowedTls, refusePlainHttp } from "../../base/tls-server.ts";
import { catalog } from "../../devices/catalog.ts";
import type { DoorExchange } from "../../exchange/exchange.ts";
import type { DoorDevices } from "../../exchange/protocol.ts";
import type { DeviceEntry } from "../../ingest/directory.ts";
import { hostOf } from "../../protocols/amqp-source/host.ts";
import { readDemoAccess } from "../../seeds/demo-access-file.ts";
import { scopeOf } from "../announce.ts";
import { findConsoleFolder } from "../console-folder.ts";
import { readiness } from "../readiness.ts";
import { partsOf } from "../role.ts";
import { VERSION } from "../version.ts";
import type { AccountsPhase } from "./accounts.ts";
import type { AudiencePhase } from "./audience.ts";
import type { Broadcasting } from "./broadcast.ts";
import type { ClusterPhase } from "./cluster.ts";
import type { DatabasePhase } from "./database.ts";
import type { IngestPhase } from "./ingest.ts";
import type { Start } from "./start.ts";

export interface ApiInside extends Pick<IngestPhase, "ingest">, Pick<AudiencePhase, "hub"> {
  readonly database: DatabasePhase;
  readonly cluster: Pick<ClusterPhase, "duties" | "told">;
  readonly accounts: AccountsPhase;
  readonly broadcasting: Pick<Broadcasting, "routes" | "keyTrouble" | "keyRefusal">;
  readonly exchange: Pick<DoorExchange, "deliver" | "disconnect" | "health">;
  readonly authenticate: DoorDevices<DeviceEntry>["authenticate"];
  readonly https: FollowedTls | undefined;
  readonly life: { readonly isStopping: boolean };
}

/** Makes the HTTP API. It does not listen yet. */
export async function makeApi(
  { config, logOf, registry, atEnd }: Start,
  { ingest, hub, database, cluster, accounts, broadcasting, exchange, authenticate, https, life }: ApiInside,
): Promise<FastifyInstance> {
  const { pools, upkeep } = database;
  const { duties, told } = cluster;
  const app = await createApp({
    pool: pools.api,
    urgentPool: pools.urgent,
    patientPool: pools.patient,
    replica: database.replica,
    catalog,
    tables: database.tables,
    access: accounts.control,
    callerFacts: accounts.directory,
    people: accounts.people,
    grantDelay: grantDelay(config.PRIVILEGED_GRANT_DELAY_HOURS),
    trustProxy: config.TRUST_PROXY ?? [],
    knownDevice: (id) => {
      const device = ingest.directory.find(id);
      const moved = device?.formerPlaces !== undefined;
      return device && { id, deviceNo: device.deviceNo, moved, ...scopeOf(device) };
    },
    pendingOf: ingest.pendingOf,
    pendingDevices: ingest.pendingDevices,
    replay: ingest.replay,
    takeWaiting: ingest.takeWaiting,
    onTold: told.ring,
    onDeviceChanged: async ({ type, id }) => {
      await ingest.directory.refresh(id);
      if (type !== "deleted" && type !== "credentials") return;
      exchange.disconnect(id);
      ingest.directory.noteEnded(id);
    },
    onAccessChanged: () => accounts.directory.refresh(),
    deliver: exchange.deliver,
    clusterLogins: {
      from: config.SOURCE_AMQP_AUTH_FROM ?? [],
      host: config.SOURCE_AMQP_URL === undefined ? "/" : hostOf(config.SOURCE_AMQP_URL),
      authenticate,
      find: async (id) => ingest.directory.find(id) ?? ingest.directory.lookUp(id),
    },
    hub,
    broadcasts: broadcasting.routes,
    console: {
      folder: findConsoleFolder(),
      name: config.CONSOLE_NAME,
      issuer: config.OIDC_ISSUER,
      demoPeople:
        config.DEMO_SIGN_IN === "on" && config.SEED === "demo"
          ? (await readDemoAccess(config.DATA_DIR)).people
          : undefined,
    },
    https: https?.material.context,
    http: {
      perMinute: config.HTTP_RATE_LIMIT,
      anonymousPerMinute: config.HTTP_RATE_LIMIT_ANONYMOUS,
      maxStreams: config.HTTP_MAX_STREAMS,
      corsOrigins: config.CORS_ORIGINS ?? [],
    },
    serves: partsOf(config.ROLE).api,
    metrics: registry,
    ready: () =>
      readiness({
        pool: pools.urgent,
        ingest,
        keyTrouble: broadcasting.keyTrouble,
        keyRefusal: broadcasting.keyRefusal,
        doors: exchange.health,
        jobTrouble: upkeep.jobTrouble,
        backfill: upkeep.backfill,
        unattended: duties.unattended,
        replica: database.replica,
        isStopping: () => life.isStopping,
      }),
    log: logOf("api"),
    version: VERSION,
  });
  if (https) {
    const server = app.server as unknown as TlsServer;
    https.renew(server);
    refusePlainHttp(server);
  }
  atEnd(() => app.close());
  return app;
}
