import { afterAll, beforeAll, expect } from "vitest";
import type { Grant } from "../../access/decide.ts";
import type { Role } from "../../access/roles.ts";
import { insertSpeaker, insertVillages } from "../broadcast/fixtures.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/db.ts";
import { areaOf } from "../helpers/limits.ts";
import { signInForToken, startPeople, type TestPeople } from "../helpers/people.ts";
import { ADMIN_KEY } from "./harness.ts";

/**
 * The API with people who sign in, and a speaker. Whoever is made by `person` is made as on the machine: nobody is
 * their maker.
 */
export let db: TestDatabase;
export let app: TestPeople;
export const PASSWORD = "six geese over the dam";
/** Tokens by who they are of. */
export const tokens = new Map<string, string>([["key", ADMIN_KEY]]);
export const everywhere = areaOf({});

/** Two administrators, a dispatcher and an approver; of a test file's own. */
export function useInsiderWorld(): void {
  beforeAll(async () => {
    db = await createTestDatabase();
    await insertVillages(db.pool);
    await insertSpeaker(db.pool, "sp-1", "520326001001", { connected: true });
    app = await startPeople(db);
    await person("ann", "administrator");
    // Independent of the first: both were made on the machine.
    await person("carl", "administrator");
    await person("dora", "dispatcher");
    await person("xu", "approver");
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await db.drop();
  });
}

export async function person(id: string, role: Role, grants: Grant[] = [{ role, area: everywhere }]) {
  await app.addPerson(id, { password: PASSWORD, grants });
  await signIn(id);
}

export async function signIn(id: string, password = PASSWORD): Promise<void> {
  tokens.set(id, await signInForToken(app, id, password));
}

export const send = (
  who: string,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  url: string,
  payload?: object,
) =>
  app.send({
    method,
    url: `/v1${url}`,
    headers: { authorization: `Bearer ${tokens.get(who)}` },
    ...(payload ? { payload } : {}),
  });
export const outcome = ({ status, json }: { status: number; json: { code?: string } }) => [
  status,
  json?.code ?? "",
];
export const OK = [200, ""];
export const FORBIDDEN = [403, "forbidden"];

export async function draft(who: string, region = "520326"): Promise<string> {
  const body = { mode: "actual", level: 2, eventCode: "11D01", target: { regions: [region] } };
  const answer = await send(who, "POST", "/broadcasts", body);
  expect(answer.status, answer.text).toBe(201);
  return answer.json.id;
}
export async function step(who: string, id: string, name: string) {
  const { json } = await send("key", "GET", `/broadcasts/${id}`);
  return send(who, "POST", `/broadcasts/${id}/${name}`, { revision: json.revision, reason: "a test" });
}
/** What becomes of approving what a dispatcher has submitted. */
export async function approving(who: string, region?: string) {
  const id = await draft("dora", region);
  expect(outcome(await step("dora", id, "submit"))).toEqual(OK);
  return outcome(await step(who, id, "approve"));
}

let made = 0;
/** Somebody whom an administrator makes over HTTP, and as whom that administrator then signs in. */
export async function puppet(maker: string, role: Role): Promise<string> {
  const id = `puppet-${++made}`;
  const grants = [{ role, area: everywhere }];
  const body = { id, name: "A puppet", tenantId: "county", grants };
  expect((await send(maker, "POST", "/people", body)).status).toBe(201);
  await reset(maker, id);
  return id;
}
export async function reset(
  who: string,
  id: string,
  password = `another way ${++made} over the dam`,
): Promise<void> {
  expect((await send(who, "PUT", `/people/${id}/password`, { password })).status).toBe(200);
  await signIn(id, password);
}
export const waitingFor = async (id: string) =>
  (await send("carl", "GET", `/access/changes?person=${id}`)).json.items as { id: number; kind: string }[];
/** Confirms everything that waits for somebody, by the latest change. */
export async function confirming(who: string, id: string) {
  const [latest] = await waitingFor(id);
  return outcome(await send(who, "POST", `/access/changes/${latest!.id}/confirm`));
}
export const actionsOf = async (who: string): Promise<string[]> =>
  (await send(who, "GET", "/me")).json.actions.map(({ action }: { action: string }) => action);
