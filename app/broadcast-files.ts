import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../base/config/index.ts";
import { type Fault, PlatformError } from "../base/errors.ts";
import type { BroadcastDeps } from "../broadcast/lifecycle/index.ts";
import { type ProposalRule, readProposalRule } from "../broadcast/operations/index.ts";
import { readRootKey } from "../broadcast/signing/index.ts";
import { catalog } from "../devices/catalog.ts";

/** The faults of the rules, and of the files of keys and certificates, that settings name. Makes nothing. */
export async function broadcastingFaults(config: Config): Promise<unknown[]> {
  const checks = await Promise.allSettled([
    (async () => readProposals(config.BROADCAST_PROPOSALS))(),
    readAlertSigning(config),
    readTrusted(config.CAP_TRUSTED_CERTS),
    (async () => config.BROADCAST_ROOT_KEY !== undefined && readRootKey(config.BROADCAST_ROOT_KEY))(),
  ]);
  return checks.flatMap((check) => (check.status === "rejected" ? [check.reason] : []));
}

export function invalidConfig(path: string, message: string, cause?: unknown): PlatformError {
  return new PlatformError("config_invalid", `${path}: ${message}`, { cause, faults: [{ path, message }] });
}

/** The folder of the keys that sign broadcasts. */
export const signingFolder = ({ BROADCAST_KEYS_DIR, DATA_DIR }: Config): string =>
  BROADCAST_KEYS_DIR ?? DATA_DIR;

/** The rules of BROADCAST_PROPOSALS, each for an existing alarm rule. */
export function readProposals(texts: readonly string[]): ProposalRule[] {
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

export async function readAlertSigning(config: Config): Promise<BroadcastDeps["alertSigning"]> {
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

/** `<dir>/<sender>/*.pem`: one folder for each sender, its name escaped as in a URL. */
export async function readTrusted(dir: string | undefined): Promise<Map<string, string[]>> {
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
      `${path} does not say which sender's alerts it may sign: expected ${join(dir, "<sender>", astray.name)}`,
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
