import fc from "fast-check";
import { generate } from "selfsigned";
import { afterAll, beforeAll, expect, it } from "vitest";
import { signAlert } from "../../broadcast/cap/signature.ts";
import { alertText, referenceOf, SENT } from "../broadcast/cap-text.ts";
import { type BroadcastWorld, startBroadcastWorld } from "./broadcasts-world.ts";

/**
 * Random chains of alerts, with people who decide in between. Whatever comes, in whatever order: nothing that is not
 * actual touches what is, nothing unsigned what is signed; everything can be read; and what is on the air is what a
 * person approved.
 */

const TRUSTED = "weather@example.org";
let world: BroadcastWorld;
let signing: { privateKeyPem: string; certificatePem: string };
beforeAll(async () => {
  const made = await generate([{ name: "commonName", value: "weather" }], { keySize: 2048 });
  signing = { privateKeyPem: made.private, certificatePem: made.cert };
  world = await startBroadcastWorld({ trustedCertificates: new Map([[TRUSTED, [made.cert]]]) });
});
afterAll(() => world.stop());

/** One of a few names, so that alerts meet; the later of two is sent later. */
const name = fc.record({
  sender: fc.constantFrom(TRUSTED, TRUSTED, "other@example.org"),
  number: fc.integer({ min: 0, max: 2 }),
  version: fc.integer({ min: 0, max: 2 }),
});
const sending = fc.record({
  type: fc.constant("send" as const),
  who: fc.constantFrom("dispatcher", "duty-officer", "robot"),
  name,
  references: fc.array(name, { minLength: 1, maxLength: 3 }),
  status: fc.constantFrom("Actual", "Actual", "Exercise", "Test", "Draft", "System"),
  msgType: fc.constantFrom("Alert", "Alert", "Update", "Update", "Cancel", "Ack"),
  scope: fc.constantFrom("Public", "Public", "Public", "Private"),
  signed: fc.boolean(),
  expired: fc.constantFrom(false, false, true),
  infos: fc.constantFrom(1, 1, 2, 0),
  odd: fc.constantFrom(
    "",
    "",
    "",
    "",
    "<circle>28.5,107.9 0</circle>",
    "<circle>28.5,107.9 5000</circle>",
    "<polygon>28.5,107.9 28.6,108.0 28.6,107.9 28.5,108.0 28.5,107.9</polygon>",
    "<polygon>28,107 28,107.1 28.1,107.1 28,107</polygon>".repeat(60),
  ),
  language: fc.constantFrom("zh-CN", "english", "x-klingon"),
  instruction: fc.constantFrom("", "", "", `<instruction>${"走".repeat(4500)}</instruction>`),
});
const deciding = fc.record({
  type: fc.constant("decide" as const),
  pick: fc.nat(),
  step: fc.constantFrom("submit", "approve", "air", "air", "release", "return", "cancel", "actual"),
  knowing: fc.boolean(),
});
type Sending = typeof sending extends fc.Arbitrary<infer T> ? T : never;
type Deciding = typeof deciding extends fc.Arbitrary<infer T> ? T : never;

let chain = 0;
const identify = ({ sender, number, version }: Sending["name"]) => ({
  sender,
  identifier: `chain-${chain}-${number}`,
  sent: new Date(SENT.getTime() - 100_000 + version * 1000 + number * 10_000),
});

function write({ name, references, ...more }: Sending): string {
  const event = { code: "11D01" };
  const { msgType, status, scope } = more;
  const xml = alertText({
    ...identify(name),
    ...{ msgType, status, scope },
    ...(msgType === "Alert" ? {} : { references: references.map((one) => referenceOf(identify(one))) }),
    ...(more.expired ? { expires: new Date(SENT.getTime() - 1000) } : {}),
    events: [event, { code: "11A51" }].slice(0, msgType === "Cancel" ? 0 : more.infos),
  })
    .replace("</scope>", scope === "Private" ? "</scope><addresses>a</addresses>" : "</scope>")
    .replaceAll("zh-CN", more.language)
    .replaceAll("    <area>", `${more.instruction}    <area>`)
    .replaceAll("<geocode>", `${more.odd}<geocode>`);
  return more.signed ? signAlert(xml, signing) : xml;
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly message: { readonly mode: string };
  readonly revision: number;
  readonly source: {
    readonly sender: string;
    readonly signature: string;
    readonly identifier: string;
  } | null;
  readonly supersededBy: object | null;
}

/** Everything of this chain, as the list has it; each one's detail has to be readable, too. */
async function readAll(): Promise<Map<string, Row>> {
  const list = await world.get("viewer", "/v1/broadcasts?limit=40");
  expect(list.status).toBe(200);
  const rows: Row[] = list.json.items;
  return new Map(
    rows.filter(({ source }) => source?.identifier.startsWith(`chain-${chain}-`)).map((row) => [row.id, row]),
  );
}

