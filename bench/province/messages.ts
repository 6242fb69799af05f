/** The messages of the province's load process. */
export interface ProvinceDevice {
  readonly id: string;
  readonly token: string;
  readonly kind: string;
  /** The part of the fleet, by its number. */
  readonly part: number;
  /** For a gateway. */
  readonly meters?: readonly string[];
}

export interface ProvinceOrder {
  readonly host: string;
  readonly ports: readonly number[];
  readonly devices: readonly ProvinceDevice[];
  /** For each part: readings a second of the whole province, and how many each of its devices has kept. */
  readonly parts: readonly { readonly perSecond: number; readonly kept: number; readonly stepMs: number }[];
  readonly eventsPerSecond: number;
}

export type ProvinceCommand =
  /** Sends at the province's rhythm, times this, from now on; 0 for silence. */
  | { readonly type: "rhythm"; readonly times: number }
  | { readonly type: "connect" }
  /** All devices begin to hand over what they have kept. */
  | { readonly type: "return" }
  /** Drops what is kept and was not sent yet. */
  | { readonly type: "forget" }
  /** Asks for a report of what came since the one before. */
  | { readonly type: "report" }
  | { readonly type: "end" };

export interface ProvinceReport {
  readonly seconds: number;
  /** Items (readings and events) since the report before. */
  readonly due: number;
  readonly acknowledged: number;
  readonly messages: number;
  /** Milliseconds from a message's leaving to its acknowledgement. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Due or sent, and not acknowledged yet. */
  readonly waiting: number;
  /** Kept from the hour without network, and not sent yet. */
  readonly keptStill: number;
  /** Items acknowledged from the beginning on. */
  readonly total: number;
}

export type ProvinceMessage =
  | { readonly type: "connected"; readonly seconds: number }
  | { readonly type: "report"; readonly report: ProvinceReport };
