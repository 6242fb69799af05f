import { describe, it } from "vitest";
import { sendMutations } from "./mutations.ts";

describe("100,000 messages with something wrong about them", () => {
  it.each([1, 2, 3, 4])(
    "end no session, and are each on record or counted as no message (seed %i)",
    (seed) => sendMutations(25_000, seed),
    300_000,
  );
});
