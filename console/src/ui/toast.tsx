import { Check } from "lucide-react";
import { useEffect, useSyncExternalStore } from "react";
import { defineTexts, useTexts } from "./texts.ts";
import styles from "./toast.module.css";

const texts = defineTexts({ close: "知道了" }, { close: "Got it" });

/** How long one stays, in milliseconds. It is never the only way to act, so nothing is lost with it. */
const STAYS_MS = 8_000;
const MOST = 3;

interface Shown {
  readonly no: number;
  readonly text: string;
}
let shown: readonly Shown[] = [];
let lastNo = 0;
const hearers = new Set<() => void>();

function set(next: readonly Shown[]): void {
  shown = next;
  for (const hearer of hearers) hearer();
}

/** Tells what has happened. */
export const toast = (text: string): void => set([...shown, { no: ++lastNo, text }].slice(-MOST));
/** When the person has gone: what they did is nobody else's. */
export const forgetToasts = (): void => set([]);
const close = (no: number) => set(shown.filter((one) => one.no !== no));

/** Where toasts appear, at the lower right; screen readers are told. */
export function Toasts() {
  const list = useSyncExternalStore(
    (hearer) => {
      hearers.add(hearer);
      return () => hearers.delete(hearer);
    },
    () => shown,
  );
  return (
    <div className={styles.viewport} role="status">
      {list.map((one) => (
        <Toast key={one.no} {...one} />
      ))}
    </div>
  );
}

function Toast({ no, text }: Shown) {
  const words = useTexts(texts);
  useEffect(() => {
    const timer = setTimeout(() => close(no), STAYS_MS);
    return () => clearTimeout(timer);
  }, [no]);
  return (
    <div className={styles.toast}>
      <Check aria-hidden />
      <span>{text}</span>
      <button type="button" className={styles.close} onClick={() => close(no)}>
        {words.close}
      </button>
    </div>
  );
}
