import type { Page } from "playwright-core";

export interface LayoutFaults {
  /** By how many pixels the page is wider than its window. */
  readonly wider: number;
  /** Texts of which a part cannot be seen. */
  readonly cutOff: readonly string[];
  /** What is to be hit, and is too small for it. */
  readonly small: readonly string[];
}

/** Runs in the page. */
function lookAtLayout(least: number): LayoutFaults {
  const nameOf = (node: Element) =>
    `${node.tagName.toLowerCase()}.${node.className} "${(node.textContent ?? "").trim().slice(0, 30)}"`;
  const isShown = (node: Element) => {
    const { width, height } = node.getBoundingClientRect();
    return (
      width > 0 && height > 0 && node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    );
  };

  /** Hides what is too wide, and offers no way to see the rest. */
  const isCutOff = (node: HTMLElement) => {
    const { overflowX, overflowY, textOverflow } = getComputedStyle(node);
    const isWide = overflowX === "hidden" && node.scrollWidth > node.clientWidth + 1;
    const isHigh = overflowY === "hidden" && node.scrollHeight > node.clientHeight + 2;
    // A long name ends in "…"; the page that it leads to has all of it.
    if (textOverflow === "ellipsis" && isWide) return false;
    return (isWide || isHigh) && node.clientWidth > 1 && node.textContent?.trim() !== "";
  };
  const cutOff = [...document.querySelectorAll<HTMLElement>("body *")]
    .filter((node) => isShown(node) && isCutOff(node))
    .map(
      (node) =>
        `${nameOf(node)}: ${node.scrollWidth}×${node.scrollHeight} in ${node.clientWidth}×${node.clientHeight}`,
    );

  /** A link within a sentence is as high as its line: WCAG lets it be. */
  const isInText = (node: Element) => {
    if (node.tagName !== "A" || getComputedStyle(node).display !== "inline") return false;
    return [...(node.parentElement?.childNodes ?? [])].some(
      (other) => other !== node && (other.textContent ?? "").trim() !== "",
    );
  };
  const TARGETS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option], [role=menuitem], [role=radio], [role=checkbox]";
  // A part of a drawing is as large as what it shows, and the same stands in a table.
  const targets = [...document.querySelectorAll(TARGETS)].filter(
    (node) =>
      isShown(node) &&
      node instanceof HTMLElement &&
      // Another thing is shown, and hit, in its place.
      node.offsetWidth > 1 &&
      !node.closest("[aria-hidden=true]") &&
      // It comes into view when it has the focus.
      node.getBoundingClientRect().bottom > 0,
  );

  /** How far one can go from the middle of a box, and still hit the target or its label. */
  const reach = (box: DOMRect, nodes: readonly Element[]) => {
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    const hits = (dx: number, dy: number) => {
      const hit = document.elementFromPoint(x + dx, y + dy);
      return nodes.some((one) => one.contains(hit));
    };
    if (!hits(0, 0)) return { width: 0, height: 0 };
    const walk = (dx: number, dy: number) => {
      let steps = 0;
      while (steps < least && hits((steps + 1) * dx, (steps + 1) * dy)) steps += 1;
      return steps;
    };
    return { width: walk(-1, 0) + walk(1, 0) + 1, height: walk(0, -1) + walk(0, 1) + 1 };
  };
  /** What is hit may be larger than what is drawn, and smaller where something else lies over it. */
  const hitArea = (node: Element) => {
    const nodes = [node, ...((node as HTMLInputElement).labels ?? [])];
    const areas = nodes.filter(isShown).map((one) => {
      one.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      return reach(one.getClientRects()[0]!, nodes);
    });
    return {
      width: Math.max(...areas.map(({ width }) => width)),
      height: Math.max(...areas.map(({ height }) => height)),
    };
  };
  const small = targets
    .filter((node) => !isInText(node))
    .flatMap((node) => {
      const { width, height } = hitArea(node);
      // A short word is no wider than it is; what a finger misses is the height.
      const isSmall = height < least - 0.5 || width < 24;
      return isSmall ? [`${nameOf(node)}: ${Math.round(width)}×${Math.round(height)}`] : [];
    });
  scrollTo({ top: 0, behavior: "instant" });
  // The room of a scroll bar is kept free.
  const { scrollWidth, clientWidth } = document.documentElement;
  return { wider: scrollWidth - clientWidth, cutOff, small };
}

/** What does not fit on a page as it is now. @param least the width and height of the smallest thing to hit */
export async function layoutFaults(page: Page, least: number): Promise<LayoutFaults> {
  return page.evaluate(lookAtLayout, least);
}
