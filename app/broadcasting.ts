import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Registry } from "prom-client";
import type { BroadcastsOptions } from "../api/broadcasts/options.ts";
import type { StreamHub } from "../api/stream/hub.ts";
import type { Config } from "../base/config/index.ts";
import { type Fault, PlatformError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { createImportTurns, createJudge } from "../broadcast/cap/index.ts";
import { createDispatcher, toSpeakerReading } from "../broadcast/dispatch/index.ts";
import type { BroadcastDeps } from "../broadcast/lifecycle/index.ts";
import { type ProposalRule, readProposalRule, startProposals } from "../broadcast/operations/index.ts";
import { createNewsFeed } from "../broadcast/proof/index.ts";
import {
  type KeyRing,
  openKeyRing,
  readRootKey,
  signHere,
  startKeySetCare,
} from "../broadcast/signing/index.ts";
import { catalog } from "../devices/catalog.ts";
import type { LiveReading } from "../ingest/batch.ts";
import type { Committed } from "../ingest/commit.ts";
import type { KindTable, Pool } from "../store/database/index.ts";

export interface BroadcastingOptions {
  readonly config: Config;
  readonly pool: Pool;
  /** Connections for what must not wait: decisions, and what is sent and proved because of them. */
  readonly urgentPool: Pool;
  /** Where speakers' readings lie. */
  readonly speakers: KindTable;
  readonly log: Logger;
  readonly registry: Registry;
  readonly hub: StreamHub;
  /** Hands a command to a connection that listens; false when there is none that takes it. */
  readonly deliver: (deviceId: string, payload: string) => boolean;
  readonly isOnline: (deviceId: string) => boolean;
}

/** Emergency broadcasts, wired to the rest of the platform. */
export interface Broadcasting {
  readonly routes: Omit<BroadcastsOptions, "allow" | "people">;
  /** What was committed: replies and readings are the proof, alarms may ask for a warning. */
  onCommitted(committed: Committed, live: readonly LiveReading[]): void;
  /** Whether a reading of this device is of use here. Asked for each reading, so it is quick. */
  wantsReadingsOf(deviceNo: number): boolean;
  /** A speaker has subscribed to its commands. */
  onListening(deviceId: string): void;
  /** What somebody has to do about the keys that sign; the platform can broadcast nevertheless. */
  keyTrouble(): string | undefined;
  /** Takes up what was under way when the platform last stopped. Before devices connect. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** What is wrong with the rules, and with the files of keys and certificates, that settings name. Makes nothing. */
export async function broadcastingFaults(config: Config): Promise<unknown[]> {
  const checks = await Promise.allSettled([
    (async () => readProposals(config.BROADCAST_PROPOSALS))(),
    readAlertSigning(config),
    readTrusted(config.CAP_TRUSTED_CERTS),
    (async () => config.BROADCAST_ROOT_KEY !== undefined && readRootKey(config.BROADCAST_ROOT_KEY))(),
  ]);
  return checks.flatMap((check) => (check.status === "rejected" ? [check.reason] : []));
}

/** @throws PlatformError `config_invalid` for keys, certificates or rules that cannot be used */
export async function startBroadcasting(options: BroadcastingOptions): Promise<Broadcasting> {
  const { config, pool, log, hub } = options;
  const rules = readProposals(config.BROADCAST_PROPOSALS);
  const [keys, alertSigning, trustedCertificates] = await Promise.all([
    openKeys(config, log),
    readAlertSigning(config),
    readTrusted(config.CAP_TRUSTED_CERTS),
  ]);
  const care = startKeySetCare({ ring: keys, log, isRootHere: config.BROADCAST_ROOT_KEY !== undefined });
  const news = createNewsFeed((piece, place) => hub.publishBroadcast(piece, place));
  const dispatcher = createDispatcher({
    pool: options.urgentPool,
    speakers: options.speakers,
    sign: (order) => keys.sign(order),
    deliver: options.deliver,
    isOnline: options.isOnline,
    onProgress: (progress) => news.progressed(progress),
    log,
    registry: options.registry,
  });
  const now = () => new Date();
  const issuer = config.BROADCAST_ISSUER;
  const proposals = startProposals({ pool, log, rules, issuer, now, onProposed: news.changed });
  const judge = createJudge(trustedCertificates);
  const broadcasts: BroadcastDeps = {
    pool,
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
  return {
    routes: { broadcasts, urgentPool: options.urgentPool, publishedKeys: () => keys.publishedKeys() },
    keyTrouble: care.trouble,
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
    wantsReadingsOf: (deviceNo) => dispatcher.wantsReadings() && dispatcher.wantsReadingsOf(deviceNo),
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
}

async function openKeys(config: Config, log: Logger): Promise<KeyRing> {
  const { BROADCAST_ISSUER: issuer, BROADCAST_ROOT_KEY: rootFile } = config;
  const ring = await openKeyRing(config.DATA_DIR, { log });
  const trust = ring.trust();
  if (trust && trust.issuer !== issuer) {
    throw invalidConfig(
      "BROADCAST_ISSUER",
      `it is '${issuer}', and the key set that terminals have is of '${trust.issuer}': they take none of another name`,
    );
  }
  if (rootFile !== undefined) await signHere(ring, readRootKey(rootFile), { issuer });
  return ring;
}

function invalidConfig(path: string, message: string, cause?: unknown): PlatformError {
  return new PlatformError("config_invalid", `${path}: ${message}`, { cause, faults: [{ path, message }] });
}

/** The rules of BROADCAST_PROPOSALS, each of an alarm that there is. */
function readProposals(texts: readonly string[]): ProposalRule[] {
  const faults: Fault[] = [];
  const rules = texts.flatMap((text) => {
    const rule = readProposalRule(text);
    const message =
      typeof rule === "string"
        ? rule
        : catalog.find(({ kind }) => kind === rule.kind)?.alarms.some((alarm) => alarm.rule === rule.rule)
          ? undefined
          : `'${text}': kind '${rule.kind}' has no alarm rule '${rule.rule}'`;
    if (message === undefined) return [rule as ProposalRule];
    faults.push({ path: "BROADCAST_PROPOSALS", message });
    return [];
  });
  if (faults.length === 0) return rules;
  throw invalidConfig("BROADCAST_PROPOSALS", faults.map(({ message }) => message).join("; "));
}

async function readFileOf(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw invalidConfig(setting, `${path} cannot be read: ${(error as Error).message}`, error);
  }
}

/** @throws PlatformError `config_invalid` now rather than when the first alert comes */
function assertCertificate(setting: string, path: string, pem: string): void {
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw invalidConfig(setting, `${path} is no certificate in PEM: ${(error as Error).message}`, error);
  }
}

async function readAlertSigning(config: Config): Promise<BroadcastDeps["alertSigning"]> {
  const { CAP_SIGNING_KEY: key, CAP_SIGNING_CERT: certificate } = config;
  if (key === undefined || certificate === undefined) return undefined;
  const privateKeyPem = await readFileOf("CAP_SIGNING_KEY", key);
  const certificatePem = await readFileOf("CAP_SIGNING_CERT", certificate);
  assertCertificate("CAP_SIGNING_CERT", certificate, certificatePem);
  assertKey(key, privateKeyPem, new X509Certificate(certificatePem));
  return { privateKeyPem, certificatePem };
}

function assertKey(path: string, pem: string, certificate: X509Certificate): void {
  let fits: boolean;
  try {
    fits = certificate.checkPrivateKey(createPrivateKey(pem));
  } catch (error) {
    throw invalidConfig(
      "CAP_SIGNING_KEY",
      `${path} is no private key in PEM: ${(error as Error).message}`,
      error,
    );
  }
  if (!fits) throw invalidConfig("CAP_SIGNING_KEY", `${path} is not the key of CAP_SIGNING_CERT`);
}

/** `<dir>/<sender>/*.pem`: a folder a sender, its name escaped as in a URL. */
async function readTrusted(dir: string | undefined): Promise<Map<string, string[]>> {
  const trusted = new Map<string, string[]>();
  if (dir === undefined) return trusted;
  const entries = await readdir(dir, { withFileTypes: true }).catch((error: Error) => {
    throw invalidConfig("CAP_TRUSTED_CERTS", `${dir} cannot be read: ${error.message}`, error);
  });
  const astray = entries.find((entry) => entry.isFile() && entry.name.endsWith(".pem"));
  if (astray) {
    const path = join(dir, astray.name);
    throw invalidConfig(
      "CAP_TRUSTED_CERTS",
      `${path} does not say whose alerts it may sign: expected ${join(dir, "<sender>", astray.name)}`,
    );
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const folder = join(dir, entry.name);
    const files = (await readdir(folder)).filter((name) => name.endsWith(".pem")).sort();
    const certificates = files.map(async (name) => {
      const path = join(folder, name);
      const pem = await readFileOf("CAP_TRUSTED_CERTS", path);
      assertCertificate("CAP_TRUSTED_CERTS", path, pem);
      return pem;
    });
    trusted.set(senderOf(folder, entry.name), await Promise.all(certificates));
  }
  return trusted;
}

function senderOf(path: string, name: string): string {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    throw invalidConfig("CAP_TRUSTED_CERTS", `${path}: expected a sender, escaped as in a URL`, error);
  }
}
