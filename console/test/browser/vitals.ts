import type { Page } from "playwright-core";

export interface Vitals {
  /** When the largest thing was painted, in milliseconds since the page was asked for. */
  readonly largestPaint: number;
  /** How much things have moved by themselves. */
  readonly layoutShift: number;
  /** What has moved, and by how much of the whole. */
  readonly moved: readonly string[];
}

/** An entry of what has moved, which the compiler's library does not know. */
interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  readonly sources: readonly {
    readonly node: Node | null;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

/** Runs in the page, before its own scripts. */
function watchVitals(): void {
  const seen = { largestPaint: 0, layoutShift: 0, moved: [] as string[] };
  Object.defineProperty(window, "seenVitals", { value: seen });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largestPaint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
      if (hadRecentInput) continue;
      seen.layoutShift += value;
      for (const { node, previousRect, currentRect } of sources) {
        const [from, to] = [previousRect, currentRect].map(({ x, y }) => `${x},${y}`);
        seen.moved.push(`${value.toFixed(4)}: ${node?.textContent?.slice(0, 40)} from ${from} to ${to}`);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
}

/** Measures every page that is opened from now on. */
export const measureVitals = (page: Page): Promise<unknown> => page.addInitScript(watchVitals);

/** What was measured on the page that is open. */
export const vitalsOf = (page: Page): Promise<Vitals> =>
  page.evaluate(() => (window as unknown as { seenVitals: Vitals }).seenVitals);

/** Runs in the page, before its own scripts: hands out answers in the order of the questions, each into a frame of its own. */
function handOutOneByOne(): void {
  const ask = window.fetch.bind(window);
  const painted = () =>
    new Promise<void>((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)));
    });
  const questions = { open: 0 };
  Object.defineProperty(window, "questions", { value: questions });
  // What happens meanwhile may move a page, so nothing does: the stream is the page's own, and nothing comes of it.
  Object.defineProperty(window, "SharedWorker", { value: undefined });
  // Answers are held back by this alone, so no page gives up waiting for one.
  const wait = window.setTimeout;
  const later = (then: TimerHandler, ms = 0, ...rest: unknown[]) =>
    wait(then, ms < 1000 ? ms : 1000 * ms, ...rest);
  Object.defineProperty(window, "setTimeout", { value: later });
  let former = Promise.resolve();
  window.fetch = async (...question) => {
    if (question[0] === "/v1/stream") return new Response(new ReadableStream());
    questions.open++;
    const before = former;
    const answer = ask(...question);
    former = Promise.allSettled([before, answer]).then(painted);
    try {
      await before;
      return await answer;
    } finally {
      questions.open--;
    }
  };
}

/**
 * Lets what pages ask be answered one by one, with a picture between any two: whatever moves when an answer comes late
 * moves then, on a quick machine as well.
 */
export const answerOneByOne = (page: Page): Promise<unknown> => page.addInitScript(handOutOneByOne);

/** Waits until everything that was asked is answered, and painted. */
export async function untilAnswered(page: Page): Promise<void> {
  await page.waitForFunction(
    () => (window as unknown as { questions: { open: number } }).questions.open === 0,
  );
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
}
