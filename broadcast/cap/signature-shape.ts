import { DSIG_NAMESPACE } from "./alert.ts";
import type { XmlElement } from "./read-xml.ts";

export const RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
export const RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
export const ECDSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";
export const SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256";
export const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
export const EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

/** The kind of key of each algorithm. HMAC is not among them: its key would be a public certificate. */
const KEY_TYPES: Record<string, "rsa" | "ec"> = {
  [RSA_SHA1]: "rsa",
  [RSA_SHA256]: "rsa",
  [ECDSA_SHA256]: "ec",
};
const DIGESTS = ["http://www.w3.org/2000/09/xmldsig#sha1", SHA256, "http://www.w3.org/2001/04/xmlenc#sha512"];
/** With and without comments. Neither XPath nor XSLT: with them a signature can cover less than it seems to. */
const CANONICALIZATIONS = [
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
  "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
  EXCLUSIVE_C14N,
  "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];

export interface SignatureShape {
  readonly keyType: "rsa" | "ec";
  /** Base64 of the certificate that the signature itself brings, if any. It proves nothing by itself. */
  readonly certificate?: string;
}

/**
 * Checks that a signature has the one form that we verify: one reference, to the whole alert, through known steps.
 * Anything more could make the signed content differ from the content that is read.
 * @param rootIds the values of the alert's own Id attribute
 * @returns the finding and the expectation, when it has not
 */
export function readSignatureShape(
  signature: XmlElement,
  rootIds: readonly string[],
): SignatureShape | { readonly problem: string } {
  try {
    const [info, , keyInfo] = members(signature, ["SignedInfo", "SignatureValue", "KeyInfo?"]);
    const [canonicalization, method, reference] = members(info!, [
      "CanonicalizationMethod",
      "SignatureMethod",
      "Reference",
    ]);
    const [transforms, digest] = members(reference!, ["Transforms", "DigestMethod", "DigestValue"]);
    oneOf(canonicalization!, CANONICALIZATIONS);
    oneOf(digest!, DIGESTS);
    const keyType = KEY_TYPES[oneOf(method!, Object.keys(KEY_TYPES))]!;
    const uri = attribute(reference!, "URI");
    // An absent URI would leave it to the reader to choose the signed content.
    if (uri === undefined || (uri !== "" && !(uri.startsWith("#") && rootIds.includes(uri.slice(1))))) {
      throw new ShapeError(`found a reference to ${JSON.stringify(uri)}, expected the whole alert (URI="")`);
    }
    const steps = transforms!.children.map((step) => oneOf(step, [ENVELOPED, ...CANONICALIZATIONS]));
    if (steps[0] !== ENVELOPED || steps.length > 2 || steps[1] === ENVELOPED) {
      throw new ShapeError(
        "expected the transform enveloped-signature and then at most one canonicalization",
      );
    }
    const certificate = keyInfo && find(keyInfo, "X509Certificate")?.text.replace(/\s+/g, "");
    return certificate ? { keyType, certificate } : { keyType };
  } catch (error) {
    if (error instanceof ShapeError) return { problem: error.message };
    throw error;
  }
}

class ShapeError extends Error {}

/** The children of an element, which must be exactly these; `?` marks one that may be missing. */
function members(parent: XmlElement, names: readonly string[]): (XmlElement | undefined)[] {
  const left = [...parent.children];
  const found = names.map((name) => {
    const bare = name.replace("?", "");
    const next = left[0];
    if (next?.name === bare && next.namespace === DSIG_NAMESPACE) return left.shift();
    if (name.endsWith("?")) return undefined;
    throw new ShapeError(
      `found ${next ? `<${next.name}>` : "nothing"} in <${parent.name}>, expected <${bare}>`,
    );
  });
  if (left[0]) {
    throw new ShapeError(`found <${left[0].name}> in <${parent.name}>, expected ${names.join(", ")} only`);
  }
  return found;
}

const attribute = (element: XmlElement, name: string): string | undefined =>
  element.attributes.find(({ local, namespace }) => local === name && namespace === "")?.value;

function oneOf(element: XmlElement, algorithms: readonly string[]): string {
  const algorithm = attribute(element, "Algorithm");
  if (algorithm !== undefined && algorithms.includes(algorithm)) return algorithm;
  throw new ShapeError(
    `found the ${element.name} ${JSON.stringify(algorithm)}, expected one of ${algorithms.join(" ")}`,
  );
}

function find(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children) {
    const found = child.name === name && child.namespace === DSIG_NAMESPACE ? child : find(child, name);
    if (found) return found;
  }
  return undefined;
}
