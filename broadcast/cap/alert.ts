/**
 * A CAP 1.2 alert as it was written: every element, in the words of the standard (OASIS, 1 July 2010). Texts are
 * trimmed, an empty optional element counts as absent, and times stay as text (`timeOf` reads them) because a
 * reference names an alert by that text.
 */

export const CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2";
export const DSIG_NAMESPACE = "http://www.w3.org/2000/09/xmldsig#";
/** The media type of one alert. */
export const CAP_MEDIA_TYPE = "application/cap+xml";

export const STATUSES = ["Actual", "Exercise", "System", "Test", "Draft"] as const;
export const MESSAGE_TYPES = ["Alert", "Update", "Cancel", "Ack", "Error"] as const;
export const CAP_SCOPES = ["Public", "Restricted", "Private"] as const;
export const CAP_SEVERITIES = ["Extreme", "Severe", "Moderate", "Minor", "Unknown"] as const;

export type CapStatus = (typeof STATUSES)[number];
export type CapMessageType = (typeof MESSAGE_TYPES)[number];
export type CapScope = (typeof CAP_SCOPES)[number];
export type CapSeverity = (typeof CAP_SEVERITIES)[number];

/** The name of another alert; together the three parts are unique. */
export interface CapReference {
  readonly sender: string;
  readonly identifier: string;
  /** As written, e.g. `2026-05-02T08:00:00+08:00`. */
  readonly sent: string;
}

export interface CapNamedValue {
  readonly valueName: string;
  readonly value: string;
}

/** CAP's order: latitude first. Only `import-area.ts` and `export.ts` turn it to GeoJSON's order and back. */
export type CapPoint = readonly [latitude: number, longitude: number];

export interface CapCircle {
  readonly center: CapPoint;
  /** Kilometres; 0 is allowed. */
  readonly radius: number;
}

export interface CapArea {
  readonly areaDesc: string;
  readonly polygons: readonly (readonly CapPoint[])[];
  readonly circles: readonly CapCircle[];
  readonly geocodes: readonly CapNamedValue[];
  /** Feet above mean sea level. */
  readonly altitude?: number;
  readonly ceiling?: number;
}

export interface CapResource {
  readonly resourceDesc: string;
  readonly mimeType: string;
  /** Bytes. */
  readonly size?: number;
  readonly uri?: string;
  readonly derefUri?: string;
  readonly digest?: string;
}

export interface CapInfo {
  /** `en-US` when the alert does not say, as the schema has it. */
  readonly language: string;
  readonly categories: readonly string[];
  readonly event: string;
  readonly responseTypes: readonly string[];
  readonly urgency: string;
  readonly severity: CapSeverity;
  readonly certainty: string;
  readonly audience?: string;
  readonly eventCodes: readonly CapNamedValue[];
  readonly effective?: string;
  readonly onset?: string;
  readonly expires?: string;
  readonly senderName?: string;
  readonly headline?: string;
  readonly description?: string;
  readonly instruction?: string;
  readonly web?: string;
  readonly contact?: string;
  readonly parameters: readonly CapNamedValue[];
  readonly resources: readonly CapResource[];
  readonly areas: readonly CapArea[];
}

export interface CapAlert {
  readonly identifier: string;
  readonly sender: string;
  readonly sent: string;
  readonly status: CapStatus;
  readonly msgType: CapMessageType;
  readonly source?: string;
  readonly scope: CapScope;
  readonly restriction?: string;
  readonly addresses?: string;
  readonly codes: readonly string[];
  readonly note?: string;
  readonly references: readonly CapReference[];
  readonly incidents?: string;
  readonly infos: readonly CapInfo[];
  /** The number of its XML signatures; `signature.ts` says what they are worth. */
  readonly signatures: number;
}

/** One fault, and its place. */
export interface CapFault {
  /** E.g. `/alert/info[2]/area[1]/polygon`; elements that may occur once carry no number. */
  readonly path: string;
  /** Both from 1; 0 when the fault is not at one place. Columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** Short and stable, for programs. */
  readonly rule: string;
  /** The finding and the expectation. */
  readonly message: string;
  /** On a warning: true when the alert is read without this part. */
  readonly leftOut?: boolean;
}
