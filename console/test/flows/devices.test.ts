import type { Page } from "playwright-core";
import { expect } from "vitest";
import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import type { Ask } from "../world/ask.ts";
import { TOWNSHIPS } from "../world/places.ts";
import { addPerson, type WorldPerson } from "../world/start-world.ts";

const COUNTY = { regions: [DEMO_COUNTY], kinds: "all", tenants: "all", devices: "all" };
/** A busy machine counts slowly; without the stream nothing would come at all. */
const SHOWN_LIVE = { timeout: 40_000 };

interface Device {
  readonly name: string;
  readonly kind: string;
  readonly regionCode: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

let made = 0;
const newId = (kind: string) => `${kind}-flow-${process.pid}-${++made}`;

const newInstaller = (ask: Ask): Promise<WorldPerson> =>
  addPerson(ask, newId("installer"), "马超", [{ role: "installer", area: COUNTY }]);

/** Two villages of a township, whose names differ. */
async function twoVillages(ask: Ask) {
  const { items } = await ask<{ items: { code: string; name: string }[] }>(
    `/v1/regions?parent=${TOWNSHIPS.green}&limit=10`,
  );
  return [items[0]!, items[1]!] as const;
}

/** Goes down the tree of regions, as the select leads it. */
async function choosePlace(page: Page, ...codes: readonly string[]): Promise<void> {
  const place = page.getByRole("dialog").getByLabel("所在地");
  for (const code of codes) {
    await place.locator(`option[value="${code}"]`).waitFor({ state: "attached" });
    await place.selectOption(code);
  }
}

/** Adds a device by the form of the list, with the password that it is given. */
async function addByForm(page: Page, id: string, village: string): Promise<string> {
  await page.goto("/console/devices");
  await settled(page);
  await page.getByRole("button", { name: "登记设备" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("编号", { exact: true }).fill(id);
  await dialog.getByLabel("种类").selectOption("gas-meter");
  await dialog.getByLabel("名称").fill("晒谷场边的燃气表");
  await choosePlace(page, TOWNSHIPS.green, village);
  await dialog.getByLabel("属性").fill("楼栋=7\n用途=食堂");
  await dialog.getByRole("button", { name: "登记", exact: true }).click();
  const password = await dialog.locator("code").innerText();
  await dialog.getByRole("button", { name: "我已保存" }).click();
  await page.waitForURL(`**/console/devices/${id}`);
  await settled(page);
  return password;
}

/** What the page of a device says of it. */
async function expectShown(page: Page, { name, place, use }: Record<"name" | "place" | "use", string>) {
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const text = () => page.locator("main").innerText();
  await expect.poll(text, SHOWN_LIVE).toContain(place);
  await expect.poll(text, SHOWN_LIVE).toMatch(new RegExp(`用途\\s*${use}`));
}

flows("a device", () => {
  flow(
    "is added and changed by whoever puts it up, and the list, its page, the API and another tab say the same",
    async ({ signIn, ask }) => {
      const api = await ask();
      const installer = await newInstaller(api);
      const own = await ask(installer);
      const [first, second] = await twoVillages(api);
      const id = newId("gm");
      const visit = await signIn(installer);
      const { page } = visit;
      const password = await addByForm(page, id, first.code);
      expect(password.length).toBeGreaterThan(20);
      await expectShown(page, { name: "晒谷场边的燃气表", place: shortOf(first), use: "食堂" });
      expect(await own<Device>(`/v1/devices/${id}`)).toMatchObject({
        name: "晒谷场边的燃气表",
        kind: "gas-meter",
        regionCode: first.code,
        attributes: { 楼栋: 7, 用途: "食堂" },
      });

      const other = await visit.newTab();
      await other.goto(`/console/devices/${id}`);
      await other.getByText("实时", { exact: true }).waitFor();
      await expectShown(other, { name: "晒谷场边的燃气表", place: shortOf(first), use: "食堂" });

      await page.getByRole("button", { name: "修改…" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("名称").fill("学校食堂的燃气表");
      await choosePlace(page, TOWNSHIPS.green, second.code);
      await dialog.getByLabel("属性").fill("楼栋=7\n用途=学校");
      const saving = page.waitForRequest((request) => request.method() === "PATCH");
      await dialog.getByRole("button", { name: "保存" }).click();
      // What was left alone is not sent: somebody else may have changed it meanwhile.
      expect(Object.keys((await saving).postDataJSON()).sort()).toEqual(["attributes", "name", "regionCode"]);
      await dialog.waitFor({ state: "detached" });
      const changed = { name: "学校食堂的燃气表", place: shortOf(second), use: "学校" };
      await expectShown(page, changed);
      await expectShown(other, changed);
      expect(await own<Device>(`/v1/devices/${id}`)).toMatchObject({
        name: changed.name,
        regionCode: second.code,
        attributes: { 楼栋: 7, 用途: "学校" },
      });
      await expectListed(page, id, changed);
      await api(`/v1/devices/${id}`, { method: "DELETE" });
    },
  );

  flow(
    "is not added under an id that is taken, and the form keeps what was written",
    async ({ signIn, ask }) => {
      const api = await ask();
      const installer = await newInstaller(api);
      const [village] = await twoVillages(api);
      const id = newId("gm");
      await api("/v1/devices", { method: "POST", body: { id, kind: "gas-meter", regionCode: village.code } });
      const { page, expectNote } = await signIn(installer);
      expectNote(/status of 409/);
      await page.goto("/console/devices");
      await settled(page);
      await page.getByRole("button", { name: "登记设备" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel("编号", { exact: true }).fill(id);
      await dialog.getByLabel("种类").selectOption("gas-meter");
      await dialog.getByLabel("名称").fill("第二台");
      await choosePlace(page, TOWNSHIPS.green, village.code);
      await dialog.getByRole("button", { name: "登记", exact: true }).click();
      await dialog.getByRole("alert").first().waitFor();
      expect(await dialog.getByLabel("名称").inputValue()).toBe("第二台");
      expect(await api<Device>(`/v1/devices/${id}`)).toMatchObject({ name: null });
      await api(`/v1/devices/${id}`, { method: "DELETE" });
    },
  );
});

/** As the console shows a village. */
const shortOf = ({ name }: { name: string }) =>
  name.replace(/(村民|居民)?委员会$/, "").replace(/村村民$/, "村");

/** Finds the device in the list by its id. */
async function expectListed(page: Page, id: string, { name, place }: { name: string; place: string }) {
  await page.goto(`/console/devices?q=${id}`);
  await settled(page);
  const row = page.getByRole("row").filter({ hasText: id });
  await row.getByRole("link", { name }).waitFor();
  await expect.poll(() => row.innerText()).toContain(place);
}
