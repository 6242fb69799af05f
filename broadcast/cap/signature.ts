import { createPrivateKey, type KeyObject, sign, verify, X509Certificate } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type SignatureAlgorithm, SignedXml } from "xml-crypto";
import { PlatformError } from "../../base/errors.ts";
import { type CapAlert, DSIG_NAMESPACE } from "./alert.ts";
import { type CapDocument, parseText, readDocument } from "./parse.ts";
import type { XmlElement } from "./read-xml.ts";
import {
  ECDSA_SHA256,
  ENVELOPED,
  EXCLUSIVE_C14N,
  RSA_SHA1,
  RSA_SHA256,
  readSignatureShape,
  SHA256,
} from "./signature-shape.ts";

const HASHES: Record<string, string> = {
  [RSA_SHA1]: "sha1",
  [RSA_SHA256]: "sha256",
  [ECDSA_SHA256]: "sha256",
};

/** XML signatures carry r and s of an ECDSA signature one after the other, not in DER. RSA keys ignore it. */
const dsaEncoding = "ieee-p1363";

/**
 * Gives xml-crypto our algorithms and no others, so that a document cannot choose: HMAC with a public key for a secret,
 * say. It has no ECDSA either, and takes one key at a time, for each of which it would canonicalize the alert again;
 * ours look for the signer among all `keys` at once.
 * @param made called with the key that made the signature
 */
function useOurAlgorithms(
  signed: SignedXml,
  keys: readonly KeyObject[],
  made: (key: KeyObject) => void = () => {},
): SignedXml {
  const algorithm = (name: string) =>
    class implements SignatureAlgorithm {
      getAlgorithmName = () => name;

      getSignature(signedInfo: unknown): string {
        const [key] = keys as [KeyObject];
        return sign(HASHES[name], Buffer.from(signedInfo as string), { key, dsaEncoding }).toString("base64");
      }

      verifySignature(material: string, _key: unknown, value: string): boolean {
        const [info, signature] = [Buffer.from(material), Buffer.from(value, "base64")];
        const key = keys.find((key) => verify(HASHES[name], info, { key, dsaEncoding }, signature));
        if (key !== undefined) made(key);
        return key !== undefined;
      }
    };
  signed.SignatureAlgorithms = Object.fromEntries(Object.keys(HASHES).map((name) => [name, algorithm(name)]));
  return signed;
}

