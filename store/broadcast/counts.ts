import { type Db, limitsCondition, limitsParameter } from "../database/index.ts";
import type { Broadcast, BroadcastReach } from "./broadcasts.ts";
import { countTargetsOf, countTargetsOfDevices, TARGET_STATES, type TargetCounts } from "./targets.ts";

/**
 * Targets by state of a page of broadcasts. Fifty broadcasts of a province have 1.8 million targets, which takes the
 * database a second to count.
 */

/** In these states, the last row of the history that counts targets is of the transaction that last changed one. */
const COUNTED: ReadonlySet<Broadcast["state"]> = new Set(["completed", "failed", "expired"]);

const COSTS = {
  /** Above so many targets it pays to ask which of them lie within the limits. */
  manyTargets: 20_000,
  /** A look by device takes about as long as counting so many targets. */
  targetsALook: 4,
};

/**
 * How many targets of each state each of the broadcasts has, within limits.
 * @param costs for tests
 */
export async function countTargetsOfPage(
  db: Db,
  broadcasts: readonly Pick<Broadcast, "broadcastNo" | "state">[],
  { limits, sounding }: Pick<BroadcastReach, "limits" | "sounding">,
  costs = COSTS,
): Promise<Map<number, TargetCounts>> {
  const numbers = broadcasts.map(({ broadcastNo }) => broadcastNo);
  const ended = broadcasts.filter(({ state }) => COUNTED.has(state)).map(({ broadcastNo }) => broadcastNo);
  const kept = await readKeptCounts(db, ended);
  const parameter = limitsParameter(limits);
  if (parameter === null) {
    const rest = numbers.filter((broadcastNo) => !kept.has(broadcastNo));
    return new Map([...kept, ...(await countTargetsOf(db, rest))]);
  }
  const targets = [...kept.values()].reduce((sum, counts) => sum + totalOf(counts), 0);
  if (targets > costs.manyTargets) {
    const most = Math.floor(targets / costs.targetsALook / numbers.length);
    const devices = await findSpeakersWithin(db, sounding, parameter, most + 1);
    if (devices.length <= most) return countTargetsOfDevices(db, numbers, devices);
  }
  return countTargetsOf(db, numbers, limits);
}

const totalOf = (counts: TargetCounts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

async function findSpeakersWithin(
  db: Db,
  sounding: readonly string[],
  limits: string,
  most: number,
): Promise<number[]> {
  const { rows } = await db.query<{ device_no: number }>(
    `select d.device_no from devices d where d.kind = any ($3::text[]) and ${limitsCondition("d", 1)} limit $2::int`,
    [limits, most, sounding],
  );
  return rows.map((row) => row.device_no);
}

/** The last counts in the histories of broadcasts, of all of their targets; none for a history without counts. */
async function readKeptCounts(db: Db, broadcastNos: readonly number[]): Promise<Map<number, TargetCounts>> {
  if (broadcastNos.length === 0) return new Map();
  const { rows } = await db.query<{ broadcast_no: number; targets: Record<string, unknown> }>(
    `select distinct on (broadcast_no) broadcast_no, details -> 'targets' as targets from broadcast_history
     where broadcast_no = any ($1::bigint[]) and jsonb_typeof(details -> 'targets') = 'object'
     order by broadcast_no, step desc`,
    [broadcastNos],
  );
  return new Map(
    rows.flatMap(({ broadcast_no, targets }) => {
      const counts = toCounts(targets);
      return counts === undefined ? [] : [[broadcast_no, counts]];
    }),
  );
}

/** Histories of earlier versions name their counts as the database does. */
function toCounts({ handedOver, ...targets }: Record<string, unknown>): TargetCounts | undefined {
  const named: Record<string, unknown> = { handed_over: handedOver, ...targets };
  const counts = TARGET_STATES.map((state) => [state, named[state]] as const);
  return counts.every(([, count]) => Number.isInteger(count))
    ? (Object.fromEntries(counts) as TargetCounts)
    : undefined;
}
