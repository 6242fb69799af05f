import type { Page } from "playwright-core";

/** Runs in the page: every text that is shown or read aloud, but for what says itself to be in another language. */
function readTexts(): string[] {
  const texts: string[] = [document.title];
  const isForeign = (node: Element | null) =>
    node?.closest("[lang]")?.getAttribute("lang") !== document.documentElement.lang;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent || isForeign(parent) || parent.closest("script, style, noscript, code, kbd, samp")) continue;
    const text = node.textContent?.trim() ?? "";
    if (text !== "") texts.push(text);
  }
  for (const name of ["aria-label", "title", "placeholder", "alt"]) {
    for (const node of document.querySelectorAll(`[${name}]`)) {
      if (!isForeign(node)) texts.push(node.getAttribute(name)!);
    }
  }
  return texts;
}

/** Units, and names that are the same in Chinese texts: of techniques, of what is exported, of the other language. */
const SAME_IN_CHINESE = new Set(
  "KiB m³ m³/h kWh dBm dB km kPa MPa Pa ppm mm cm Hz mA min ms MiB dBSPL XML CSV API HTTP HTTPS MQTT LoRa LoRaWAN CAP ID IP QR TOTP OIDC Excel English URL JSON Ctrl Esc Tab Enter UTC GPS Chrome Firefox Edge Windows Linux HeadlessChrome".split(
    " ",
  ),
);

/** Ids of the demo's tenants and applications and of an example, its mark on devices, and the browser that this very test is. */
const OF_THE_DEMO = /^(demo(-[a-z]+)?|node|county-dashboard|gas-billing|resident-app|wuchuan-gas)$/;

/** An id of a device, broadcast, person or request, a code, an address or a version: a run of letters with others in it. */
const isNoWord = (run: string) =>
  /[\d_@]|[a-z]\.[a-z]/.test(run) || SAME_IN_CHINESE.has(run) || OF_THE_DEMO.test(run);

/** The words in Latin letters of a page in Chinese that are neither units nor names. */
export async function foreignWords(page: Page): Promise<string[]> {
  const texts = await page.evaluate(readTexts);
  return [
    ...new Set(
      texts.flatMap((text) => {
        const runs = text.match(/[\w@.+/³-]+/g) ?? [];
        const words = runs.filter((run) => /[A-Za-z]{2}/.test(run) && !isNoWord(run));
        return words.map((word) => `${word} in "${text.slice(0, 80)}"`);
      }),
    ),
  ];
}

/** Runs in the page: what tells a moment. The clock of the shell and ages go on by themselves. */
function readMoments(): string[] {
  const main = document.querySelector("main");
  const texts = main?.innerText.match(/\d{4}-\d\d-\d\d|\d+月\d+日|\b\d{1,2}:\d\d(:\d\d)?\b/g) ?? [];
  const times = [...(main?.querySelectorAll("time, [title]") ?? [])].flatMap((node) =>
    [node.getAttribute("datetime"), node.getAttribute("title")].filter((text) => /\d:\d\d/.test(text ?? "")),
  );
  const charts = [...(main?.querySelectorAll("canvas") ?? [])].map((canvas) => canvas.toDataURL());
  return [...texts, ...(times as string[]), ...charts];
}

/** Every moment that a page shows, in texts and in the pictures of its charts. */
export const momentsOn = (page: Page): Promise<string[]> => page.evaluate(readMoments);