export interface SigningKey {
  /** RSA or an elliptic curve, P-256 preferably. */
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/**
 * Signs the whole alert: enveloped, exclusive canonicalization, SHA-256, by RSA or ECDSA after the key. The certificate
 * travels with it, so that a receiver can see whom to ask about trust.
 * @throws PlatformError `config_invalid` when key or certificate cannot be read, the key is neither RSA nor EC, or
 *   they do not belong together
 */
export function signAlert(xml: string, { privateKeyPem, certificatePem }: SigningKey): string {
  const [key, certificate] = readPair(privateKeyPem, certificatePem);
  const type = key.asymmetricKeyType;
  if (type !== "rsa" && type !== "ec") {
    throw new PlatformError("config_invalid", `the key that signs alerts is ${type}, expected RSA or EC`);
  }
  if (!certificate.checkPrivateKey(key)) {
    throw new PlatformError("config_invalid", "the certificate that signs alerts is not of its private key");
  }
  const signed = new SignedXml({
    privateKey: key,
    publicCert: certificatePem,
    signatureAlgorithm: type === "rsa" ? RSA_SHA256 : ECDSA_SHA256,
    canonicalizationAlgorithm: EXCLUSIVE_C14N,
  });
  useOurAlgorithms(signed, [key]);
  signed.addReference({
    xpath: "/*",
    uri: "",
    isEmptyUri: true,
    digestAlgorithm: SHA256,
    transforms: [ENVELOPED, EXCLUSIVE_C14N],
  });
  signed.computeSignature(xml, { location: { reference: "/*", action: "append" } });
  return signed.getSignedXml();
}

function readPair(privateKeyPem: string, certificatePem: string): [KeyObject, X509Certificate] {
  try {
    return [createPrivateKey(privateKeyPem), new X509Certificate(certificatePem)];
  } catch (cause) {
    const message = "the key or the certificate that signs alerts cannot be read, expected both as PEM";
    throw new PlatformError("config_invalid", message, { cause });
  }
}

export type SignatureState =
  /** It has no signature. */
  | "absent"
  /** The key of a trusted certificate has signed the parsed content as it is. */
  | "verified"
  /** Its signatures hold, or may, but none is by a signer whom we trust: a person must look. */
  | "untrusted"
  /** A signature does not match the content, or is of a form that proves nothing. */
  | "invalid";

export interface SignatureVerdict {
  readonly state: SignatureState;
  /** The subject of the trusted certificate, for `verified`. */
  readonly by?: string;
  /** One line for each signature, in their order. */
  readonly details: readonly string[];
}

/**
 * Judges the signatures of an alert. Nothing is fetched; a certificate that the alert brings itself proves nothing.
 * Trust is by key: the trusted certificates are those of the signers, not of authorities.
 * @param alert as it came
 * @param trustedCertificates PEM
 * @param now a certificate that is not valid now is not trusted
 */
export function verifySignatures(
  alert: string | Uint8Array,
  trustedCertificates: readonly string[],
  now: Date = new Date(),
): SignatureVerdict {
  return verifyDocument(
    readDocument(typeof alert === "string" ? Buffer.from(alert) : alert),
    trustedCertificates,
    now,
  );
}

/** The same for a document that was already read. */
export function verifyDocument(
  document: ReturnType<typeof readDocument>,
  trustedCertificates: readonly string[],
  now: Date,
): SignatureVerdict {
  if (!("root" in document) || !document.result.ok) {
    const fault = document.result.ok ? undefined : document.result.faults[0];
    return { state: "invalid", details: [`it is not a valid alert: ${fault?.message}`] };
  }
  const signatures = document.root.children.filter(({ namespace }) => namespace === DSIG_NAMESPACE);
  if (signatures.length === 0) return { state: "absent", details: [] };
  const trusted = trustedCertificates.map((pem) => new X509Certificate(pem));
  const verdicts = signatures.map((signature) =>
    judge(document, document.result as { alert: CapAlert }, signature, signatures, trusted, now),
  );
  const details = verdicts.map(({ detail }, i) => `signature ${i + 1}: ${detail}`);
  const verified = verdicts.find(({ state }) => state === "verified");
  if (verified?.by !== undefined) return { state: "verified", by: verified.by, details };
  const state = verdicts.some((verdict) => verdict.state === "invalid") ? "invalid" : "untrusted";
  return { state, details };
}

interface Judgement {
  readonly state: Exclude<SignatureState, "absent">;
  readonly by?: string;
  readonly detail: string;
}

function judge(
  document: CapDocument,
  { alert }: { readonly alert: CapAlert },
  signature: XmlElement,
  signatures: readonly XmlElement[],
  trusted: readonly X509Certificate[],
  now: Date,
): Judgement {
  const rootIds = document.root.attributes
    .filter(({ local, namespace }) => namespace === "" && /^id$/i.test(local))
    .map(({ value }) => value);
  const shape = readSignatureShape(signature, rootIds);
  if ("problem" in shape) return { state: "invalid", detail: shape.problem };

  const own = shape.certificate === undefined ? undefined : readCertificate(shape.certificate);
  const isOfKind = ({ publicKey }: X509Certificate) => publicKey.asymmetricKeyType === shape.keyType;
  // The trusted ones first: a signer's own copy of a trusted certificate changes nothing.
  const candidates = [...trusted, ...(own ? [own] : [])].filter(isOfKind);
  const signed = findSigner(document.text, signature, signatures, candidates);
  if (signed === undefined) {
    if (own !== undefined && isOfKind(own)) {
      return { state: "invalid", detail: `it does not match the content (its certificate: ${nameOf(own)})` };
    }
    const detail = "no trusted certificate's key made it, and it brings no certificate to check it with";
    return { state: "untrusted", detail };
  }
  const by = nameOf(signed.certificate);
  if (!sameContent(signed.content, alert)) {
    return { state: "invalid", detail: `what is signed (by ${by}) is not what is read` };
  }
  const { validFrom, validTo } = signed.certificate;
  if (!trusted.includes(signed.certificate)) {
    return { state: "untrusted", detail: `it matches the content but is by ${by}, who is not trusted` };
  }
  if (now < new Date(validFrom) || now > new Date(validTo)) {
    const detail = `it is by ${by}, whose certificate is not valid now (${validFrom} to ${validTo})`;
    return { state: "untrusted", detail };
  }
  return { state: "verified", by, detail: `verified, by ${by}` };
}

const nameOf = ({ subject }: X509Certificate) => subject.replace(/\n/g, ", ");

function readCertificate(base64: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}

/**
 * The candidate that made a signature, and the content that it covers, as canonical XML. An author signs before an
 * aggregator adds a signature, so one that does not hold is tried again without the others; they are no part of the
 * message.
 */
function findSigner(
  text: string,
  signature: XmlElement,
  signatures: readonly XmlElement[],
  candidates: readonly X509Certificate[],
): { content: string; certificate: X509Certificate } | undefined {
  const others = signatures.filter((other) => other !== signature);
  const alone = others
    .toReversed()
    .reduce((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
  const keys = candidates.map(({ publicKey }) => publicKey);
  const [anyKey] = keys;
  if (anyKey === undefined) return undefined;
  for (const whole of others.length > 0 ? [text, alone] : [text]) {
    let found: KeyObject | undefined;
    try {
      const signed = new SignedXml({ publicCert: anyKey });
      useOurAlgorithms(signed, keys, (key) => {
        found = key;
      });
      signed.loadSignature(standalone(text, signature));
      const content = signed.checkSignature(whole) ? signed.getSignedReferences()[0] : undefined;
      if (content === undefined || found === undefined) continue;
      return { content, certificate: candidates[keys.indexOf(found)]! };
    } catch {
      // xml-crypto throws when a signature does not hold, and for much else; all of it means: none of these made it.
    }
  }
  return undefined;
}

/** The signature's own text, with its prefix declared when the alert declares it. */
function standalone(text: string, { prefix, attributes, start, end }: XmlElement): string {
  const written = text.slice(start, end);
  const name = prefix === "" ? "xmlns" : `xmlns:${prefix}`;
  if (attributes.some((attribute) => attribute.name === name)) return written;
  return written.replace(/^<[^\s/>]+/, `$& ${name}="${DSIG_NAMESPACE}"`);
}

/** Reads the signed content again: two parsers might see two alerts in one text. */
function sameContent(signed: string, alert: CapAlert): boolean {
  const again = parseText(signed).result;
  return again.ok && isDeepStrictEqual({ ...again.alert, signatures: 0 }, { ...alert, signatures: 0 });
}
