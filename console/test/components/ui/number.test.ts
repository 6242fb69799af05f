import { describe, expect, it } from "vitest";
import { percent, share } from "../../../src/ui/number.ts";

describe("a part in per cent", () => {
  it("is rounded down as whole numbers are, for every pair up to 1000", () => {
    const wrong: string[] = [];
    for (let all = 1; all <= 1000; all++)
      for (let part = 0; part <= all; part++)
        if (percent(part, all) !== `${(BigInt(part) * 100n) / BigInt(all)}%`) wrong.push(`${part}/${all}`);
    expect(wrong).toEqual([]);
    expect(percent(0, 0)).toBe("—");
  });

  it("of a sum with decimals counts the last decimal that is kept", () => {
    expect(share(0.29, 0.5, 3)).toBe("58%");
    expect(share(1.001, 1.001, 3)).toBe("100%");
    for (let part = 10; part <= 1000; part++)
      expect(share(part / 1000, 1, 3)).toBe(`${Math.floor(part / 10)}%`);
  });

  it("is never nothing where something was used", () => {
    expect(share(0.001, 100, 3)).toBe("<1%");
    expect(share(0, 100, 3)).toBe("0%");
    expect(share(0, 0, 3)).toBe("—");
  });
});
