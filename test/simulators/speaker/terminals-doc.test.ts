import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  envelopeSchema,
  FAILURE_REASONS,
  OUTCOMES,
  REFUSAL_REASONS,
  replySchema,
  startOrderSchema,
  stopOrderSchema,
} from "../../../broadcast/command.ts";
import { signWith } from "../../../broadcast/signing/ed25519.ts";
import type { PublicJwk } from "../../../broadcast/signing/signer.ts";
import { createKeyCache } from "../../../simulators/speaker/keys.ts";
import { createTerminal, type Output } from "../../../simulators/speaker/terminal.ts";
import { createVerifier } from "../../../simulators/speaker/verify.ts";
import { ROOT } from "../../project/source-files.ts";

const page = readFileSync(`${ROOT}docs/terminals.md`, "utf8");
const [keySet = "", order = "", message = "", answers = ""] = [
  ...page.matchAll(/```json\n([\s\S]*?)```/g),
].map((match) => match[1]!);
/** RFC 8037, appendix A.1. */
const RFC_SECRET = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const HEARD_AT = Date.parse("2026-07-01T06:00:00.400Z");

describe("the example for terminals", () => {
  it("is what the platform signs", async () => {
    const [publicKey] = (JSON.parse(keySet) as { keys: PublicJwk[] }).keys;
    const payload = startOrderSchema.parse(JSON.parse(order));
    const { jws } = envelopeSchema.parse(JSON.parse(message));
    expect(await signWith({ publicKey: publicKey!, secret: RFC_SECRET }, payload)).toBe(jws);
  });

  it("is what a terminal obeys, and answered as the page says", async () => {
    const verifier = createVerifier(createKeyCache({ fetchKeys: async () => JSON.parse(keySet) }));
    const verdict = await verifier.check(Buffer.from(message.trim()));
    expect(verdict).toEqual({ commandId: JSON.parse(message).commandId, order: JSON.parse(order) });
    const terminal = createTerminal({
      deviceId: "sp-1",
      place: { regionCode: "520326001001" },
      sounding: () => ({}),
    });
    const outputs: Output[] = terminal.receive(verdict, HEARD_AT);
    for (let at = terminal.nextAt(); at !== undefined; at = terminal.nextAt())
      outputs.push(...terminal.tick(at));
    const replies = outputs.flatMap((output) => (output.type === "reply" ? [output.reply] : []));
    expect(replies).toEqual(
      answers
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    );
    for (const reply of replies) replySchema.parse(reply);
  });
});

describe("the page for terminals", () => {
  it("names every outcome, reason and field of the contract", () => {
    for (const word of [...OUTCOMES, ...REFUSAL_REASONS, ...FAILURE_REASONS])
      expect(page).toContain(`\`${word}\``);
    for (const schema of [startOrderSchema, stopOrderSchema]) {
      for (const field of Object.keys(schema.shape)) expect(page).toContain(`\`${field}\``);
    }
  });
});
