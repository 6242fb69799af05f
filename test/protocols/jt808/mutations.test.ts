import { describe, it } from "vitest";
import { sendMutations } from "./mutations.ts";

describe("3,000 messages with something wrong about them", () => {
  it("end no session, and are each on record or counted as no message", () => sendMutations(3_000, 1));
});
