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
    // A long name ends in "…", and is whole in its title.
    if (textOverflow === "ellipsis" && isWide) return node.closest("[title]") === null;
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
  /** A field is hit by its label, too. */
  const boxOf = (node: Element) => {
    const boxes = [node, ...((node as HTMLInputElement).labels ?? [])].map((one) =>
      one.getBoundingClientRect(),
    );
    return {
      width: Math.max(...boxes.map(({ width }) => width)),
      height: Math.max(...boxes.map(({ height }) => height)),
    };
  };
  const TARGETS =
    "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=option], [role=menuitem], [role=radio], [role=checkbox]";
  const small = [...document.querySelectorAll(TARGETS)]
    .filter((node) => isShown(node) && !isInText(node) && !node.closest("[aria-hidden=true]"))
    // It comes into view when it has the focus.
    .filter((node) => node.getBoundingClientRect().bottom > 0)
    .flatMap((node) => {
      const { width, height } = boxOf(node);
      return Math.min(width, height) < least - 0.5
        ? [`${nameOf(node)}: ${Math.round(width)}×${Math.round(height)}`]
        : [];
    });
  // The room of a scroll bar is kept free.
  const { scrollWidth, clientWidth } = document.documentElement;
  return { wider: scrollWidth - clientWidth, cutOff, small };
}

/** What does not fit on a page as it is now. @param least the width and height of the smallest thing to hit */
export async function layoutFaults(page: Page, least: number): Promise<LayoutFaults> {
  return page.evaluate(lookAtLayout, least);
}
