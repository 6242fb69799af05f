import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Batch } from "../../ingest/batch.ts";
import { Committer } from "../../ingest/committer.ts";
import { createLogger } from "../../log.ts";
import type { Pool } from "../../store/database.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

describe("after an outage", () => {
  it("keeps a few batches for use again, not all that have gathered", async () => {
    let answer: () => void = () => {};
    const away = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const pool = { query: () => away.then(() => ({ rows: [] })) } as unknown as Pool;
    const committer = new Committer({
      pool,
      log: createLogger("silent"),
      maxItems: 1,
      lingerMs: 0,
      maxInFlight: 3,
      nameOf: String,
      onCommitted: () => {},
    });
    const seen: WeakRef<Batch>[] = [];
    const fill = () => {
      const { open } = committer;
      seen.push(new WeakRef(open));
      open.items++;
      open.rejections.push({
        receivedAt: 0,
        deviceNo: undefined,
        publisher: "",
        topic: "",
        reason: "empty",
        detail: "",
        payload: Buffer.alloc(0),
        payloadBytes: 0,
      });
      committer.filled();
    };
    for (let i = 0; i < 100; i++) fill();
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
