import type { ReactNode } from "react";
import { amount } from "../ui/number.ts";
import styles from "./chart-frame.module.css";
import type { ChartModel, Span } from "./chart-model.ts";

const part = (share: number) => `${share * 100}%`;
const between = ({ left, right }: Span) => ({ left: part(left), right: part(right) });

/** A label that would leave the plot at one of its ends is drawn inside. */
const sideOf = (left: number) => (left > 0.985 ? styles.atEnd : "");
/** Half of a gap's label has no room beside a plot's edge. */
const gapSideOf = (left: number) => (left < 0.06 ? styles.atStart : left > 0.94 ? styles.atEnd : "");

/** What lies behind the lines: what a rule looked at. */
export function ChartGround({ shade }: { shade: ChartModel["shade"] }) {
  if (!shade) return null;
  return (
    <div className={styles.shade} style={between(shade)}>
      <b>{shade.text}</b>
    </div>
  );
}

/** The axes, and what lies over the lines: midnights, gaps, the last value. */
export function ChartFrame({ model, children }: { model: ChartModel; children?: ReactNode }) {
  const { x, y, gaps, shade, last, from, to, look } = model;
  const place = (at: number) => part((at - from) / (to - from));
  return (
    <>
      {y.marks.map((mark) => (
        <span key={mark} className={styles.y} style={{ top: part(1 - (mark - y.from) / (y.to - y.from)) }}>
          {amount(mark, y.decimals)}
        </span>
      ))}
      {x.marks.map(({ at, label }) => (
        <span
          key={at}
          className={`${styles.x} ${sideOf((at - from) / (to - from))}`}
          style={{ left: place(at) }}
        >
          {label}
        </span>
      ))}
      {x.midnights.map(({ at, label }) => (
        <span
          key={at}
          className={`${styles.midnight} ${shade ? styles.under : ""} ${(at - from) / (to - from) > 0.9 ? styles.before : ""}`}
          style={{ left: place(at) }}
        >
          {label}
        </span>
      ))}
      {gaps.map((gap) => (
        <span key={gap.left} className={styles.gap} style={between(gap)}>
          <span className={gapSideOf((gap.left + 1 - gap.right) / 2)}>{gap.label}</span>
        </span>
      ))}
      {last && (
        <b
          className={`${styles.last} ${look === "line" ? styles.mark : ""} ${look === "line" && last.left > 0.95 ? styles.lastAtEnd : ""}`}
          style={{ left: part(last.left), top: part(last.top) }}
        >
          {last.label}
        </b>
      )}
      {children}
    </>
  );
}
