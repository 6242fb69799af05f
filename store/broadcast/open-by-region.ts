import type { Db } from "../database/index.ts";
import { type BroadcastReach, reachParameters, visible } from "./broadcasts.ts";

/** A broadcast that somebody has to look at now. */
export interface BroadcastToWatch {
  readonly regions: readonly string[];
  readonly onAir: boolean;
  readonly pendingApproval: boolean;
  readonly openReview: boolean;
}

/** Broadcasts that reach into a region and are on the air, wait for approval, or wait for their review. */
export async function readBroadcastsToWatch(
  db: Db,
  region: string | undefined,
  reach: BroadcastReach,
): Promise<BroadcastToWatch[]> {
  const { rows } = await db.query<BroadcastToWatch>(
    `select b.regions, b.state in ('dispatching', 'playing') as "onAir",
            b.state = 'pending_approval' as "pendingApproval", b.review = 'open' as "openReview"
     from broadcasts b
     where (b.state in ('dispatching', 'playing', 'pending_approval') or b.review = 'open') and ${visible(1)}
       and ($4::text is null or exists (select from unnest(b.regions) as own (code)
            where own.code like $4::text || '%' or $4::text like own.code || '%'))`,
    [...reachParameters(reach), region ?? null],
  );
  return rows;
}
