import { describe, expect, it } from "vitest";
import { grantText } from "../../../app/cli/access/output.ts";
import { areaOf } from "../../helpers/limits.ts";

describe("a grant in the lists of npm run access", () => {
  const area = areaOf({ regions: ["520326"] });

  it("says until when it waits, and nothing of it afterwards or where nothing waits", () => {
    const later = new Date(Date.now() + 3_600_000);
    expect(grantText({ role: "approver", area, heldUntil: later })).toBe(
      `approver of regions 520326 (waits until ${later.toISOString()})`,
    );
    const past = new Date(Date.now() - 1);
    expect(grantText({ role: "approver", area, heldUntil: past })).toBe("approver of regions 520326");
    expect(grantText({ role: "viewer", area, heldUntil: later })).toBe("viewer of regions 520326");
  });
});
