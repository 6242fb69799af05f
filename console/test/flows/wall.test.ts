import type { Page, Route } from "playwright-core";
import { expect } from "vitest";
import { findBarriers } from "../browser/axe.ts";
import { layoutFaults } from "../browser/layout.ts";
import { findFaintTexts } from "../browser/svg-contrast.ts";
import { flow, flows } from "../flow.ts";
import type { Ask } from "../world/ask.ts";
import { giveStream, type StreamHandle } from "../world/own-stream.ts";

const COUNTY = "520326";
const HD = { width: 1920, height: 1080 } as const;
const UHD = { width: 3840, height: 2160 } as const;

interface Place {
  readonly code: string;
  readonly name: string;
}

const AREA = { regions: [COUNTY], kinds: "all", tenants: "all", devices: "all" };

/** Sets up a display as an administrator would. */
const addDisplay = (ask: Ask, name: string) =>
  ask<{ display: { id: string }; code: string }>("/v1/displays", {
    method: "POST",
    body: { name, tenantId: "demo-emergency", area: AREA },
  });

/** All villages of the county. */
async function readVillages(ask: Ask): Promise<Place[]> {
  const townships = await ask<{ items: Place[] }>(`/v1/regions?parent=${COUNTY}`);
  const lists = await Promise.all(
    townships.items.map(({ code }) => ask<{ items: Place[] }>(`/v1/regions?parent=${code}&limit=1000`)),
  );
  return lists.flatMap(({ items }) => items);
}

const NOBODY = { refused: 0, failed: 0, offline: 0, cancelled: 0, open: 0, partlyHeard: 0, sounded: 0 };
const STATES = ["sounded", "open", "failed", "offline", "refused"] as const;

/** A broadcast that this page is told of and that nobody else hears: speakers of a shared world must not sound for it. */
class PretendedAir {
  readonly #villages: readonly Place[];
  on:
    | { id: string; mode: "actual" | "drill"; level: number; sounded: number; releasedAt: number }
    | undefined;

  constructor(villages: readonly Place[]) {
    this.#villages = villages;
  }

  get counts() {
    const targets = this.#villages.length;
    const sounded = this.on?.sounded ?? 0;
    const nothing = {
      waiting: 0,
      handedOver: 0,
      acknowledged: 0,
      refused: 0,
      failed: 0,
      offline: 0,
      cancelled: 0,
    };
    return { ...nothing, targets, sounded, started: targets - sounded };
  }

  async answerFor(page: Page): Promise<void> {
    await page.route(/\/v1\/broadcasts\?.*playing/, (route) => route.fulfill({ json: this.#list() }));
    await page.route(/\/v1\/broadcasts\/pretended[^/]*\/coverage/, (route) => this.#coverage(route));
    await page.route(/\/v1\/broadcasts\/pretended[^/]*\/targets/, (route) =>
      route.fulfill({ json: { items: [], nextCursor: null } }),
    );
  }

  #list() {
    const { on } = this;
    const items = on && [
      {
        id: on.id,
        state: "playing",
        headline: "山洪灾害橙色预警演练",
        regions: [COUNTY],
        releasedAt: new Date(on.releasedAt).toISOString(),
        message: { mode: on.mode, level: on.level, texts: [], repeatCount: 3 },
        counts: this.counts,
      },
    ];
    return { items: items ?? [], nextCursor: null };
  }

  #coverage(route: Route): Promise<void> {
    const items = this.#villages.map(({ code, name }, at) => ({
      ...NOBODY,
      regionCode: code,
      name,
      targeted: 1,
      // A few of each kind, and most have sounded.
      [at % 9 < 5 ? STATES[at % 9]! : "sounded"]: 1,
    }));
    return route.fulfill({
      json: { level: "village", items, villagesWithoutSpeaker: { count: 0, items: [] } },
    });
  }
}

/** Runs in the page: texts that are smaller than they have to be, in pixels of a screen of 1920×1080. */
function smallTexts(): string[] {
  const root = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  return [...document.querySelectorAll<HTMLElement>("main *")]
    .filter((node) => node.clientWidth > 1)
    .filter((node) => [...node.childNodes].some((own) => own instanceof Text && own.data.trim() !== ""))
    .filter((node) => Number.parseFloat(getComputedStyle(node).fontSize) / root < 23.9)
    .map(({ textContent }) => textContent ?? "");
}

