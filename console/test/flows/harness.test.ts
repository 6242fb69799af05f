import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "vitest";
import { findBarriers } from "../browser/axe.ts";
import { walkByTab } from "../browser/keyboard.ts";
import { readPng } from "../browser/png.ts";
import { closeBrowser, openBrowser } from "../browser/sign-in.ts";
import { findFaintTexts } from "../browser/svg-contrast.ts";
import { measureVitals, vitalsOf } from "../browser/vitals.ts";
import { flow, flows } from "../flow.ts";

/** A whole page around this. */
const around = (body: string) =>
  `<!doctype html><html lang="en"><head><title>Page</title></head><body>${body}</body></html>`;

flows("the harness of the flows", () => {
  flow("notes what a page asks of others, logs, throws, and tries against its policy", async ({ visit }) => {
    const { page, notes, expectNote } = await visit();
    await page.route("**/page", (route) =>
      route.fulfill({
        contentType: "text/html",
        headers: { "content-security-policy": "script-src 'self'; style-src 'self'" },
        body: around('<p style="color: red">Text</p><script>1</script><script src="/script"></script>'),
      }),
    );
    await page.route("**/script", (route) =>
      route.fulfill({
        contentType: "text/javascript",
        body: "console.warn('careful'); fetch('https://example.org/far').catch(() => { throw new Error('no way'); });",
      }),
    );
    await page.goto("/page");
    await expect.poll(() => notes.some(({ text }) => text.includes("no way"))).toBe(true);
    const kinds = new Set(notes.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      "console",
      "failed request",
      "off the origin",
      "page error",
      "violation",
    ]);
    expect(notes.map(({ text }) => text).join("\n")).toContain("style-src-attr refused inline");
    expect(notes.map(({ text }) => text).join("\n")).toContain("script-src-elem refused inline");
    expectNote(/.*/s);
  });

  flow(
    "ends a browser whose requests are still being answered, which nobody is told as an error",
    async ({ run, visit }) => {
      const slow = createServer(() => {});
      const asked = once(slow, "request");
      slow.listen(0, "127.0.0.1");
      await once(slow, "listening");
      const { port } = slow.address() as AddressInfo;
      const thrown: unknown[] = [];
      const unhandled: unknown[] = [];
      const note = (error: unknown) => unhandled.push(error);
      process.on("unhandledRejection", note);
      try {
        const { context: another } = await visit();
        const { page, context } = await openBrowser(another.browser()!, run.world.origin);
        await page.route("**/page", (route) => route.fulfill({ contentType: "text/html", body: around("") }));
        await page.route("**/asked", (route) =>
          route.fetch({ url: `http://127.0.0.1:${port}/` }).catch((error: unknown) => {
            thrown.push(error);
            throw error;
          }),
        );
        await page.goto("/page");
        await page.evaluate(() => void fetch("/asked").catch(() => {}));
        await asked;
        await closeBrowser(context);
        await expect.poll(() => thrown.length).toBe(1);
        await turn();
        expect(unhandled).toEqual([]);
      } finally {
        process.off("unhandledRejection", note);
        slow.closeAllConnections();
        slow.close();
      }
    },
  );

  flow("finds barriers, too small targets among them", async ({ visit }) => {
    const { page } = await visit();
    await page.setContent(
      around('<main><h1>Page</h1><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main>'),
    );
    expect(await findBarriers(page)).toEqual([expect.stringMatching(/^image-alt \|/)]);
    const button = '<button style="width: 10px; height: 10px; padding: 0" aria-label="Go"></button>';
    await page.setContent(around(`<main><h1>Page</h1>${button}${button}</main>`));
    expect((await findBarriers(page)).map((line) => line.split(" ")[0])).toContain("target-size");
    await page.setContent(around("<main><h1>Page</h1></main>"));
    expect(await findBarriers(page)).toEqual([]);
  });

  flow(
    "reads pictures, and finds texts in drawings that are too faint on a part of what is behind them",
    async ({ visit }) => {
      const { page } = await visit();
      const bands =
        '<rect width="100" height="100" fill="#fff"/><rect x="100" width="100" height="100" fill="#f2c200"/>';
      const drawing = (colour: string) =>
        `<body style="margin: 0"><svg width="200" height="100">${bands}<text x="60" y="50" font-size="20" fill="${colour}">Wuchuan</text></svg>`;
      await page.setContent(drawing("#000"));
      expect(await findFaintTexts(page, 4.5)).toEqual([]);
      await page.setContent(drawing("#586570"));
      expect(await findFaintTexts(page, 4.5)).toEqual([
        expect.objectContaining({ text: "Wuchuan", behind: "242,194,0" }),
      ]);
      const picture = readPng(await page.screenshot());
      expect([picture.at(10, 90), picture.at(190, 90)]).toEqual([
        [255, 255, 255],
        [242, 194, 0],
      ]);
    },
  );

  flow("walks through a page by Tab, and sees where no focus shows", async ({ visit }) => {
    const { page } = await visit();
    await page.setContent(
      around('<a href="#a">A</a><button>B</button><a href="#c" style="outline: 0">C</a>'),
    );
    const stops = await walkByTab(page);
    expect(stops.map(({ name, isMarked }) => [name, isMarked])).toEqual([
      ["A", true],
      ["B", true],
      ["C", false],
    ]);
  });

  flow("measures the largest paint, and what moves by itself", async ({ visit }) => {
    const { page } = await visit();
    await measureVitals(page);
    await page.route("**/moving", (route) =>
      route.fulfill({ contentType: "text/html", body: around("<p id=a>One</p><p>Two</p><p>Three</p>") }),
    );
    await page.goto("/moving");
    await expect.poll(async () => (await vitalsOf(page)).largestPaint).toBeGreaterThan(0);
    expect((await vitalsOf(page)).layoutShift).toBe(0);
    await page.evaluate(() => document.querySelector("#a")!.setAttribute("style", "height: 300px"));
    await expect.poll(async () => (await vitalsOf(page)).layoutShift).toBeGreaterThan(0);
  });
});
