import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.2, A and AA. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/**
 * What axe finds on a page as it is now, one line a finding. It runs by the browser's own debugger, because the page
 * policy would not let a foreign script in.
 */
export async function findBarriers(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  try {
    const evaluate = async (expression: string) => {
      const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (exceptionDetails) throw new Error(`axe: ${JSON.stringify(exceptionDetails)}`);
      return result.value as unknown;
    };
    await evaluate(`typeof axe === "undefined" ? (${SOURCE.length}, (() => { ${SOURCE} })()) : 0; 0`);
    const options = JSON.stringify({
      runOnly: { type: "tag", values: TAGS },
      // Too new to stand in axe's default set.
      rules: { "target-size": { enabled: true } },
      resultTypes: ["violations"],
    });
    const { violations } = (await evaluate(`axe.run(document, ${options})`)) as Pick<
      AxeResults,
      "violations"
    >;
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, html, failureSummary }) =>
        [id, help, target.join(" "), html.slice(0, 200), failureSummary?.replace(/\s+/g, " ")].join(" | "),
      ),
    );
  } finally {
    await session.detach();
  }
}