/** Its body has no height: all of it is fixed to the screen. */
const isThere = (page: Page) =>
  page.locator("html:has(h1):not(:has([aria-busy=true]))").waitFor({ state: "attached" });

const measure = (page: Page) =>
  page.evaluate(() => ({
    root: getComputedStyle(document.documentElement).fontSize,
    tiles: document.querySelectorAll("main li").length,
    isHigher: document.documentElement.scrollHeight > innerHeight,
    cursor: getComputedStyle(document.querySelector("main")!).cursor,
  }));

flows("a screen on a wall", () => {
  flow("is paired with a code, shows nothing else, and says when it is over", async ({ visit, ask }) => {
    const admin = await ask();
    const { display, code } = await addDisplay(admin, "指挥中心 左一");
    const { page, expectNote } = await visit({ viewport: HD });
    expectNote(/status of 401/);
    await page.goto("/console/");
    await page.getByRole("link", { name: "把这块屏做成大屏" }).click();
    await page.getByLabel("配对码").fill("0000-0000");
    await page.getByRole("button", { name: "开始显示" }).click();
    await page.getByText("配对码不对").waitFor();
    await page.getByLabel("配对码").fill(code.toLowerCase());
    await page.getByRole("button", { name: "开始显示" }).click();
    await page.getByText("实时").waitFor();
    expect(await page.getByRole("link").count()).toBe(0);
    await page.goto("/console/alarms");
    await page.waitForURL("**/console/wall");
    await page.getByText("实时").waitFor();
    expect(await page.getByRole("navigation").count()).toBe(0);
    await admin(`/v1/displays/${display.id}`, { method: "DELETE" });
    await page.getByText("已被收回，或已到期").waitFor();
    const next = await addDisplay(admin, "指挥中心 左一（新）");
    await page.getByLabel("配对码").fill(next.code);
    await page.getByRole("button", { name: "开始显示" }).click();
    await page.getByText("实时").waitFor();
  });

  flow(
    "is twice as large at 4K, and not twice as much; all villages have their names",
    async ({ signIn, ask }) => {
      const villages = await readVillages(await ask());
      const { page } = await signIn("dispatcher", { viewport: HD });
      const air = new PretendedAir(villages);
      air.on = { id: "pretended-1", mode: "drill", level: 1, sounded: 58, releasedAt: Date.now() };
      await air.answerFor(page);
      await page.goto("/console/wall");
      await page.getByText("确认无声的村").waitFor();
      await expect.poll(() => page.getByRole("listitem").count()).toBeGreaterThan(villages.length);
      const hd = await measure(page);
      expect(hd).toMatchObject({ root: "16px", isHigher: false, cursor: "none" });
      for (const size of [HD, UHD]) {
        await page.setViewportSize(size);
        expect(await page.evaluate(smallTexts)).toEqual([]);
        const { wider, cutOff } = await layoutFaults(page, 0);
        expect({ wider, cutOff }).toEqual({ wider: 0, cutOff: [] });
      }
      expect(await measure(page)).toEqual({ ...hd, root: "32px" });
      expect(await page.locator("main").getAttribute("data-mode")).toBe("drill");
    },
  );

  flow(
    "checks 20 and 21: has no barrier and no faint text, with something on air and without, and while it is paired",
    { timeout: 300_000 },
    async ({ signIn, visit, ask }) => {
      const villages = await readVillages(await ask());
      for (const language of ["zh", "en"] as const) {
        const settings = { viewport: HD, language, reducedMotion: "reduce" } as const;
        const door = await visit(settings);
        await door.page.goto("/console/wall");
        await isThere(door.page);
        expect({ language, found: await findBarriers(door.page) }).toEqual({ language, found: [] });
        const { page } = await signIn("dispatcher", settings);
        const air = new PretendedAir(villages);
        await air.answerFor(page);
        for (const mode of [undefined, "drill", "actual"] as const) {
          air.on = mode && { id: `pretended-${mode}`, mode, level: 3, sounded: 58, releasedAt: Date.now() };
          await page.goto("/console/wall");
          await page.locator(mode ? `main[data-mode=${mode}]` : "main").waitFor();
          await isThere(page);
          const where = { language, mode };
          expect({ where, found: await findBarriers(page) }).toEqual({ where, found: [] });
          expect({ where, faint: await findFaintTexts(page, 4.5) }).toEqual({ where, faint: [] });
        }
      }
    },
  );
});

