import { type KeyboardEvent, lazy, Suspense, useCallback, useMemo, useState } from "react";
import { Empty } from "../ui/empty.tsx";
import { useLanguage, useTexts } from "../ui/texts.ts";
import styles from "./chart.module.css";
import { ChartFrame, ChartGround } from "./chart-frame.tsx";
import { type ChartInput, type ChartModel, chartModel, placeOf, valueWords } from "./chart-model.ts";
import { chartTexts } from "./texts.ts";
import { stepMoment } from "./time-axis.ts";

const Plot = lazy(() => import("./plot.tsx"));

/** Before the width is known; the first drawing has the real one. */
const WIDTH_PX = 800;

/** The width of an element as it changes. */
function useWidth(): readonly [number | undefined, (element: Element | null) => (() => void) | undefined] {
  const [width, setWidth] = useState<number>();
  const watch = useCallback((element: Element | null) => {
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [width, watch];
}

/** The value that the cursor is on, beside it for the eye and as a message for screen readers. */
function Readout({
  model,
  index,
  spoken,
}: {
  model: ChartModel;
  index: number | undefined;
  spoken: boolean;
}) {
  const words = useTexts(chartTexts);
  const language = useLanguage();
  const point = index === undefined ? undefined : model.points[index];
  const compared = index === undefined ? null : (model.comparison?.values[index] ?? null);
  const lines = point && [
    stepMoment(point.at, point.until, language),
    point.value === null ? (point.ahead ? "—" : words.missing) : valueWords(model, point.value),
    ...(compared === null ? [] : [`${model.comparison!.name} ${valueWords(model, compared)}`]),
    ...(point.ahead ? [words.ahead] : point.incomplete ? [words.incomplete] : []),
  ];
  const left = point && (placeOf(model.look, point) - model.from) / (model.to - model.from);
  return (
    <>
      {lines && (
        <span
          aria-hidden="true"
          className={`${styles.readout} ${left! > 0.6 ? styles.leftOf : ""}`}
          style={{ left: `${left! * 100}%` }}
        >
          {lines.map((line, at) => (at === 1 ? <b key={line}>{line}</b> : <span key={line}>{line}</span>))}
        </span>
      )}
      <output className={styles.spoken}>{spoken ? lines?.join(" ") : ""}</output>
    </>
  );
}

export interface ChartProps extends ChartInput {
  /** Of the plot itself, in pixels. */
  readonly height?: number;
}

/** Lines or bars over time. Left and right go from point to point. */
export function Chart(props: ChartProps) {
  const words = useTexts(chartTexts);
  const hasValues = props.points.some(({ value }) => value !== null);
  if (!hasValues) return <Empty title={words.empty}>{words.emptyNext}</Empty>;
  return <Drawn {...props} />;
}

function Drawn({ height = 190, ...input }: ChartProps) {
  const words = useTexts(chartTexts);
  const language = useLanguage();
  const [width, watch] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const [byKey, setByKey] = useState(false);
  const { name, look, unit, decimals, points, comparison, shaded, since } = input;
  const model = useMemo(
    () =>
      chartModel(
        { name, look, unit, decimals, points, comparison, shaded, since },
        width ?? WIDTH_PX,
        language,
      ),
    [name, look, unit, decimals, points, comparison, shaded, since, width, language],
  );

  function onKey(event: KeyboardEvent) {
    const last = points.length - 1;
    const here = cursor ?? (event.key === "ArrowRight" ? -1 : last + 1);
    const next = { ArrowLeft: here - 1, ArrowRight: here + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    setByKey(true);
    setCursor(Math.min(last, Math.max(0, next)));
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: no element means a chart that keys go through
    <div
      role="group"
      aria-label={`${model.summary}. ${words.keys}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys need the focus here
      tabIndex={0}
      className={styles.chart}
      onKeyDown={onKey}
      onBlur={() => setCursor(undefined)}
      onPointerMove={() => setByKey(false)}
    >
      <div ref={watch} className={styles.plot} style={{ height }}>
        <ChartGround model={model} />
        <Suspense fallback={null}>
          {width !== undefined && width > 0 && (
            <Plot model={model} width={width} height={height} cursor={cursor} onCursor={setCursor} />
          )}
        </Suspense>
        <ChartFrame model={model}>
          <Readout model={model} index={cursor} spoken={byKey} />
        </ChartFrame>
      </div>
    </div>
  );
}
