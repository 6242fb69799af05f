import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it, vi } from "vitest";
import { createLogger } from "../../base/log.ts";
import type { Batch } from "../../ingest/batch.ts";
import { Committer } from "../../ingest/committer.ts";
import type { Pool } from "../../store/database/database.ts";
import { emptyRejection } from "../helpers/ingest.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A committer of one item a batch, and how to hand it one. */
function createCommitter(query: () => Promise<unknown>) {
  const committer = new Committer({
    pool: { query } as unknown as Pool,
    log: createLogger("silent"),
    maxItems: 1,
    lingerMs: 0,
    maxInFlight: 3,
    nameOf: String,
    onCommitted: () => {},
  });
  const fill = () => {
    const { open } = committer;
    open.items++;
    open.rejections.push(emptyRejection(""));
    committer.filled();
    return open;
  };
  return { committer, fill };
}

describe("after an outage", () => {
  it("keeps a few batches for use again, not all that have gathered", async () => {
    let answer: () => void = () => {};
    const away = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const { committer, fill } = createCommitter(() => away.then(() => ({ rows: [] })));
    const seen: WeakRef<Batch>[] = [];
    for (let i = 0; i < 100; i++) seen.push(new WeakRef(fill()));
    expect(committer.pending).toBe(100);
    answer();
    await committer.flush();
    expect(committer.pending).toBe(0);
    // A WeakRef holds its target until the turn in which it was made or looked at is over.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const kept = seen.filter((batch) => batch.deref() !== undefined).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(6);
  });
});

describe("a batch that the database refuses", () => {
  const deadlock = Object.assign(new Error("deadlock detected"), { code: "40P01" });

  it("is nobody's concern when it is taken a moment later", async () => {
    const shown: unknown[] = [];
    let attempts = 0;
    const { committer, fill } = createCommitter(async () => {
      shown.push(committer.blocked);
      if (++attempts < 3) throw deadlock;
      return { rows: [] };
    });
    fill();
    await committer.flush();
    expect(attempts).toBe(3);
    expect([...shown, committer.blocked]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("is shown with its latest error after two seconds, and no more when it is given up", async () => {
    let reason = deadlock;
    const { committer, fill } = createCommitter(() => Promise.reject(reason));
    fill();
    fill();
    await vi.waitFor(() => expect(committer.blocked).toBeDefined(), { timeout: 10_000 });
    expect(committer.blocked).toEqual({ forMs: expect.any(Number), error: deadlock });
    reason = Object.assign(new Error("permission denied for table rejected_messages"), { code: "42501" });
    await vi.waitFor(() => expect(committer.blocked?.error).toBe(reason), { timeout: 10_000 });
    expect(committer.blocked?.forMs).toBeGreaterThan(2000);
    committer.stop();
    await vi.waitFor(() => expect(committer.blocked).toBeUndefined());
  });
});
