import { constants, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { PlatformError } from "./errors.ts";

/** PEM files of a listener, each with the name of its setting. */
export interface TlsFiles {
  /** The beginning of the settings' names; that of MQTT over TLS by default. */
  readonly settings?: "MQTT_TLS" | "HTTP_TLS" | undefined;
  /** The certificate, with the intermediate ones after it. */
  readonly cert: string;
  readonly key: string;
  /** The CA that signs the certificates of devices. */
  readonly ca?: string | undefined;
  /** The list of revoked ones. */
  readonly crl?: string | undefined;
}

/** The content of the files. */
export interface TlsMaterial {
  readonly context: SecureContextOptions;
  /**
   * The CA's and the revoked certificates' text: when it changes, devices that came in by them have to come in again.
   */
  readonly trust: string;
  /** The whole text, for comparison with the files later. */
  readonly text: string;
  readonly validTo: Date;
}

type FileName = "cert" | "key" | "ca" | "crl";

/**
 * Reads the files and checks that TLS can work with them.
 * @throws PlatformError `config_invalid` that names the setting, the file and its fault
 */
export async function readTlsFiles(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca, crl] = await Promise.all([
    read(files, "cert"),
    read(files, "key"),
    read(files, "ca"),
    read(files, "crl"),
  ]);
  const certificate = parse(files, "cert", () => new X509Certificate(cert!));
  const privateKey: KeyObject = parse(files, "key", () => createPrivateKey(key!));
  if (!certificate.checkPrivateKey(privateKey)) fault(files, "key", `is not the key of ${files.cert}`);
  if (ca !== undefined) parse(files, "ca", () => new X509Certificate(ca));
  if (crl !== undefined) {
    if (ca === undefined) fault(files, "crl", "needs MQTT_TLS_CA as well");
    parse(files, "crl", () => createSecureContext({ crl }));
  }
  const context: SecureContextOptions = {
    cert: cert!,
    key: key!,
    minVersion: "TLSv1.2",
    // The certificate of a resumed session would not be checked again, revoked or not.
    ...(ca === undefined ? {} : { ca, secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(crl === undefined ? {} : { crl }),
  };
  parse(files, "cert", () => createSecureContext(context));
  const trust = `${ca ?? ""}\n${crl ?? ""}`;
  return { context, trust, text: `${cert}\n${key}\n${trust}`, validTo: new Date(certificate.validTo) };
}

async function read(files: TlsFiles, which: FileName): Promise<string | undefined> {
  const file = files[which];
  if (file === undefined) return undefined;
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    return fault(files, which, `cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

function parse<T>(files: TlsFiles, which: FileName, make: () => T): T {
  try {
    return make();
  } catch (error) {
    return fault(files, which, `cannot be used, expected PEM: ${(error as Error).message}`, error);
  }
}

function fault(files: TlsFiles, which: FileName, what: string, cause?: unknown): never {
  const setting = `${files.settings ?? "MQTT_TLS"}_${which.toUpperCase()}`;
  throw new PlatformError("config_invalid", `${setting}: ${files[which]} ${what}`, { cause });
}
