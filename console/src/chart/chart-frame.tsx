import type { ReactNode } from "react";
import { amount } from "../ui/number.ts";
import styles from "./chart-frame.module.css";
import { type ChartModel, type Span, widthOf } from "./chart-model.ts";

/** What is said about a shade is 13 pixels high and bold, labels are 12. */
const SHADE_TEXT = 1.15;
const part = (share: number) => `${share * 100}%`;
/** So far past the end of the plot there is room: the padding of the panel. */
const PAST_END_PX = 8;
const between = ({ left, right }: Span) => ({ left: part(left), right: part(right) });

/** A label that would leave the plot at its end is drawn inside. */
const sideOf = (left: number, label: string, width: number) =>
  (1 - left) * width < widthOf(label) / 2 - PAST_END_PX ? styles.atEnd : "";
/** Half of a gap's label has no room beside a plot's edge. */
const gapSideOf = (left: number) => (left < 0.06 ? styles.atStart : left > 0.94 ? styles.atEnd : "");

/** What lies behind the lines: what a rule looked at. */
export function ChartGround({ model: { shade, width } }: { model: ChartModel }) {
  if (!shade) return null;
  const fits = (1 - shade.left) * width >= widthOf(shade.text) * SHADE_TEXT + 2 * PAST_END_PX;
  return (
    <div className={styles.shade} style={between(shade)}>
      <b className={fits ? undefined : styles.before}>{shade.text}</b>
    </div>
  );
}

/** The axes, and what lies over the lines: midnights, gaps, the last value. */
export function ChartFrame({ model, children }: { model: ChartModel; children?: ReactNode }) {
  const { x, y, gaps, shade, last, from, to, look, width } = model;
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
          className={`${styles.x} ${sideOf((at - from) / (to - from), label, width)}`}
          style={{ left: place(at) }}
        >
          {label}
        </span>
      ))}
      {x.midnights.map(({ at, label }) => {
        const isLate = (at - from) / (to - from) > 0.9;
        const isLow = isLate && last !== undefined && last.left > 0.85 && last.top < 0.4;
        return (
          <span
            key={at}
            className={`${styles.midnight} ${shade ? styles.under : ""} ${isLate ? styles.before : ""} ${isLow ? styles.low : ""}`}
            style={{ left: place(at) }}
          >
            {label}
          </span>
        );
      })}
      {gaps.map((gap) => (
        <span key={gap.left} className={styles.gap} style={between(gap)}>
          <span className={gapSideOf((gap.left + 1 - gap.right) / 2)}>{gap.label}</span>
        </span>
      ))}
      {last && <Last last={last} look={look} width={width} />}
      {children}
    </>
  );
}

/** The newest value, above its point or bar. */
function Last({
  last: { left, top, label },
  look,
  width,
}: Pick<ChartModel, "look" | "width"> & { last: NonNullable<ChartModel["last"]> }) {
  const line = look === "line";
  // Bold, of 14 pixels, with space around.
  const half = (widthOf(label) * 1.3) / 2 + PAST_END_PX / 2;
  const inside = !line && (1 - left) * width + PAST_END_PX / 2 < half;
  const side = line && left > 0.95 ? styles.lastAtEnd : inside ? styles.lastInside : "";
  return (
    <b
      className={`${styles.last} ${line ? styles.mark : ""} ${side}`}
      style={inside ? { top: part(top) } : { left: part(left), top: part(top) }}
    >
      {label}
    </b>
  );
}
