import { describe, it } from "vitest";
import { sendMutations } from "./mutations.ts";

describe("2,000 packets with something wrong about them", () => {
  it("end no session, and are each on record or counted as no packet", () => sendMutations(2_000, 1));
});
