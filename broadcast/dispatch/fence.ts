import { type Client, type Db, type Pool, withTransaction } from "../../store/database/index.ts";
import { fenced, type Lease } from "../../store/processes/index.ts";

/** The writes of a dispatcher. Where several processes run, they count only while this one has the duty. */
export interface Fence {
  write(work: (db: Db) => Promise<unknown>): Promise<void>;
  transaction<T>(work: (tx: Client) => Promise<T>): Promise<T>;
}

/** Another process dispatches by now; nothing was written. */
class DutyLostError extends Error {
  override readonly name = "DutyLostError";
}

/**
 * @param held its `lease` is the present right to write; undefined where there is one process
 * @param onLost called before the error, when another process has the duty
 */
export function fenceOf(pool: Pool, held: { readonly lease: Lease } | undefined, onLost: () => void): Fence {
  if (!held) {
    return {
      write: async (work) => void (await work(pool)),
      transaction: (work) => withTransaction(pool, work),
    };
  }
  const transaction = async <T>(work: (tx: Client) => Promise<T>): Promise<T> => {
    const results: T[] = [];
    const { lease } = held;
    const isMine = await fenced(pool, lease, async (tx) => void results.push(await work(tx)));
    if (!isMine) {
      onLost();
      throw new DutyLostError(`Another process dispatches broadcasts by now (epoch ${lease.epoch} is over)`);
    }
    return results[0] as T;
  };
  return { write: async (work) => void (await transaction(work)), transaction };
}
