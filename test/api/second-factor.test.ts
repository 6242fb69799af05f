import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal } from "../../access/decide.ts";
import type { Role } from "../../access/roles.ts";
import type { DecidingStep } from "../../access/steps.ts";
import { type AlertText, alertText, referenceOf, SENT } from "../broadcast/cap-text.ts";
import { insertSpeaker, insertVillages } from "../broadcast/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { keepSecret } from "../helpers/secrets.ts";
import { saveTotpForTest } from "../helpers/totp.ts";
import { draftBody } from "./broadcasts-world.ts";

const PASSWORD = keepSecret("a long enough password");

let db: TestDatabase;
let app: TestPeople;
/** The secrets of those who have set up a second factor. */
const secrets = new Map<string, string>();

beforeAll(async () => {
  db = await createTestDatabase();
  await insertVillages(db.pool);
  await insertSpeaker(db.pool, "sp-1", "520326001001");
  app = await startPeople(db, {
    secondFactor: { requiredFor: new Set<Role>(["approver"]), stepUp: new Set(["release", "submit"]) },
  });
  for (const [id, role] of [
    ["writer", "dispatcher"],
    ["officer", "duty-officer"],
    ["plain.officer", "duty-officer"],
    ["approver", "approver"],
    ["plain.approver", "approver"],
  ] as const) {
    await app.addPerson(id, { password: PASSWORD, role });
    if (id.startsWith("plain")) continue;
    secrets.set(id, await saveTotpForTest(db.pool, id));
  }
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

/** The code that the app of this person shows now. */
const codeOf = (id: string) =>
  new TOTP({ secret: Secret.fromBase32(secrets.get(id)!) }).generate({ timestamp: app.now() });

/** Waits for the next code by moving the clock. */
const nextCode = (id: string) => {
  app.pass(30_000);
  return codeOf(id);
};

const signIn = (id: string) => {
  app.pass(30_000);
  return signInForToken(app, id, PASSWORD, secrets.has(id) ? { code: codeOf(id) } : {});
};

const call = async (token: string, method: "GET" | "POST" | "DELETE", url: string, payload?: object) => {
  const { status, json } = await app.send({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(payload ? { payload } : {}),
  });
  return { status, json };
};
const step = async (token: string, id: string, name: string, more: object = {}) => {
  const { status, json } = await call(token, "POST", `/v1/broadcasts/${id}/${name}`, {
    revision: 1,
    ...more,
  });
  return status === 200 ? json.state : json.code;
};
const write = async (token: string, change: object = {}) =>
  (await call(token, "POST", "/v1/broadcasts", draftBody({ level: 1, ...change }))).json.id as string;

const shownStep = async (token: string, id: string, action: string) => {
  const { json } = await call(token, "GET", `/v1/broadcasts/${id}`);
  const found = json.steps.find((each: { action: string }) => each.action === action);
  return [found.allowed, found.code, found.needsCode];
};

async function submitted(): Promise<string> {
  const writer = await signIn("writer");
  const id = await write(writer);
  expect(await step(writer, id, "submit", { code: nextCode("writer") })).toBe("pending_approval");
  return id;
}

describe("a role that needs a second factor", () => {
  it("takes its steps in a session that was opened with one, and in no other", async () => {
    const id = await submitted();
    const plain = await signIn("plain.approver");
    expect(await shownStep(plain, id, "approve")).toEqual([false, "second_factor_required", false]);
    for (const name of ["approve", "return", "reject", "cancel", "review"]) {
      expect(await step(plain, id, name, { reason: "because" })).toBe("second_factor_required");
    }
    // It is about this person's sign-in, not about the broadcast: nothing of that is told before.
    expect(await step(plain, "bc-none", "approve")).toBe("second_factor_required");
    const approver = await signIn("approver");
    expect(await shownStep(approver, id, "approve")).toEqual([true, null, false]);
    expect(await step(approver, id, "approve")).toBe("dispatching");
  });

  it("is not asked of who set it up after the sign-in, until the next one", async () => {
    const id = await submitted();
    await app.addPerson("late.approver", { password: PASSWORD, role: "approver" });
    const before = await signIn("late.approver");
    secrets.set("late.approver", await saveTotpForTest(db.pool, "late.approver"));
    expect(await step(before, id, "approve")).toBe("second_factor_required");
    expect(await step(await signIn("late.approver"), id, "approve")).toBe("dispatching");
  });

  it("is asked again in every open session when the factor was removed, by whoever removed it", async () => {
    const removals: [string, (token: string, id: string) => Promise<{ status: number }>][] = [
      [
        "own",
        (token, id) => call(token, "DELETE", "/v1/me/totp", { password: PASSWORD, code: nextCode(id) }),
      ],
      ["administrator", (_, id) => app.call({ method: "DELETE", url: `/v1/people/${id}/totp` })],
    ];
    for (const [by, remove] of removals) {
      const id = `removed.${by}`;
      await app.addPerson(id, { password: PASSWORD, role: "approver" });
      secrets.set(id, await saveTotpForTest(db.pool, id));
      const broadcast = await submitted();
      const sessions = [await signIn(id), await signIn(id)];
      expect(await shownStep(sessions[0]!, broadcast, "approve")).toEqual([true, null, false]);
      expect((await remove(sessions[0]!, id)).status).toBeLessThan(300);
      const { rows } = await db.pool.query("select second_factor from sessions where principal_id = $1", [
        id,
      ]);
      expect([by, ...rows.map((row) => row.second_factor)]).toEqual([by, false, false]);
      // Nor does another factor help that is set up from such a session.
      secrets.set(id, await saveTotpForTest(db.pool, id));
      for (const session of sessions) {
        const { json } = await call(session, "GET", `/v1/broadcasts/${broadcast}`);
        const approve = json.steps.find((each: { action: string }) => each.action === "approve");
        expect([by, approve.allowed]).toEqual([by, false]);
        expect(await step(session, broadcast, "approve")).not.toBe("dispatching");
      }
      if (by === "own") {
        expect(await step(sessions[1]!, broadcast, "approve")).toBe("second_factor_required");
        expect(await step(await signIn(id), broadcast, "approve")).toBe("dispatching");
      }
    }
  });

  it("is not asked where another role takes the step", async () => {
    const id = await write(await signIn("writer"));
    expect(await step(await signIn("plain.officer"), id, "cancel", { reason: "because" })).toBe("cancelled");
  });
});

describe("a step that needs a fresh code", () => {
  it("is refused without one, with a wrong one and with one that was used, and taken with the present one", async () => {
    const officer = await signIn("officer");
    const id = await write(officer);
    expect(await shownStep(officer, id, "release")).toEqual([true, null, true]);
    expect(await step(officer, id, "release")).toBe("step_up_required");
    const code = nextCode("officer");
    const wrong = code === "000000" ? "000001" : "000000";
    expect(await step(officer, id, "release", { code: wrong })).toBe("second_factor_wrong");
    expect(await step(officer, id, "release", { code })).toBe("dispatching");
    const other = await write(officer);
    expect(await step(officer, other, "release", { code })).toBe("second_factor_wrong");
    expect(await step(officer, other, "release", { code: nextCode("officer") })).toBe("dispatching");
  });

  it("does not use up the code of a step that was refused for another reason", async () => {
    const officer = await signIn("officer");
    const closed = await write(officer, { level: 3 });
    const code = nextCode("officer");
    expect(await step(officer, closed, "release", { code })).toBe("green_channel_closed");
    const open = await write(officer);
    expect(await step(officer, open, "release", { code, revision: 2 })).toBe("broadcast_changed");
    expect(await step(officer, open, "release", { code })).toBe("dispatching");
  });

  it("works once, however many steps bring the same code at the same time", async () => {
    const officer = await signIn("officer");
    const ids = [await write(officer), await write(officer), await write(officer)];
    const code = nextCode("officer");
    const answers = await Promise.all(ids.map((id) => step(officer, id, "release", { code })));
    expect(answers.sort()).toEqual(["dispatching", "second_factor_wrong", "second_factor_wrong"]);
  });

  it("cannot be guessed: after ten wrong codes the next are refused for a while, the right one too", async () => {
    const officer = await signIn("officer");
    const id = await write(officer);
    const code = nextCode("officer");
    const answers: string[] = [];
    for (let i = 0; i < 13; i++) {
      const guess = String((Number(code) + 1 + i) % 1_000_000).padStart(6, "0");
      answers.push(await step(officer, id, "release", { code: guess }));
    }
    expect(answers.filter((answer) => answer === "second_factor_wrong")).toHaveLength(10);
    expect(await step(officer, id, "release", { code })).toBe("too_many_attempts");
    app.pass(60_000);
    expect(await step(officer, id, "release", { code: codeOf("officer") })).toBe("dispatching");
  });

  it("is closed to who has no second factor, and to keys, and says what to do", async () => {
    const plain = await signIn("plain.officer");
    const id = await write(plain);
    expect(await shownStep(plain, id, "release")).toEqual([false, "step_up_required", true]);
    expect(await step(plain, id, "release", { code: "123456" })).toBe("step_up_required");
    const key = await app.addApplication("feed", {
      scopes: ["broadcasts:read", "broadcasts:draft", "broadcasts:submit"],
    });
    await db.pool.query("update principals set owner_id = 'writer' where id = 'feed'");
    await app.directory.refresh();
    const own = await write(key);
    expect(await shownStep(key, own, "submit")).toEqual([false, "step_up_required", true]);
    expect(await step(key, own, "submit", { code: "123456" })).toBe("step_up_required");
  });

  it("takes a sign-in through the provider with a second factor for a code, for five minutes", async () => {
    await app.addPerson("external", { role: "duty-officer" });
    const open = async (secondFactor: boolean) => {
      const person = app.directory.findPrincipal("external") as Principal;
      const visitor = { address: "127.0.0.1", userAgent: undefined, requestId: "test" };
      const { token } = await app.people.signIn.open(
        person,
        "bearer",
        { via: "provider", secondFactor },
        visitor,
      );
      return keepSecret(token);
    };
    const without = await open(false);
    const id = await write(without);
    expect(await step(without, id, "release")).toBe("step_up_required");
    const fresh = await open(true);
    expect(await step(fresh, id, "release")).toBe("dispatching");
    const next = await write(fresh);
    app.pass(5 * 60_000);
    expect(await step(fresh, next, "release")).toBe("step_up_required");
  });

  it("leaves its refusals in the audit", async () => {
    const officer = await signIn("officer");
    const id = await write(officer);
    await step(officer, id, "release");
    const { rows } = await db.pool.query(
      "select action, after ->> 'code' as code from audit where object_id = $1 and action like '%.refused'",
      [id],
    );
    expect(rows).toEqual([{ action: "broadcast.release.refused", code: "step_up_required" }]);
  });
});

describe("an alert that nobody trusted has signed", () => {
  const TYPE = { "content-type": "application/cap+xml" };
  const LATER = new Date(SENT.getTime() + 5000);
  let made = 0;

  /** What one becomes, and what it refers to, under some rules: of an Update, and of a Cancel. */
  async function withdrawn(
    rules: Parameters<typeof startPeople>[1],
    token: (elsewhere: TestPeople) => Promise<string>,
  ): Promise<[string, string[]][]> {
    const elsewhere = await startPeople(db, rules);
    try {
      const headers = { authorization: `Bearer ${await token(elsewhere)}` };
      const take = async (alert: AlertText) => {
        const payload = alertText(alert);
        return elsewhere.send({
          method: "POST",
          url: "/v1/broadcasts",
          headers: { ...headers, ...TYPE },
          payload,
        });
      };
      const outcomes: [string, string[]][] = [];
      for (const msgType of ["Update", "Cancel"]) {
        const identifier = `alert-${++made}`;
        const { id } = (await take({ identifier })).json.items[0];
        const references = [referenceOf({ identifier })];
        const { status, json } = await take({
          identifier: `${identifier}-${msgType}`,
          msgType,
          references,
          sent: LATER,
        });
        expect(status).toBe(msgType === "Update" ? 201 : 200);
        const { state } = (await elsewhere.send({ method: "GET", url: `/v1/broadcasts/${id}`, headers }))
          .json;
        const rules = json.warnings.map(({ rule }: { rule: string }) => rule);
        outcomes.push([state, rules.filter((rule: string) => rule !== "signature_absent")]);
      }
      return outcomes;
    } finally {
      await elsewhere.stop();
    }
  }
  const WITHDRAWN = [
    ["cancelled", []],
    ["cancelled", []],
  ];
  const PROPOSED = [
    ["draft", ["older_goes_on"]],
    ["draft", ["cancel_proposed"]],
  ];

  it("cancels by no other sign-in than the step would ask for", async () => {
    await app.addPerson("plain.writer", { password: PASSWORD, role: "dispatcher" });
    const scopes = ["broadcasts:read", "broadcasts:draft", "broadcasts:cancel"];
    const key = await app.addApplication("weather.feed", { scopes });
    const plain = (at: TestPeople) => signInForToken(at, "plain.writer", PASSWORD, {});
    const proven = (at: TestPeople) => {
      const code = nextCode("writer");
      at.pass(app.now() - at.now());
      return signInForToken(at, "writer", PASSWORD, { code });
    };
    const robot = async () => key;
    const required = {
      secondFactor: { requiredFor: new Set<Role>(["dispatcher"]), stepUp: new Set<DecidingStep>() },
    };
    const fresh = {
      secondFactor: { requiredFor: new Set<Role>(), stepUp: new Set<DecidingStep>(["cancel"]) },
    };
    expect(await withdrawn({}, plain)).toEqual(WITHDRAWN);
    expect(await withdrawn(required, plain)).toEqual(PROPOSED);
    expect(await withdrawn(required, proven)).toEqual(WITHDRAWN);
    expect(await withdrawn(required, robot)).toEqual(WITHDRAWN);
    // No alert carries a code.
    for (const who of [proven, robot]) expect(await withdrawn(fresh, who)).toEqual(PROPOSED);
  });
});
