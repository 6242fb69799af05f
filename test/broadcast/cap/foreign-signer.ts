import { createHash, sign } from "node:crypto";
import { XmlC14NMode, XmlDocument, XmlElement } from "libxml2-wasm";
import { generate } from "selfsigned";

const DSIG = "http://www.w3.org/2000/09/xmldsig#";

export interface Signer {
  readonly privateKeyPem: string;
  readonly certificatePem: string;
}

/** A key and a certificate of its own. */
export async function makeSigner(
  commonName: string,
  options: Parameters<typeof generate>[1] = {},
): Promise<Signer> {
  const made = await generate([{ name: "commonName", value: commonName }], {
    algorithm: "sha256",
    ...options,
  });
  return { privateKeyPem: made.private, certificatePem: made.cert };
}

export const INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
export const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";

export function canonical(xml: string, algorithm: string, pick?: string): string {
  const mode = algorithm === EXCLUSIVE ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0;
  const document = XmlDocument.fromString(xml);
  try {
    if (pick === undefined) return document.canonicalizeToString({ mode });
    const node = document.find(pick, { ds: DSIG }).at(-1);
    if (!(node instanceof XmlElement)) throw new Error(`there is no ${pick}`);
    return node.canonicalizeToString({ mode });
  } finally {
    document.dispose();
  }
}

/**
 * Signs an alert as others do: libxml2's canonical form and Node's own crypto, none of our code. Signatures that
 * are there already are part of what is signed.
 */
export function signAsOthersDo(
  xml: string,
  signer: Signer,
  {
    method = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    hash = "sha256",
    c14n = INCLUSIVE,
    uri = "",
    prefix = "",
    transforms = `<T:Transform Algorithm="${DSIG}enveloped-signature"/>`,
    withCertificate = true,
  } = {},
): string {
  const digest = createHash(hash).update(canonical(xml, INCLUSIVE)).digest("base64");
  const digestMethod = hash === "sha1" ? `${DSIG}sha1` : "http://www.w3.org/2001/04/xmlenc#sha256";
  const bare = signer.certificatePem.replace(/-----[^-]+-----|\s/g, "");
  const signature = [
    `<T:Signature xmlns${prefix && `:${prefix}`}="${DSIG}"><T:SignedInfo>`,
    `<T:CanonicalizationMethod Algorithm="${c14n}"/><T:SignatureMethod Algorithm="${method}"/>`,
    `<T:Reference URI="${uri}"><T:Transforms>${transforms}</T:Transforms>`,
    `<T:DigestMethod Algorithm="${digestMethod}"/><T:DigestValue>${digest}</T:DigestValue></T:Reference>`,
    `</T:SignedInfo><T:SignatureValue>VALUE</T:SignatureValue>`,
    withCertificate
      ? `<T:KeyInfo><T:X509Data><T:X509Certificate>${bare}</T:X509Certificate></T:X509Data></T:KeyInfo>`
      : "",
    "</T:Signature>",
  ]
    .join("")
    .replace(/(<\/?)T:/g, prefix ? `$1${prefix}:` : "$1");
  const placed = xml.replace(/<\/(cap:)?alert>\s*$/, (end) => signature + end);
  const info = canonical(placed, c14n, "//ds:SignedInfo");
  const key = { key: signer.privateKeyPem, dsaEncoding: "ieee-p1363" as const };
  const value = sign(hash, Buffer.from(info), key).toString("base64");
  return placed.replace("VALUE", value);
}
