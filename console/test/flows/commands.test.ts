import type { Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { connectDevice } from "../../../test/helpers/mqtt.ts";
import { keepSecret } from "../../../test/helpers/secrets.ts";
import { flow, flows } from "../flow.ts";
import { settled } from "../pages.ts";
import type { Ask } from "../world/ask.ts";
import { TOWNSHIPS } from "../world/places.ts";

interface Command {
  readonly commandId: string;
  readonly name: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

let made = 0;
/** A meter with a valve, that nobody else uses. */
async function newMeter(ask: Ask) {
  const id = `gm-told-${process.pid}-${++made}`;
  const name = `阀门试验表 ${made}`;
  const body = { id, name, kind: "gas-meter", regionCode: TOWNSHIPS.green };
  const { credentials } = await ask<{ credentials: { username: string; password: string } }>("/v1/devices", {
    method: "POST",
    body,
  });
  onTestFinished(() => ask(`/v1/devices/${id}`, { method: "DELETE" }));
  return { id, name, password: keepSecret(credentials.password) };
}

/** The meter on the line, as its maker's firmware would be: it answers each command with these replies. */
async function connectMeter(
  port: number,
  { id, password }: { id: string; password: string },
  replies: readonly Readonly<Record<string, unknown>>[],
) {
  const client = await connectDevice(port, id, password);
  const heard: Command[] = [];
  client.on("message", (_topic, payload) => {
    const command = JSON.parse(payload.toString()) as Command;
    heard.push(command);
    for (const reply of replies) {
      const observedAt = new Date().toISOString();
      const text = JSON.stringify({ commandId: command.commandId, observedAt, ...reply });
      client.publish(`v1/devices/${id}/replies`, text, { qos: 1 });
    }
  });
  await client.subscribeAsync(`v1/devices/${id}/commands`, { qos: 1 });
  return heard;
}

/** Closes the valve from the page of the meter. */
async function closeValve(page: Page, { id, name }: { id: string; name: string }): Promise<void> {
  await page.goto(`/console/devices/${id}`);
  await settled(page);
  await page.getByRole("button", { name: "关阀…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("原因").fill("邻居闻到煤气味");
  await dialog.getByLabel(`输入设备名称“${name}”以核对`).fill(name);
  await dialog.getByRole("button", { name: "发送：关阀" }).click();
}

const answers = (page: Page) => page.getByRole("list").filter({ hasText: "关阀" }).getByRole("listitem");

flows("a command", () => {
  flow(
    "reaches the device that is on the line, and its reply is on the page",
    async ({ signIn, ask, run }) => {
      const meter = await newMeter(await ask());
      const heard = await connectMeter(run.world.mqttPort, meter, [{ outcome: "done", turns: 4 }]);
      const { page } = await signIn("operator");
      await closeValve(page, meter);
      await expect.poll(() => answers(page).count()).toBe(1);
      expect(await answers(page).innerText()).toMatch(/^已完成 关阀 [\s\S]*turns 4$/);
      expect(heard).toEqual([
        { commandId: expect.any(String), name: "close-valve", parameters: { reason: "邻居闻到煤气味" } },
      ]);
      // It waits for nothing any more.
      expect(await page.getByText("已发出，等设备回复").count()).toBe(0);
      const own = await ask("operator");
      const { items } = await own<{ items: object[] }>(`/v1/devices/${meter.id}/replies`);
      expect(items).toMatchObject([{ commandId: heard[0]!.commandId, outcome: "done", data: { turns: 4 } }]);
    },
  );

  flow("that the device refuses says so, with its reason", async ({ signIn, ask, run }) => {
    const meter = await newMeter(await ask());
    const heard = await connectMeter(run.world.mqttPort, meter, [
      { outcome: "refused", reason: "valve_stuck" },
    ]);
    const { page } = await signIn("operator");
    await closeValve(page, meter);
    await expect.poll(() => answers(page).count()).toBe(1);
    expect(await answers(page).innerText()).toMatch(/^拒绝执行 关阀 [\s\S]*原因 valve_stuck$/);
    expect(heard).toHaveLength(1);
  });

  flow(
    "that the device has not answered waits on the page, which says that it was sent",
    async ({ signIn, ask, run }) => {
      const meter = await newMeter(await ask());
      const heard = await connectMeter(run.world.mqttPort, meter, []);
      const { page } = await signIn("operator");
      await closeValve(page, meter);
      await page.getByRole("status").filter({ hasText: "关阀: 已发出，等设备回复" }).waitFor();
      await expect.poll(() => heard.length).toBe(1);
      expect(await answers(page).count()).toBe(0);
    },
  );

  flow("to a device that is away is not sent, and the page says so", async ({ signIn, ask, run }) => {
    const meter = await newMeter(await ask());
    const { page, expectNote } = await signIn("operator");
    expectNote(/status of 409/);
    await closeValve(page, meter);
    const dialog = page.getByRole("dialog");
    await dialog.getByText("设备现在收不到命令，没有发出。等它上线后再发。").waitFor();
    // It does not come later, when the device is back.
    const heard = await connectMeter(run.world.mqttPort, meter, [{ outcome: "done" }]);
    await dialog.getByRole("button", { name: "发送：关阀" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => answers(page).count()).toBe(1);
    expect(heard).toHaveLength(1);
  });

  flow("is not offered to whoever may not send it, who is told who does", async ({ signIn, ask }) => {
    const meter = await newMeter(await ask());
    const { page } = await signIn("dispatcher");
    await page.goto(`/console/devices/${meter.id}`);
    await settled(page);
    await page.getByText("命令由有下发权限的运维员来发。").waitFor();
    expect(await page.getByRole("button", { name: "关阀…" }).count()).toBe(0);
    const own = await ask("dispatcher");
    const body = { name: "close-valve", parameters: { reason: "试试" } };
    await expect(own(`/v1/devices/${meter.id}/commands`, { method: "POST", body })).rejects.toThrow(
      "forbidden",
    );
  });
});
