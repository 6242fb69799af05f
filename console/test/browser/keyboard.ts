import type { Page } from "playwright-core";

/** Where the focus came to rest. */
export interface Stop {
  /** The element, so that two alike are told apart. */
  readonly key: number;
  readonly tag: string;
  readonly name: string;
  /** From the top and left of the document. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  /** False where nothing shows that it has the focus. */
  readonly isMarked: boolean;
  readonly isOnScreen: boolean;
  /** In a list, through which `j` and `k` go too. */
  readonly isInList: boolean;
}

/** Runs in the page. @returns undefined when the focus has left the page for the browser's own bar */
function lookAtFocus(): Stop | undefined {
  const element = document.activeElement;
  if (!(element instanceof HTMLElement || element instanceof SVGElement) || element === document.body) {
    return undefined;
  }
  const known = window as unknown as { focusStops?: Element[] };
  known.focusStops ??= [];
  let key = known.focusStops.indexOf(element);
  if (key < 0) key = known.focusStops.push(element) - 1;
  const isRing = (node: Element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  };
  // In a drawing there are no shadows: the edge grows.
  const isThick = (node: Element) =>
    node instanceof SVGElement &&
    [...node.querySelectorAll("path")].some(
      (path) => Number.parseFloat(getComputedStyle(path).strokeWidth) >= 3,
    );
  // The browser itself marks the part of a moment that is being written.
  const isMoment = element instanceof HTMLInputElement && /^(date|time)/.test(element.type);
  const holder = element.parentElement;
  const around = [element, holder, holder?.parentElement, ...(holder?.children ?? [])].filter(
    (node) => node instanceof Element,
  );
  const { top, left, width, height } = element.getBoundingClientRect();
  const label = element.getAttribute("aria-label") ?? element.textContent ?? "";
  return {
    key,
    tag: element.tagName.toLowerCase(),
    name: label.trim().slice(0, 40) || (element.getAttribute("name") ?? element.id),
    top: Math.round(top + scrollY),
    left: Math.round(left + scrollX),
    height: Math.round(height),
    width: Math.round(width),
    // A ring may be drawn by what holds a field, or by a box beside it that stands for it, as for digits.
    isMarked: isMoment || around.some((node) => isRing(node) || isThick(node)),
    isInList: element.closest("[data-list], [role=table]") !== null,
    isOnScreen: top < innerHeight && left < innerWidth && top + height > 0 && left + width > 0,
  };
}

/** Runs in the page: Tab begins before its first element, and Shift and Tab after its last. */
function beginFor(key: string): void {
  const mark = document.createElement("span");
  mark.tabIndex = -1;
  if (key === "Tab") document.body.prepend(mark);
  else document.body.append(mark);
  mark.focus();
  mark.remove();
}

const MOST_STOPS = 400;
/** As many of a long list are looked at; the others are like them. */
const MOST_OF_LIST = 60;

/**
 * Walks through a page by Tab, from one end until the focus leaves it at the other or comes round.
 * @throws Error when it does neither
 */
export async function walkByTab(page: Page, key: "Tab" | "Shift+Tab" = "Tab"): Promise<Stop[]> {
  await page.evaluate(beginFor, key);
  const stops: Stop[] = [];
  for (let i = 0; i < MOST_STOPS; i++) {
    await page.keyboard.press(key);
    const stop = await page.evaluate(lookAtFocus);
    if (stop === undefined || stop.key === stops[0]?.key) return stops;
    // A moment has several parts in one field.
    if (stop.key !== stops.at(-1)?.key) stops.push(stop);
    if (stops.filter(({ isInList }) => isInList).length > MOST_OF_LIST) return stops;
  }
  throw new Error(`the focus is still inside after ${MOST_STOPS} steps: ${stops.at(-1)?.name}`);
}
