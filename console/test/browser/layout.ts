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
  /** A field is hit by its label, too, and by the box that is drawn around it. */
  const boxOf = (node: Element) => {
    const parent = node.parentElement!;
    const isBoxed = getComputedStyle(parent).borderTopWidth !== "0px" && node.tagName === "INPUT";
    const nodes = [node, ...((node as HTMLInputElement).labels ?? []), ...(isBoxed ? [parent] : [])];
    const boxes = nodes.map((one) => one.getBoundingClientRect());
    return {
      width: Math.max(...boxes.map(({ width }) => width)),
      height: Math.max(...boxes.map(({ height }) => height)),
    };
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

  /** A link is small and well where nothing else is within 24 pixels of its middle (WCAG 2.5.8). */
  const stands = (node: Element) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    return targets.every((other) => {
      if (other === node || other.contains(node) || node.contains(other)) return true;
      const box = other.getBoundingClientRect();
      const dx = Math.max(box.left - x, 0, x - box.right);
      const dy = Math.max(box.top - y, 0, y - box.bottom);
      return Math.hypot(dx, dy) >= 12;
    });
  };
  const small = targets
    .filter((node) => !isInText(node))
    .flatMap((node) => {
      const { width, height } = boxOf(node);
      const isLink = node.tagName === "A" && getComputedStyle(node).borderTopWidth === "0px";
      // A short word is no wider than it is; what a finger misses is the height.
      const isSmall = (height < least - 0.5 || width < 24) && !(isLink && stands(node));
      return isSmall ? [`${nameOf(node)}: ${Math.round(width)}×${Math.round(height)}`] : [];
    });
  // The room of a scroll bar is kept free.
  const { scrollWidth, clientWidth } = document.documentElement;
  return { wider: scrollWidth - clientWidth, cutOff, small };
}

/** What does not fit on a page as it is now. @param least the width and height of the smallest thing to hit */
export async function layoutFaults(page: Page, least: number): Promise<LayoutFaults> {
  return page.evaluate(lookAtLayout, least);
}
