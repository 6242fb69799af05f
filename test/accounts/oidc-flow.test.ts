import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createFlowSeal } from "../../accounts/oidc-flow.ts";

const CALLBACK = "http://platform.test/v1/auth/oidc/callback";

describe("what is sealed into the cookie", () => {
  const flow = { state: "s", nonce: "n", codeVerifier: "v", redirectUri: CALLBACK, returnTo: "/" };

  it("opens with the same key within ten minutes, and never otherwise", async () => {
    let now = Date.now();
    const key = randomBytes(32);
    const seal = createFlowSeal(key, () => now);
    const sealed = await seal.seal(flow);
    expect(await createFlowSeal(key).open(sealed)).toMatchObject(flow);
    expect(await createFlowSeal(randomBytes(32)).open(sealed)).toBeUndefined();
    for (let at = 0; at < sealed.length; at += 7) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
      expect(await seal.open(changed)).toBeUndefined();
    }
    now += 601_000;
    expect(await seal.open(sealed)).toBeUndefined();
  });
});