const touched = (before: Map<string, Row>, after: Map<string, Row>) =>
  [...before.values()].flatMap((old) => {
    const now = after.get(old.id)!;
    const same = now.state === old.state && (now.supersededBy === null) === (old.supersededBy === null);
    return same ? [] : [{ old, now }];
  });

/** What each person has seen who approved, by broadcast. */
type Approved = Map<string, unknown>;
const onAir = ["dispatching", "playing"];

async function send(sent: Sending, before: Map<string, Row>): Promise<Map<string, Row>> {
  const answer = await world.cap(sent.who, write(sent));
  expect([200, 201, 400, 422]).toContain(answer.status);
  const after = await readAll();
  const isTrusted = sent.signed && sent.name.sender === TRUSTED;
  for (const { old, now } of touched(before, after)) {
    expect(old.source?.sender).toBe(sent.name.sender);
    if (old.message.mode === "actual") expect(sent.status).toBe("Actual");
    if (old.source?.signature === "verified") expect(isTrusted).toBe(true);
    if (onAir.includes(old.state) && now.state !== old.state) {
      expect([now.state, sent.msgType, isTrusted]).toEqual(["cancelled", "Cancel", true]);
    }
  }
  for (const row of after.values()) {
    if (!before.has(row.id)) expect(onAir).not.toContain(row.state);
  }
  return after;
}

async function decide(
  asked: Deciding,
  before: Map<string, Row>,
  approved: Approved,
): Promise<Map<string, Row>> {
  const { pick, step, knowing } = asked;
  const all = [...before.values()];
  const row = all[pick % all.length];
  if (row === undefined) return before;
  if (step === "air") {
    const submitted = await decide({ ...asked, step: "submit" }, before, approved);
    return decide({ ...asked, step: "approve" }, submitted, approved);
  }
  const who =
    step === "submit" ? "dispatcher" : step === "release" || step === "cancel" ? "duty-officer" : "approver";
  const shown = await world.get(who, `/v1/broadcasts/${row.id}`);
  expect(shown.status).toBe(200);
  const payload = {
    ...(step === "return" || step === "cancel" ? { reason: "because" } : {}),
    ...(knowing && ["submit", "approve", "release"].includes(step) ? { acknowledgeSuperseded: true } : {}),
  };
  const answer =
    step === "actual"
      ? await world.patch("dispatcher", `/v1/broadcasts/${row.id}`, {
          revision: row.revision,
          mode: "actual",
        })
      : await world.step(who, row.id, step, payload);
  expect(answer.status).toBeLessThan(500);
  const after = await readAll();
  const isUp = ["submit", "approve", "release"].includes(step);
  if (answer.status !== 200) expect(touched(before, after)).toEqual([]);
  else if (isUp && shown.json.supersededBy !== null) expect(knowing).toBe(true);
  if (answer.status === 200 && (step === "approve" || step === "release")) {
    approved.set(row.id, shown.json.message);
    for (const { old } of touched(before, after)) {
      if (old.id === row.id) continue;
      expect(old.message.mode).toBe(row.message.mode);
      if (old.source?.signature === "verified") expect(row.source?.signature).toBe("verified");
    }
  }
  return after;
}

/** A chain in which each thing happens: one is cancelled, one is aired, one stays a draft. */
const first: Sending = {
  ...{ type: "send", who: "dispatcher", status: "Actual", msgType: "Alert", scope: "Public" },
  ...{ signed: false, expired: false, infos: 1, odd: "", language: "zh-CN", instruction: "" },
  name: { sender: TRUSTED, number: 0, version: 0 },
  references: [{ sender: TRUSTED, number: 0, version: 0 }],
};
const example: (Sending | Deciding)[] = [
  first,
  { ...first, msgType: "Cancel", name: { ...first.name, number: 2 } },
  { ...first, name: { ...first.name, number: 1 } },
  { type: "decide", pick: 0, step: "air", knowing: false },
  { ...first, name: { ...first.name, sender: "other@example.org" } },
];

it("of alerts never end what is actual by what is not, and air nothing but what a person approved", async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 3, arbitrary: sending }, { weight: 2, arbitrary: deciding }), {
        minLength: 4,
        maxLength: 14,
      }),
      async (acts) => {
        chain += 1;
        const approved: Approved = new Map();
        let rows = await readAll();
        for (const act of acts) {
          rows = act.type === "send" ? await send(act, rows) : await decide(act, rows, approved);
          for (const { id, state } of rows.values()) {
            if (onAir.includes(state)) expect([...approved.keys()]).toContain(id);
          }
        }
        for (const { id, state } of rows.values()) {
          const detail = await world.get("viewer", `/v1/broadcasts/${id}`);
          expect(detail.status).toBe(200);
          if (approved.has(id)) expect(detail.json.message).toEqual(approved.get(id));
          seen.set(state, (seen.get(state) ?? 0) + 1);
        }
      },
    ),
    { numRuns: 14, examples: [[example]] },
  );
  // Chains that end nothing and air nothing would show nothing.
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["draft", "cancelled", "dispatching"]));
});
