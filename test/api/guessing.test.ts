import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createPasswordHasher } from "../../accounts/password-hash.ts";
import { networkOf } from "../../base/networks.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { HOUR, signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";

const PASSWORD = "a quite good password";
const DAY = 24 * HOUR;

let db: TestDatabase;
let app: TestPeople;

beforeAll(async () => {
  db = await createTestDatabase();
  // The real function, at a hundredth of its cost and memory: dear enough that a queue builds up.
  app = await startPeople(db, { hasher: createPasswordHasher({ cost: { ln: 10, r: 8, p: 1 } }) });
  await app.addPerson("li.na", { password: PASSWORD });
  await app.addPerson("wang.fang", { password: PASSWORD });
});
afterAll(async () => {
  await app.stop();
  await db.drop();
});

const signIn = (running: TestPeople, address: string, username: string, password: string) =>
  running.send({ method: "POST", url: "/v1/sessions", payload: { username, password }, address });

/** One of the 65,536 networks of a /48. */
const network = (n: number) => `2001:db8:1:${((n * 40_503) & 0xffff).toString(16)}::${n.toString(16)}`;
const stranger = (n: number) => `10.0.${n >> 8}.${n & 255}`;

/** Guesses from all over a /48, at one person and at names that may or may not be there. */
async function guess(running: TestPeople, count: number): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let n = 0; n < count; n += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        signIn(running, network(n + i), i % 2 === 0 ? "li.na" : `id-${n + i}`, `guess ${n + i}`),
      ),
    );
    for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

describe("whoever guesses from all networks of a /48", () => {
  it("keeps nobody out who signed in from their address before, nor strangers elsewhere for long", async () => {
    const home = "2001:db8:1:beef::5";
    await signInForToken(app, "li.na", PASSWORD, { address: home });
    for (let minute = 0; minute < 3; minute++) {
      const statuses = await guess(app, 200);
      expect(Object.keys(statuses).every((status) => ["401", "429", "503"].includes(status))).toBe(true);
      // How many exactly is the gate's own test to say.
      expect(statuses[429]).toBeGreaterThan(100);
      // Another address of the same /64.
      await signInForToken(app, "li.na", PASSWORD, { address: "2001:db8:1:beef::77" });
      await signInForToken(app, "wang.fang", PASSWORD, { address: `203.0.113.${minute}` });
      await signInForToken(app, "li.na", PASSWORD, { address: `198.51.100.${minute}` });
      app.pass(60_000);
    }
  });

  it("keeps nobody from what needs the password again within a session, wherever they are by now", async () => {
    const token = await signInForToken(app, "li.na", PASSWORD, { address: "2001:db8:1:beef::5" });
    for (let n = 0; n < 30; n++) await signIn(app, stranger(n), "li.na", "a guess");
    const change = (current: string) =>
      app.send({
        method: "PUT",
        url: "/v1/me/password",
        payload: { current, new: PASSWORD },
        headers: { authorization: `Bearer ${token}` },
        address: "192.0.2.200",
      });
    expect((await change(PASSWORD)).status).toBe(204);
    const codes = [];
    for (let n = 0; n < 11; n++) codes.push((await change("a guess")).json.code);
    expect(codes).toEqual([...Array(10).fill("wrong_password"), "too_many_attempts"]);
  });
});

describe("while strangers from everywhere fill the queue of passwords to be looked at", () => {
  it("somebody at a known address is served before all that wait", async () => {
    const real = createPasswordHasher({ cost: { ln: 13, r: 8, p: 1 } });
    const looked: string[] = [];
    let asked = 0;
    let lookedBefore = 0;
    const busy = await startPeople(db, {
      hasher: {
        ...real,
        async verify(password, phc, turn) {
          asked++;
          if (password === PASSWORD) lookedBefore = looked.length;
          const answer = await real.verify(password, phc, turn);
          looked.push(password);
          return answer;
        },
      },
    });
    await busy.addPerson("officer", { password: PASSWORD });
    const address = "192.0.2.60";
    await signInForToken(busy, "officer", PASSWORD, { address });
    looked.length = 0;
    const strangers = Array.from({ length: 100 }, (_, n) =>
      signIn(busy, stranger(1000 + n), `nobody-${n}`, "a guess").then(({ status }) => status),
    );
    // Two are looked at, 40 wait, and the next ones are sent away.
    await expect.poll(() => asked, { interval: 1 }).toBeGreaterThan(45);
    await signInForToken(busy, "officer", PASSWORD, { address });
    // Two were under way, and some that began beside it may be quicker. In order, it would be the last of 40.
    expect(looked.indexOf(PASSWORD) - lookedBefore).toBeLessThan(10);
    const statuses = await Promise.all(strangers);
    expect([...new Set(statuses)].sort()).toEqual([401, 503]);
    expect(looked.length - lookedBefore).toBeGreaterThan(10);
    await busy.stop();
  });
});

describe("where people have signed in from", () => {
  const kept = async (id: string) =>
    (
      await db.pool.query<{ network: string }>(
        "select network from known_addresses where principal_id = $1 order by seen_at desc",
        [id],
      )
    ).rows.map(({ network: one }) => one);

  it("is kept as networks, the latest 32 of each person", async () => {
    await app.addPerson("traveller", { password: PASSWORD });
    const addresses = Array.from({ length: 34 }, (_, n) => `2001:db8:2:${n.toString(16)}::${n + 1}`);
    for (const address of addresses) {
      app.pass(1000);
      await signInForToken(app, "traveller", PASSWORD, { address });
    }
    expect(await kept("traveller")).toEqual(addresses.slice(-32).reverse().map(networkOf));
  });

  it("is known to another process and after a restart, for 90 days after the last time, and then removed", async () => {
    await app.addPerson("monthly", { password: PASSWORD });
    const address = "192.0.2.61";
    const isKnown = (running: TestPeople) => {
      const answer = running.gate.check(address, "monthly");
      running.gate.released(address, "monthly");
      return answer.allowed && answer.known;
    };
    const other = await startPeople(db);
    await other.people.tidy();
    await signInForToken(app, "monthly", PASSWORD, { address });
    expect([isKnown(app), isKnown(other)]).toEqual([true, false]);
    await other.people.tidy();
    expect(isKnown(other)).toBe(true);
    app.pass(89 * DAY);
    await app.people.tidy();
    expect([isKnown(app), await kept("monthly")]).toEqual([true, [address]]);
    app.pass(2 * DAY);
    await app.people.tidy();
    expect([isKnown(app), await kept("monthly")]).toEqual([false, []]);
    await other.stop();
  });
});
