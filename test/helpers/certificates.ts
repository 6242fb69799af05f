import { createPrivateKey, sign, X509Certificate } from "node:crypto";
import { generate } from "selfsigned";

/** A certificate and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends Certificate {
  issue(commonName: string, options?: { validTo?: Date }): Promise<Certificate>;
  /** Its list of revoked certificates, in PEM. */
  revoke(certificates: readonly Certificate[], options?: { nextUpdate?: Date }): string;
}

const EC = { keyType: "ec", algorithm: "sha256" } as const;
const subject = (name: string) => [{ name: "commonName", value: name }];
const DAY_MS = 24 * 3600 * 1000;

/** A certificate authority for tests. */
export async function createAuthority(name: string): Promise<Authority> {
  const made = await generate(subject(name), {
    ...EC,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const ca = { cert: made.cert, key: made.private };
  return {
    ...ca,
    async issue(commonName, { validTo } = {}) {
      const issued = await generate(subject(commonName), {
        ...EC,
        ca,
        ...(validTo ? { notBeforeDate: new Date(validTo.getTime() - DAY_MS), notAfterDate: validTo } : {}),
        extensions: [
          { name: "basicConstraints", cA: false },
          { name: "extKeyUsage", serverAuth: true, clientAuth: true },
          {
            name: "subjectAltName",
            altNames: [
              { type: 2, value: "localhost" },
              { type: 7, ip: "127.0.0.1" },
            ],
          },
        ],
      });
      return { cert: issued.cert, key: issued.private };
    },
    revoke(certificates, { nextUpdate = new Date(Date.now() + DAY_MS) } = {}) {
      const serials = certificates.map(({ cert }) => new X509Certificate(cert).serialNumber);
      return revocationList(ca, serials, nextUpdate);
    },
  };
}

/** A DER element. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(4, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x82]), length, content]);
}

/** The element that begins at `at`, and the start of its content. */
function elementAt(bytes: Buffer, at: number): { content: number; end: number } {
  const first = bytes[at + 1]!;
  if (first < 0x80) return { content: at + 2, end: at + 2 + first };
  const size = first & 0x7f;
  return { content: at + 2 + size, end: at + 2 + size + bytes.readUIntBE(at + 2, size) };
}

/** The subject of a certificate as it stands there; certificates that it issues have it in the issuer's place. */
function subjectOf(cert: string): Buffer {
  const { raw } = new X509Certificate(cert);
  // Certificate, TBSCertificate; then version, serial number, algorithm, issuer, validity, subject.
  let at = elementAt(raw, elementAt(raw, 0).content).content;
  for (let i = 0; i < 5; i++) at = elementAt(raw, at).end;
  return raw.subarray(at, elementAt(raw, at).end);
}

const utcTime = (date: Date) =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

/** A positive INTEGER, which begins with 0 only where its first bit would be a sign. */
function positive(hex: string): Buffer {
  const bytes = Buffer.from(hex, "hex");
  return der(0x02, ...(bytes[0]! >= 0x80 ? [Buffer.from([0])] : []), bytes);
}

/** ecdsa-with-SHA256, 1.2.840.10045.4.3.2 */
const ALGORITHM = der(0x30, Buffer.from("06082a8648ce3d040302", "hex"));

/** RFC 5280, section 5.1, as far as OpenSSL needs it. */
function revocationList(ca: Certificate, serials: readonly string[], nextUpdate: Date): string {
  const now = utcTime(new Date(Date.now() - DAY_MS));
  const revoked = serials.map((serial) => der(0x30, positive(serial), now));
  const list = der(
    0x30,
    der(0x02, Buffer.from([1])),
    ALGORITHM,
    subjectOf(ca.cert),
    now,
    utcTime(nextUpdate),
    ...(revoked.length > 0 ? [der(0x30, ...revoked)] : []),
  );
  const signature = der(0x03, Buffer.from([0]), sign("sha256", list, createPrivateKey(ca.key)));
  const body = der(0x30, list, ALGORITHM, signature).toString("base64");
  return `-----BEGIN X509 CRL-----\n${body.match(/.{1,64}/g)!.join("\n")}\n-----END X509 CRL-----\n`;
}
