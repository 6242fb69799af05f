import type { BroadcastsOptions } from "../../api/broadcasts/options.ts";
import type { Config } from "../../base/config/index.ts";
import type { Logger } from "../../base/log.ts";
import { createImportTurns, createJudge } from "../../broadcast/cap/index.ts";
import {
  createDispatcher,
  type DispatcherOptions,
  toSpeakerReading,
} from "../../broadcast/dispatch/index.ts";
import type { BroadcastDeps } from "../../broadcast/lifecycle/index.ts";
import { startProposals } from "../../broadcast/operations/index.ts";
import { createNewsFeed } from "../../broadcast/proof/index.ts";
import {
  type KeyRing,
  openKeyRing,
  readRootKey,
  signHere,
  startKeySetCare,
} from "../../broadcast/signing/index.ts";
import { kindsWith } from "../../devices/catalog.ts";
import { invalidConfig, readAlertSigning, readProposals, readTrusted } from "../broadcast-files.ts";
import type { DatabasePools } from "../database-pools.ts";
import type { AudiencePhase } from "./audience.ts";
import type { DatabasePhase } from "./database.ts";
import type { News, NewsHearer } from "./news.ts";
import type { Start } from "./start.ts";

export interface BroadcastInside extends Pick<DatabasePhase, "tables">, Pick<AudiencePhase, "hub"> {
  /** The urgent one is for work that must not wait: decisions, and the sending and proof that follow from them. */
  readonly pools: Pick<DatabasePools, "api" | "urgent">;
  readonly news: Pick<News, "add">;
  /** All doors together. */
  readonly exchange: Pick<DispatcherOptions, "deliver" | "isOnline">;
}

/** Emergency broadcasts, wired to the rest of the platform. */
export interface Broadcasting extends NewsHearer {
  readonly routes: Omit<BroadcastsOptions, "allow" | "people">;
  /** A speaker has subscribed to its commands. */
  onListening(deviceId: string): void;
  /** The work that an operator has to do about the keys that sign; the platform can broadcast nevertheless. */
  keyTrouble(): string | undefined;
  /** Takes up broadcasts that were under way when the platform last stopped. Runs before devices connect. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws PlatformError `config_invalid` for keys, certificates or rules that cannot be used */
export async function startBroadcasting(start: Start, inside: BroadcastInside): Promise<Broadcasting> {
  const { config, registry, atEnd } = start;
  const { pools, hub } = inside;
  const log = start.logOf("broadcast");
  const rules = readProposals(config.BROADCAST_PROPOSALS);
  const [keys, alertSigning, trustedCertificates] = await Promise.all([
    openKeys(config, log),
    readAlertSigning(config),
    readTrusted(config.CAP_TRUSTED_CERTS),
  ]);
  const care = startKeySetCare({ ring: keys, log, isRootHere: config.BROADCAST_ROOT_KEY !== undefined });
  const news = createNewsFeed((piece, place) => hub.publishBroadcast(piece, place));
  const dispatcher = createDispatcher({
    pool: pools.urgent,
    speakers: inside.tables.filter(({ kind }) => kindsWith("sounds").includes(kind)),
    sign: (order) => keys.sign(order),
    deliver: inside.exchange.deliver,
    isOnline: inside.exchange.isOnline,
    onProgress: (progress) => news.progressed(progress),
    log,
    registry,
  });
  const now = () => new Date();
  const issuer = config.BROADCAST_ISSUER;
  const proposals = startProposals({ pool: pools.api, log, rules, issuer, now, onProposed: news.changed });
  const judge = createJudge(trustedCertificates);
  const broadcasts: BroadcastDeps = {
    pool: pools.api,
    log,
    keys,
    dispatcher,
    issuer,
    judge,
    imports: createImportTurns(),
    alertSigning,
    onChanged: news.changed,
    now,
  };
  const broadcasting: Broadcasting = {
    routes: { broadcasts, urgentPool: pools.urgent, publishedKeys: () => keys.publishedKeys() },
    keyTrouble: care.trouble,
    // Replies and readings are the proof, and alarms may propose a warning.
    onCommitted(committed, live) {
      if (committed.replies.length > 0) dispatcher.onReplies(committed.replies);
      if (live.length > 0 && dispatcher.wantsReadings()) {
        const proof = live.filter(({ device }) => dispatcher.wantsReadingsOf(device.deviceNo));
        if (proof.length > 0) dispatcher.onReadings(proof.map(toSpeakerReading));
      }
      if (committed.alarms.length > 0) {
        proposals.onRaised(committed.alarms.filter(({ action }) => action === "raise"));
      }
    },
    wantsReadingsOf: ({ deviceNo }) => dispatcher.wantsReadings() && dispatcher.wantsReadingsOf(deviceNo),
    onListening: (deviceId) => dispatcher.onListening(deviceId),
    async resume() {
      await dispatcher.resume();
      proposals.onRaised(rules);
    },
    async stop() {
      care.stop();
      await proposals.stop();
      await judge.stop();
      await dispatcher.stop();
      news.stop();
    },
  };
  atEnd(() => broadcasting.stop());
  inside.news.add(broadcasting);
  return broadcasting;
}

async function openKeys(config: Config, log: Logger): Promise<KeyRing> {
  const { BROADCAST_ISSUER: issuer, BROADCAST_ROOT_KEY: rootFile } = config;
  const ring = await openKeyRing(config.DATA_DIR, { log });
  const trust = ring.trust();
  if (trust && trust.issuer !== issuer) {
    throw invalidConfig(
      "BROADCAST_ISSUER",
      `it is '${issuer}', but the terminals have a key set of '${trust.issuer}': they accept no set of another issuer`,
    );
  }
  if (rootFile !== undefined) await signHere(ring, readRootKey(rootFile), { issuer });
  return ring;
}
