import { execFileSync } from "node:child_process";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { builtCommand } from "../../../test/helpers/built.ts";
import { keepSecretForAll } from "../../../test/helpers/secrets.ts";
import { flow, flows, flowsRun } from "../flow.ts";
import { settled } from "../pages.ts";
import { type Ask, askAs } from "../world/ask.ts";
import { TOWNSHIPS } from "../world/places.ts";
import { approveDraft, submitDraft, type Written, writeDraft } from "../world/stage.ts";
import { type RunningWorld, startWorld, type WorldPerson } from "../world/start-world.ts";

const FIRST: WorldPerson = {
  id: "he.jing",
  name: "何静",
  password: keepSecretForAll("waits for nobody at noon"),
};
const APPROVER = "approver";

/** A platform on which approvers wait, as they do outside of demos. */
let world: RunningWorld;
beforeAll(async () => {
  if (flowsRun() === null) return;
  world = await startWorld({ PRIVILEGED_GRANT_DELAY_HOURS: "24" });
  // Whoever was made on the machine goes back to nobody, and so has nobody in common with one who was made by a key.
  await world.restart(async (env) => {
    const { id, name, password } = FIRST;
    const whole = ["--tenant", "demo-emergency", "--role", "administrator", "--region", "all"];
    const command = ["person", "create", id, "--name", name, ...whole, "--password-stdin"];
    const run = [...builtCommand("app/cli/access"), ...command];
    execFileSync(process.execPath, run, { env: { PATH: process.env.PATH, ...env }, input: `${password}\n` });
  });
  // It starts twice.
}, 300_000);
afterAll(() => world?.stop());

interface Person {
  readonly grants: readonly { readonly role: string }[];
}
const rolesOf = async (ask: Ask, id: string) =>
  (await ask<Person>(`/v1/people/${id}`)).grants.map(({ role }) => role);
const waitingOf = async (ask: Ask) => (await ask<{ waiting: object[] }>("/v1/me")).waiting;

/** What somebody else has written and submitted, for an approver to decide. */
async function submitted(): Promise<Written> {
  const officer = await askAs(world.facts, world.facts.people.dutyOfficer);
  const draft = await writeDraft(officer, TOWNSHIPS.writing);
  await submitDraft(officer, draft);
  return draft;
}

/** Adds the role of an approver over the county to somebody's rights, by the form. */
async function makeApprover(page: Page, { id }: WorldPerson): Promise<void> {
  await page.goto(`/console/admin/people/${id}`);
  await settled(page);
  await page.getByRole("button", { name: "再加一项权限" }).click();
  const right = page.getByRole("group", { name: "2", exact: true });
  await right.getByLabel("角色").selectOption(APPROVER);
  const regions = right.getByRole("combobox", { name: "区域" });
  await regions.fill(DEMO_COUNTY);
  await regions.press("Enter");
  await right.getByRole("button", { name: /^去掉 .*520326$/ }).waitFor();
  await page.getByRole("button", { name: "保存权限" }).click();
  await page.getByText(/^能响的步骤要等到 .*，或由另一位无关的管理员确认。$/).waitFor();
}

const rowWith = (page: Page, { id }: WorldPerson) => page.getByRole("row").filter({ hasText: id });

/** The row of a change that waits, on the page of these. */
async function rowOf(page: Page, person: WorldPerson) {
  await page.goto("/console/admin/changes");
  await settled(page);
  const row = rowWith(page, person);
  await row.waitFor();
  return row;
}

flows("a change of rights that waits for a second administrator", () => {
  flow("is not confirmed by who made it, who is told why, and holds once another has", async ({ signIn }) => {
    const second = world.facts.people.administrator;
    const person = world.facts.people.dispatcher;
    const at = { origin: world.facts.origin };
    const own = await askAs(world.facts, person);
    const draft = await submitted();
    const { page } = await signIn(FIRST, at);
    await makeApprover(page, person);
    await expect(approveDraft(own, draft)).rejects.toThrow(/403.*waits until then/);
    expect(await waitingOf(own)).toHaveLength(1);

    const row = await rowOf(page, person);
    await row.getByText(`你自己做的，不能由你确认。可由${second.name}确认`).waitFor();
    expect(await row.getByRole("button", { name: "确认", exact: true }).count()).toBe(0);
    const maker = await askAs(world.facts, FIRST);
    const { items } = await maker<{ items: { id: number; person: { id: string } }[] }>("/v1/access/changes");
    const change = items.find((one) => one.person.id === person.id)!;
    await expect(maker(`/v1/access/changes/${change.id}/confirm`, { method: "POST" })).rejects.toThrow(
      "not_independent",
    );
    await expect(approveDraft(own, draft)).rejects.toThrow("403");

    const other = (await signIn(second, at)).page;
    await (await rowOf(other, person)).getByRole("button", { name: "确认", exact: true }).click();
    await other.getByText("已确认，立即生效").waitFor();
    await rowWith(other, person).waitFor({ state: "detached" });
    expect(await waitingOf(own)).toEqual([]);
    await approveDraft(own, draft);
    expect(await own(`/v1/broadcasts/${draft.id}`)).toMatchObject({ approvedBy: person.id });
  });

  flow("is gone once another has refused it, with the reason on record", async ({ signIn }) => {
    const second = world.facts.people.administrator;
    const person = world.facts.people.operator;
    const at = { origin: world.facts.origin };
    const own = await askAs(world.facts, person);
    const draft = await submitted();
    await makeApprover((await signIn(FIRST, at)).page, person);
    const asked = await askAs(world.facts, second);
    expect(await rolesOf(asked, person.id)).toEqual(["operator", APPROVER]);

    const { page } = await signIn(second, at);
    await (await rowOf(page, person)).getByRole("button", { name: "退回…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("理由").fill("运维员不当审批员");
    await dialog.getByRole("button", { name: "退回", exact: true }).click();
    await page.getByText("已退回").waitFor();
    await rowWith(page, person).waitFor({ state: "detached" });
    expect(await rolesOf(asked, person.id)).toEqual(["operator"]);
    expect(await waitingOf(own)).toEqual([]);
    await expect(approveDraft(own, draft)).rejects.toThrow(/403.*may not do 'broadcasts:approve'/);
    const { items } = await asked<{ items: object[] }>(`/v1/access/changes?state=all&person=${person.id}`);
    expect(items).toMatchObject([
      { kind: "grants", state: "refused", decidedBy: second.id, reason: "运维员不当审批员" },
    ]);
  });
});