const HOUR_MS = 3_600_000;
const STEP_MS = 30_000;
const HOURS = 8;
/** Of a broadcast and the rest after it. */
const ROUND_MS = 12 * 60_000;

/** What a county sends in half a minute: devices that come and go, alarms, and counts of what is on air. */
function eventsOf(step: number, air: PretendedAir): string {
  const one = (topic: string, data: object) => `event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`;
  const presence = Array.from({ length: 30 }, (_, at) =>
    one("presence", { deviceId: `gm-${step}-${at}`, online: true }),
  );
  const alarms = Array.from({ length: 5 }, (_, at) => one("alarm", { id: step * 5 + at, state: "active" }));
  const counts = air.on
    ? Array.from({ length: 20 }, () =>
        one("broadcast", { id: air.on!.id, state: "playing", counts: air.counts }),
      )
    : [];
  return `: still here\n\n${[...presence, ...alarms, ...counts].join("")}`;
}

/** The page's own clock is what counts then: the platform's is that of today, where four in the morning comes at any time. */
async function hideServerTime(page: Page): Promise<void> {
  await page.route("**/v1/**", async (route) => {
    const response = await route.fetch();
    const { date: _, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
}

async function heapOf(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  // What was held by something that is collected itself goes with the second time.
  for (let i = 0; i < 2; i++) await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return usedSize / 1024 ** 2;
}

/** Lets eight hours pass on a page. @returns the heap after each hour, in MiB */
async function letHoursPass(page: Page, stream: StreamHandle, air: PretendedAir): Promise<number[]> {
  const heaps: number[] = [];
  for (let step = 1; step <= (HOURS * HOUR_MS) / STEP_MS; step++) {
    const time = step * STEP_MS;
    const round = Math.floor(time / ROUND_MS);
    const id = `pretended-${round}`;
    // Half of the time something is on air.
    const isOn = time % ROUND_MS < ROUND_MS / 2;
    if (!isOn && air.on) await stream.send(overAs(air));
    if (isOn && air.on?.id !== id)
      air.on = {
        id,
        mode: round % 2 ? "actual" : "drill",
        level: (round % 4) + 1,
        sounded: 0,
        releasedAt: 0,
      };
    if (air.on) air.on.sounded = Math.min(100, air.on.sounded + 8);
    await stream.send(eventsOf(step, air));
    // As a clock that jumps: each timer fires once, and half a minute has passed for all of them.
    await page.clock.fastForward(STEP_MS);
    if (time % HOUR_MS === 0) heaps.push(await heapOf(page));
  }
  return heaps;
}

function overAs(air: PretendedAir): string {
  const { id } = air.on!;
  const { counts } = air;
  air.on = undefined;
  return `event: broadcast\ndata: ${JSON.stringify({ id, state: "completed", counts })}\n\n`;
}

flows("eight hours on a wall", () => {
  flow(
    "check 34: need no more memory in their second half, and end live",
    { timeout: 900_000 },
    async ({ signIn, ask }) => {
      const { page } = await signIn("dispatcher", { viewport: HD });
      // Not over four in the morning, when it loads itself anew.
      await page.clock.install({ time: new Date("2026-06-21T06:00:00+08:00") });
      await hideServerTime(page);
      const stream = await giveStream(page);
      const air = new PretendedAir(await readVillages(await ask()));
      await air.answerFor(page);
      await page.goto("/console/wall");
      await page.getByText("实时").waitFor();
      const heaps = await letHoursPass(page, stream, air);
      const said = `MiB after each hour: ${heaps.map((heap) => heap.toFixed(1)).join(", ")}`;
      const [half, end] = [heaps[HOURS / 2 - 1]!, heaps.at(-1)!];
      expect(end, said).toBeLessThan(150);
      expect(end, said).toBeLessThanOrEqual(half * 1.05 + 1);
      // Its last event shows, and its clock goes.
      air.on = { id: "pretended-last", mode: "drill", level: 2, sounded: 58, releasedAt: 0 };
      await stream.send(eventsOf(0, air));
      await page.clock.runFor(5_000);
      await page.getByText("58", { exact: true }).waitFor();
      await page.getByText("实时").waitFor();
      const clock = page.getByText(/^\d\d:\d\d:\d\d$/);
      const before = await clock.textContent();
      await page.clock.runFor(3_000);
      expect(await clock.textContent()).not.toBe(before);
    },
  );
});
