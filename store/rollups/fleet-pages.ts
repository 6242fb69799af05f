import type { RegionLevel } from "../places/index.ts";
import type { Bucket } from "./series.ts";

/** The query of a fleet, and the pages of the answer. */

/** When a device was in the region and the limits of the query. */
export interface Stay {
  /** Since when, if it came from elsewhere; null: from its beginning on. */
  readonly from: Date | null;
  /** Until when, if it went elsewhere or was deleted; null: it is there. */
  readonly until: Date | null;
  readonly deleted: boolean;
}

/** A group of a fleet's series, with its buckets. */
export interface SeriesGroup {
  readonly regionCode: string;
  /** The region's or the device's. */
  readonly name: string | null;
  /** Only when grouped by device. */
  readonly deviceId: string | null;
  readonly stay: Stay | null;
  readonly buckets: readonly Bucket[];
}

export interface FleetQuery {
  readonly kind: string;
  readonly region?: string | undefined;
  readonly groupBy: RegionLevel | "device";
}

export interface SeriesPage {
  readonly items: SeriesGroup[];
  readonly nextCursor: string | null;
}

export type PageOptions = { readonly limit: number; readonly cursor?: string | undefined };
