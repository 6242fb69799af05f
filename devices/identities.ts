/** The names by which protocols know a device, each of a scheme with one canonical form of its values. */
export const IDENTITY_SCHEMES = ["deveui", "sim", "mn", "gb26875", "sl651", "cjt188", "gb28181"] as const;
export type IdentityScheme = (typeof IDENTITY_SCHEMES)[number];

export interface Identity {
  readonly scheme: IdentityScheme;
  /** In canonical form. */
  readonly value: string;
}

interface Form {
  /** The values that a caller may give, in words. */
  readonly expected: string;
  /** The canonical form; undefined for text that is no value of the scheme. */
  readonly canonical: (text: string) => string | undefined;
}

/** Digits in groups, as labels and other systems write them: `00:11-22.33 44`. */
const joined = (text: string) => text.replaceAll(/[\s:.-]/g, "");

const matching = (text: string, form: RegExp) => (form.test(text) ? text : undefined);

const MAX_MN = 24;

/**
 * JT/T 808 sends 12 digits up to 2013 and 20 since 2019, with zeros in front. Both are the same SIM: 12 digits where they
 * suffice, or else 20.
 */
function sim(text: string): string | undefined {
  const digits = joined(text);
  if (!/^\d{11,20}$/.test(digits) || /^0+$/.test(digits)) return undefined;
  const bare = digits.replace(/^0+/, "");
  return bare.padStart(bare.length <= 12 ? 12 : 20, "0");
}

const FORMS: Readonly<Record<IdentityScheme, Form>> = {
  deveui: {
    expected: "16 hexadecimal digits, such as 70b3d57ed0001a2b",
    canonical: (text) => matching(joined(text).toLowerCase(), /^[0-9a-f]{16}$/),
  },
  sim: {
    expected: "11 to 20 digits, not all of them zeros, such as 013800138000",
    canonical: sim,
  },
  // The standard says 0-9 and A-F; stations in the field have other letters and underscores, too.
  mn: {
    expected: `1 to ${MAX_MN} letters, digits, _ and -, such as 010000A8900016F000169DC0`,
    canonical: (text) => matching(text.trim().toUpperCase(), new RegExp(`^[0-9A-Z_-]{1,${MAX_MN}}$`)),
  },
  gb26875: {
    expected: "12 hexadecimal digits with the high byte first, which is the last one on the wire",
    canonical: (text) => matching(joined(text).toLowerCase(), /^[0-9a-f]{12}$/),
  },
  // A code of 8 digits is sent with two zeros in front.
  sl651: {
    expected: "8 digits, or 10 hexadecimal ones, such as 0012345678",
    canonical(text) {
      const digits = joined(text).toLowerCase();
      return matching(/^\d{8}$/.test(digits) ? `00${digits}` : digits, /^[0-9a-f]{10}$/);
    },
  },
  cjt188: {
    expected:
      "14 digits from A6 to A0: 4 of the manufacturer and 10 of the printed number, such as 78330011223344",
    canonical: (text) => matching(joined(text), /^\d{14}$/),
  },
  gb28181: {
    expected: "20 digits, such as 52010200001320000001",
    canonical: (text) => matching(joined(text), /^\d{20}$/),
  },
};

/** The longest text that may be a value: separators count. */
export const MAX_IDENTITY_LENGTH = 64;

/** What a value of the scheme looks like, in words. */
export const expectedIdentity = (scheme: IdentityScheme): string => FORMS[scheme].expected;

/** An identity in canonical form; undefined for text that is no value of the scheme. */
export function identityOf(scheme: IdentityScheme, text: string): Identity | undefined {
  const value = text.length > MAX_IDENTITY_LENGTH ? undefined : FORMS[scheme].canonical(text);
  return value === undefined ? undefined : { scheme, value };
}

/** The part of a kind that is asked here. */
interface KindWithIdentities {
  readonly kind: string;
  readonly identities?: readonly string[];
}

/** Whether devices of a kind may have identities of this scheme. */
export const hasScheme = ({ identities = [] }: KindWithIdentities, scheme: string): boolean =>
  identities.includes(scheme);

/** What is wrong with a scheme that devices of a kind do not have, in words. */
export const schemeFault = ({ kind, identities = [] }: KindWithIdentities, scheme: string): string =>
  `A device of kind '${kind}' has no ${scheme}: expected ${identities.length === 0 ? "no identities" : identities.join(" or ")}`;

/** An identity as one text, `scheme:value`, by which it is found. */
export const identityKey = ({ scheme, value }: Identity): string => `${scheme}:${value}`;

/** The scheme and the value of a text such as `mn:88888880000001`; undefined where the scheme is not known. */
export function splitIdentity(text: string): { scheme: IdentityScheme; value: string } | undefined {
  const colon = text.indexOf(":");
  const scheme = IDENTITY_SCHEMES.find((name) => name === text.slice(0, colon));
  return scheme && { scheme, value: text.slice(colon + 1) };
}
