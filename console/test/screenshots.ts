import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { z } from "zod";
import { asksForHelp, readLine } from "../../base/command-line.ts";
import { PlatformError } from "../../base/errors.ts";
import { UsageError, usageText } from "../../base/usage-error.ts";
import { CHROMIUM_FLAGS, CHROMIUM_MISSING, findChromium } from "./browser/chromium.ts";
import { closeBrowser, giveSession, openBrowser } from "./browser/sign-in.ts";
import { addressOf, type Language, LOOKS, setLook, settled } from "./pages.ts";
import { SHOWN, type ShownPage, STOPPED } from "./shown.ts";
import { buildConsole } from "./world/build.ts";
import { type Scenery, startScenery } from "./world/scenery.ts";
import { startWorld, type WorldFacts } from "./world/start-world.ts";

/** `npm run screenshots`: pictures of the console's pages, as the demo's county looks in it. */
const HELP = `Takes pictures of the console's pages, in both languages and themes, from a platform of its own.

Usage: npm run screenshots [-- options]

  --to DIR    where the chosen few go that documents show (default docs/images/console)
  --all DIR   every page in every look and size as well, some hundred files
  --only WORD only pages whose names hold this word
  -h, --help  this text
`;

const LINE = {
  name: "npm run screenshots",
  input: {
    to: z.string().default(fileURLToPath(new URL("../../docs/images/console", import.meta.url))),
    all: z.string().optional(),
    only: z.string().default(""),
  },
};

const SIZES = [
  { name: "laptop", width: 1280, height: 720 },
  { name: "desk", width: 1920, height: 1080 },
  { name: "phone", width: 390, height: 844 },
] as const;
type Size = (typeof SIZES)[number];

/** In each picture's name: `overview-zh-light-laptop`. */
const fileName = (listed: ShownPage, language: string, theme: string, size: Size) =>
  `${listed.name.replace(/^(the|an?|my) /, "").replace(/\W+/g, "-")}-${language}-${theme}-${size.name}.webp`;

const IN_ENGLISH =
  "account|administration-of-people|alarms|audit|broadcast-on-the-air|broadcast-that-is-over|broadcast-that-waits|check-of-a-drill|devices|doors-of-a-broadcast|drill-that-was-stopped|history-of-broadcasts|meter|new-drill|person|province|quality-of-data|usage";
/** What documents show: a page each in English, some by night or as a phone has them. The tour has them in Chinese. */
const CHOSEN = new RegExp(
  [
    `^(${IN_ENGLISH})-en-light-laptop`,
    "^overview-en-light-desk",
    "^(broadcast-on-the-air|broadcast-that-waits)-en-light-phone",
    "^drill-on-the-air-en-dark-laptop",
    "^wall-en-dark-desk",
  ]
    .map((name) => `${name}\\.webp$`)
    .join("|"),
);

/** So that the repository stays small. */
const MOST_BYTES = 80_000;

/** A picture of the window as it is, smaller than a PNG. */
async function capture(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const quality = (page.viewportSize()?.width ?? 0) > 1500 ? 55 : 70;
  const { data } = await session.send("Page.captureScreenshot", { format: "webp", quality });
  await session.detach();
  return Buffer.from(data, "base64");
}

interface Album {
  readonly world: WorldFacts;
  readonly scenery: Scenery;
  readonly browser: Browser;
  /** Takes a picture, where it is wanted. */
  readonly keep: (name: string, page: Page) => Promise<void>;
  readonly wants: (name: string) => boolean;
}

const isThere = (page: Page, { until }: ShownPage) =>
  until === undefined ? settled(page) : page.locator(until).first().waitFor();

/** One page in one language, in both themes and every size. */
async function portray(album: Album, shown: ShownPage, language: Language): Promise<void> {
  const { world, scenery, browser } = album;
  const looks = LOOKS.filter((look) => look.language === language).slice(0, shown.hasOwnTheme ? 1 : 2);
  const names = looks.flatMap(({ theme }) => SIZES.map((size) => fileName(shown, language, theme, size)));
  if (!names.some(album.wants)) return;
  const { page, context } = await openBrowser(browser, world.origin, { language, reducedMotion: "reduce" });
  try {
    if (shown.who) await giveSession(context, world.origin, world.people[shown.who]);
    await shown.before?.(page);
    await page.goto(addressOf(shown, scenery));
    await isThere(page, shown);
    await shown.after?.(page);
    for (const look of looks) {
      if (!shown.hasOwnTheme) await setLook(page, look, () => isThere(page, shown));
      for (const size of SIZES) {
        const name = fileName(shown, language, look.theme, size);
        if (!album.wants(name)) continue;
        await page.setViewportSize(size);
        await album.keep(name, page);
      }
    }
  } catch (error) {
    // One that fails is no reason to have none of the others.
    console.error(`${shown.name}, ${language}: ${(error as Error).message.split("\n")[0]}`);
    process.exitCode = 1;
  } finally {
    await closeBrowser(context);
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (asksForHelp(args)) return void process.stdout.write(HELP);
  const { to, all, only } = readLine(LINE, args);
  const executablePath = findChromium();
  if (executablePath === undefined) throw new PlatformError("config_invalid", CHROMIUM_MISSING);
  for (const folder of [to, all]) if (folder) mkdirSync(folder, { recursive: true });
  await buildConsole();
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const world = await startWorld();
    ends.push(world.stop);
    const scenery = await startScenery(world.facts, { isLarge: true });
    ends.push(scenery.stop);
    const browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
    ends.push(() => browser.close());
    const wants = (name: string) => name.includes(only) && (all !== undefined || CHOSEN.test(name));
    const keep = async (name: string, page: Page) => {
      const picture = await capture(page);
      if (all) writeFileSync(join(all, name), picture);
      if (!CHOSEN.test(name)) return;
      writeFileSync(join(to, name), picture);
      const { size } = statSync(join(to, name));
      const remark = size > MOST_BYTES ? `, more than ${MOST_BYTES}` : "";
      console.log(`${join(to, name)}: ${size} bytes${remark}`);
    };
    const album = { world: world.facts, scenery: scenery.facts, browser, keep, wants };
    for (const shown of [...SHOWN, STOPPED]) {
      for (const language of ["zh", "en"] as const) await portray(album, shown, language);
    }
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

main().catch((error: unknown) => {
  if (error instanceof UsageError) console.error(usageText(error, `${LINE.name} --`));
  else console.error(error instanceof PlatformError ? error.message : error);
  process.exit(error instanceof UsageError ? 2 : 1);
});
