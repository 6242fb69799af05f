import { useEffect, useRef, useState } from "react";
import type { BroadcastJson } from "../../api/broadcasts.ts";
import { useTexts } from "../../ui/texts.ts";
import { checkTexts } from "./check-texts.ts";
import styles from "./summary.module.css";
import { isChinese } from "./text-checks.ts";

/** All languages, as they are read; a long text scrolls in its box, which says so until its end has been seen. */
export function Reads({ texts }: Pick<BroadcastJson["message"], "texts">) {
  const words = useTexts(checkTexts);
  const box = useRef<HTMLElement>(null);
  const [hasMore, setHasMore] = useState(false);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const look = () =>
      setHasMore(current.scrollHeight - current.clientHeight - Math.ceil(current.scrollTop) > 1);
    look();
    current.addEventListener("scroll", look, { passive: true });
    // The window, its letters and the text may change.
    const observer = new ResizeObserver(look);
    observer.observe(current);
    observer.observe(current.firstElementChild!);
    return () => {
      current.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={box} className={styles.reads} aria-label={words.reads} tabIndex={0}>
      <div>
        {texts.map((text) => (
          <p key={text.language} lang={text.language}>
            {[text.description, text.instruction].filter(Boolean).join(isChinese(text) ? "" : " ")}
          </p>
        ))}
      </div>
      {/* A screen reader reads all of it anyway. */}
      <p className={styles.more} hidden={!hasMore} aria-hidden>
        <span>{words.more}</span>
      </p>
    </section>
  );
}
