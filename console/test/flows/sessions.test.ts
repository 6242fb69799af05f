import { expect } from "vitest";
import { DEMO_COUNTY } from "../../../seeds/demo-plan.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import { addPerson } from "../world/start-world.ts";

const COUNTY = { regions: [DEMO_COUNTY], kinds: "all", tenants: "all", devices: "all" };

flows("somebody's sessions", () => {
  flow(
    "are seen and ended by an administrator, and their page asks for the password at once",
    async ({ signIn, ask }) => {
      const id = `signed-in-${process.pid}`;
      const person = await addPerson(await ask(), id, "何晓", [{ role: "viewer", area: COUNTY }]);
      const theirs = await signIn(person, { fresh: true });
      theirs.expectNote(/status of 401/);
      await theirs.page.goto("/console/me");
      await theirs.page.getByText("实时", { exact: true }).waitFor();

      const { page } = await signIn("administrator");
      await page.goto(`/console/admin/people/${id}`);
      await settled(page);
      const table = page.getByRole("table", { name: "登录着的地方" });
      await table.getByText(/Chrome · Linux/).waitFor();
      await page.getByRole("button", { name: "全部退出…" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "全部退出" }).click();
      await page.getByText("现在没有登录").waitFor();
      await theirs.page.getByRole("dialog").getByText("登录已失效").waitFor();
      // The password stays.
      const own = await ask(person);
      expect(await own("/v1/me")).toMatchObject({ id });
    },
  );
});
