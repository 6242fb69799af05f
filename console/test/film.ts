import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { asksForHelp, readLine } from "../../base/command-line.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import { DEMO_COUNTY } from "../../seeds/demo-plan.ts";
import { CHROMIUM_FLAGS, CHROMIUM_MISSING, findChromium } from "./browser/chromium.ts";
import { measureVitals, vitalsOf } from "./browser/vitals.ts";
import { settled } from "./pages.ts";

/** `npm run film`: the newcomer's three minutes, from the demo's address to the coverage of a drill, in pictures. */
const HELP = `Films the tour: starts the demo as a newcomer does, opens the address that it prints, and follows the tour.

Usage: npm run film

The pictures go to docs/images/tour, and to the terminal the seconds that each step took, and how soon the overview is
painted: at first, and while the demo loads its history.
`;

const FOLDER = fileURLToPath(new URL("../../docs/images/tour", import.meta.url));
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const WINDOW = { width: 1280, height: 720 };
/** A township with few speakers, other than the one of the demo's own story. */
const TOWNSHIP = `${DEMO_COUNTY}003`;

const PAINTS = 5;

const out = (text: string) => void process.stdout.write(text);

/** Starts `npm run demo`'s program on a database of its own, and waits for the address that it prints first. */
async function startDemo(dataDir: string): Promise<{ demo: ChildProcess; address: string }> {
  const env = {
    ...process.env,
    DATA_DIR: dataDir,
    HTTP_PORT: "0",
    MQTT_PORT: "0",
    MQTT_WS_PORT: "off",
    HJ212_PORT: "off",
    JT808_PORT: "off",
    HOST: "127.0.0.1",
  };
  const demo = spawn(process.execPath, ["scripts/run.mjs", "app/demo"], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    demo.stdout!.on("data", (part: Buffer) => {
      said += part.toString();
      const found = /Console\s+(http:\S+)/.exec(said)?.[1];
      // The name goes nowhere in a browser that may reach this machine alone.
      if (found) resolve(found.replace("localhost", "127.0.0.1"));
    });
    demo.once("exit", () => reject(new Error(`the demo ended before it printed an address:\n${said}`)));
  });
  return { demo, address };
}

class Film {
  readonly #page: Page;
  readonly #began = performance.now();
  #shots = 0;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Takes a picture once nothing of the page is still being read. */
  async shoot(name: string): Promise<void> {
    await this.#page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
    const session = await this.#page.context().newCDPSession(this.#page);
    const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality: 80 });
    await session.detach();
    writeFileSync(join(FOLDER, `${++this.#shots}-${name}.webp`), Buffer.from(data, "base64"));
    out(
      `  ${Math.round((performance.now() - this.#began) / 1000)
        .toString()
        .padStart(4)} s  ${name}\n`,
    );
  }
}

/** Opens the overview some times in a tab of its own, and says how long it took to be painted. */
async function timePaint(context: BrowserContext, address: string, when: string): Promise<void> {
  const page = await context.newPage();
  await measureVitals(page);
  const times: number[] = [];
  for (let i = 0; i < PAINTS; i++) {
    await page.goto(address);
    await settled(page);
    times.push(Math.round((await vitalsOf(page)).largestPaint));
  }
  await page.close();
  out(`  the overview is painted (LCP) ${when} within ${times.join(", ")} ms\n`);
}

async function enterAs(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: `以${name}的身份进入` }).click();
  await page.getByRole("navigation", { name: "页面" }).waitFor();
}

/** Types the number of speakers, as the page shows it. */
async function readSize(page: Page): Promise<void> {
  const digits = page.getByLabel(/^输入会收到指令的大喇叭只数/);
  await digits.waitFor();
  await page.waitForFunction(() => !document.querySelector("[aria-busy=true]"));
  const shown = /(\d+)\s*只/.exec(await page.locator("main").innerText())?.[1];
  // A page that has just come may be read anew once more, and asks again then.
  for (let times = 0; times < 5 && (await digits.inputValue()) !== shown; times++) {
    await digits.fill(shown ?? "");
    await page.waitForTimeout(500);
  }
}

/** The dispatcher's part: from the alarm to the submitted drill. */
async function write(page: Page, film: Film): Promise<void> {
  await page.getByText("上报燃气泄漏").first().waitFor({ timeout: 120_000 });
  await film.shoot("a-leak");
  await page.getByRole("link", { name: "广播", exact: true }).click();
  await page.getByRole("link", { name: "新建广播" }).click();
  await page.getByRole("link", { name: /^演练/ }).waitFor();
  await film.shoot("three-doors");
  await page.getByRole("link", { name: /^演练/ }).click();
  await page.getByLabel("查事件：名称或代码").fill("山洪");
  await page.getByRole("radio", { name: /11A51/ }).check();
  await page.locator("fieldset").getByText("较大").click();
  await page.getByRole("combobox", { name: "加区域" }).fill(TOWNSHIP);
  await page
    .getByRole("option", { name: /^大坪街道/ })
    .first()
    .click();
  const review = page.getByRole("button", { name: /^核对并提交/ });
  await review.waitFor();
  await film.shoot("place-and-text");
  await review.click();
  await readSize(page);
  await film.shoot("check");
  await page.getByRole("button", { name: "提交演练" }).click();
  await page.waitForURL(/\/submitted\//);
  await film.shoot("submitted");
}

/** The approver's part: from what waits to the coverage. */
async function approve(page: Page, film: Film, address: string): Promise<void> {
  await page.getByTitle("我的账号").click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  await page.getByRole("button", { name: "以王芳的身份进入" }).waitFor();
  await enterAs(page, "王芳");
  await page.goto(address);
  await page.getByRole("link", { name: "去审批" }).first().waitFor();
  await film.shoot("what-waits");
  // The demo's own people have one that waits as well.
  const drill = page.locator("li").filter({ hasText: "大坪街道" }).getByRole("link", { name: "去审批" });
  await drill.first().click();
  await readSize(page);
  await film.shoot("approve");
  await page.getByRole("button", { name: "发布演练" }).click();
  await page
    .getByRole("button", { name: /^立即停播/ })
    .first()
    .waitFor();
  // Estimated from the first speaker that plays.
  await page.getByText(/^约在播第/).waitFor();
  await film.shoot("on-air");
  await page
    .getByText(/\d+ 只证实发声$/)
    .first()
    .waitFor({ timeout: 240_000 });
  // Its end is told at once, and what each village has heard is asked for afterwards.
  await page.getByText("尚未证实").waitFor({ state: "detached" });
  await film.shoot("coverage");
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return out(HELP);
  readLine({ name: "npm run film", input: {} }, args);
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(CHROMIUM_MISSING);
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), "sbi-film-"));
  const { demo, address } = await startDemo(dataDir);
  const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
  try {
    const context = await browser.newContext({ viewport: WINDOW, locale: "zh-CN", reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(address);
    await page.getByRole("button", { name: "以张敏的身份进入" }).waitFor();
    const film = new Film(page);
    await film.shoot("sign-in");
    await enterAs(page, "张敏");
    await timePaint(context, address, "at first");
    await write(page, film);
    await timePaint(context, address, "while the history is loaded");
    await approve(page, film, address);
  } finally {
    await browser.close();
    demo.kill("SIGINT");
    await new Promise((resolve) => demo.once("exit", resolve));
    rmSync(dataDir, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof UsageError ? usageText(error, "npm run film --") : (error as Error).stack}\n`,
  );
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
