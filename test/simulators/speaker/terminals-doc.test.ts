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
} from "../../../broadcast/contract/command.ts";
import {
  BAD_KEY_SET,
  KEY_SET_FAULTS,
  KEY_SET_TYPE,
  keySetSchema,
  MAX_KEYS,
  MAX_KEYS_BYTES,
  MAX_ROOTS,
  signedKeysSchema,
} from "../../../broadcast/contract/key-set.ts";
import { signWith } from "../../../broadcast/signing/algorithms/ed25519.ts";
import { signKeySet } from "../../../broadcast/signing/root.ts";
import type { PublicJwk } from "../../../broadcast/signing/signer.ts";
import { createKeyCache, type KeyNews } from "../../../simulators/speaker/keys.ts";
import { createTerminal, type Output } from "../../../simulators/speaker/terminal.ts";
import { createVerifier } from "../../../simulators/speaker/verify.ts";
import { ROOT } from "../../project/source-files.ts";

const page = readFileSync(`${ROOT}docs/terminals.md`, "utf8");
const [keySet = "", published = "", order = "", message = "", answers = ""] = [
  ...page.matchAll(/```json\n([\s\S]*?)```/g),
].map((match) => match[1]!);
const [root = ""] = [...page.matchAll(/```text\n(\S+)\n```/g)].map((match) => match[1]!);
/** RFC 8037, appendix A.1. */
const RFC_SECRET = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
/** RFC 8032, section 7.1, test 2. */
const ROOT_SECRET = Buffer.from(
  "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  "hex",
).toString("base64url");
const HEARD_AT = Date.parse("2026-07-01T06:00:00.400Z");

describe("the example for terminals", () => {
  it("is what the platform signs", async () => {
    const [publicKey] = (JSON.parse(keySet) as { keys: PublicJwk[] }).keys;
    const { keys, signed, rootChanges } = JSON.parse(published);
    expect(await signKeySet({ publicHalf: root, secret: ROOT_SECRET }, JSON.parse(keySet))).toBe(signed);
    expect({ keys, rootChanges }).toEqual({ keys: [publicKey], rootChanges: [] });
    const payload = startOrderSchema.parse(JSON.parse(order));
    const { jws } = envelopeSchema.parse(JSON.parse(message));
    expect(await signWith({ publicKey: publicKey!, secret: RFC_SECRET }, payload)).toBe(jws);
  });

  it("is what a terminal obeys, and answered as the page says", async () => {
    const news: KeyNews[] = [];
    const cache = createKeyCache({
      // A terminal with a root never reads the keys that nobody has signed.
      fetchKeys: async () => ({ ...JSON.parse(published), keys: [] }),
      roots: [root],
      now: () => HEARD_AT,
      onNews: (some) => void news.push(some),
    });
    const verifier = createVerifier(cache);
    const verdict = await verifier.check(Buffer.from(message.trim()));
    expect(verdict).toEqual({ commandId: JSON.parse(message).commandId, order: JSON.parse(order) });
    expect(news).toEqual([{ version: JSON.parse(keySet).version }]);
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
    const words = [...OUTCOMES, ...REFUSAL_REASONS, ...FAILURE_REASONS, BAD_KEY_SET, KEY_SET_TYPE];
    for (const word of words) expect(page).toContain(`\`${word}\``);
    for (const schema of [startOrderSchema, stopOrderSchema, keySetSchema, signedKeysSchema]) {
      for (const field of Object.keys(schema.shape)) expect(page).toContain(`\`${field}\``);
    }
  });

  it("lists the faults of a key set in the order in which they are looked for", () => {
    const table = page.slice(page.indexOf("| Fault |"));
    const faults = [...table.slice(0, table.indexOf("\n\n")).matchAll(/^\| `(\w+)` /gm)].map(
      (match) => match[1],
    );
    expect(faults).toEqual([...KEY_SET_FAULTS]);
    expect(page).toContain(`at most ${MAX_KEYS};`);
    expect(page).toContain(`at most ${MAX_ROOTS};`);
    expect(page).toContain(`in at most ${MAX_KEYS_BYTES / 1024} KiB`);
  });
});
