import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartModel } from "./chart-model.ts";
import { placeOf } from "./chart-model.ts";
import { type ChartColours, readColours, useTheme } from "./colours.ts";
import styles from "./plot.module.css";

export interface PlotProps {
  readonly model: ChartModel;
  readonly width: number;
  readonly height: number;
  /** The point under the cursor, which keys move too. */
  readonly cursor: number | undefined;
  readonly onCursor: (index: number | undefined) => void;
}

/** At most so many points have a mark each; on a longer line only those that stand alone do. */
const MOST_MARKS = 60;
/** Around the plot, for the halves of marks that stand on its edge. The holder is larger by as much. */
const MARGIN_PX = 8;
/** Of the width of a step that its bar fills. */
const BAR_SHARE = 0.76;
const seconds = (ms: number) => ms / 1000;

/** The path of one bar with round upper corners, in pixels of the canvas. */
function barPath(u: uPlot, from: number, until: number, value: number): Path2D {
  const left = u.valToPos(seconds(from), "x", true);
  const right = u.valToPos(seconds(until), "x", true);
  const top = u.valToPos(value, "y", true);
  const bottom = u.valToPos(0, "y", true);
  const width = Math.max(1, (right - left) * BAR_SHARE);
  const path = new Path2D();
  const radius = Math.min(3 * uPlot.pxRatio, width / 2, Math.abs(bottom - top));
  path.roundRect(left + (right - left - width) / 2, top, width, bottom - top, [radius, radius, 0, 0]);
  return path;
}

/** Rising stripes within what is drawn: not everything of it has arrived. */
function hatch(u: uPlot, path: Path2D, { series, surface }: ChartColours): void {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.fillStyle = surface;
  ctx.fill(path);
  ctx.clip(path);
  ctx.strokeStyle = series;
  ctx.lineWidth = 2.5 * uPlot.pxRatio;
  const step = 6 * uPlot.pxRatio;
  ctx.beginPath();
  for (let x = bbox.left - bbox.height; x < bbox.left + bbox.width; x += step) {
    ctx.moveTo(x, bbox.top + bbox.height);
    ctx.lineTo(x + bbox.height, bbox.top);
  }
  ctx.stroke();
  ctx.stroke(path);
  ctx.restore();
}

function drawBars(u: uPlot, model: ChartModel, colours: ChartColours): void {
  for (const { at, until, value, incomplete } of model.points) {
    if (value === null) continue;
    const path = barPath(u, at, until, value);
    u.ctx.fillStyle = colours.series;
    if (incomplete) hatch(u, path, colours);
    else u.ctx.fill(path);
  }
}

/** A thin step over each bar, with a margin of ground so that it is seen on petrol too. */
function drawComparison(u: uPlot, { points, comparison }: ChartModel, colours: ChartColours): void {
  if (!comparison) return;
  const path = new Path2D();
  let joined = false;
  points.forEach(({ at, until }, index) => {
    const value = comparison.values[index] ?? null;
    if (value === null) {
      joined = false;
      return;
    }
    const y = u.valToPos(value, "y", true);
    const x = u.valToPos(seconds(at), "x", true);
    if (joined) path.lineTo(x, y);
    else path.moveTo(x, y);
    path.lineTo(u.valToPos(seconds(until), "x", true), y);
    joined = true;
  });
  for (const [stroke, width] of [
    [colours.surface, 4],
    [colours.comparison, 1.5],
  ] as const) {
    u.ctx.strokeStyle = stroke;
    u.ctx.lineWidth = width * uPlot.pxRatio;
    u.ctx.stroke(path);
  }
}

function drawGrid(u: uPlot, { y }: ChartModel, { grid }: ChartColours): void {
  u.ctx.strokeStyle = grid;
  u.ctx.lineWidth = uPlot.pxRatio;
  u.ctx.beginPath();
  for (const mark of y.marks) {
    const at = Math.round(u.valToPos(mark, "y", true)) - uPlot.pxRatio / 2;
    u.ctx.moveTo(u.bbox.left, at);
    u.ctx.lineTo(u.bbox.left + u.bbox.width, at);
  }
  u.ctx.stroke();
}

function lineSeries(model: ChartModel, { series, fill, surface }: ChartColours): uPlot.Series {
  return {
    stroke: series,
    width: 2,
    // What a rule looked at shows through.
    fill: `color-mix(in srgb, ${fill} 70%, transparent)`,
    // Filled to the lower edge, where the axis does not begin with zero.
    fillTo: model.y.from,
    spanGaps: false,
    points: { show: model.points.length <= MOST_MARKS, size: 6, width: 1.6, stroke: series, fill: surface },
  };
}

function optionsOf({ model, width, height, onCursor }: PlotProps, colours: ChartColours): uPlot.Options {
  const bars = model.look === "bars";
  return {
    width: width + 2 * MARGIN_PX,
    height: height + 2 * MARGIN_PX,
    // Axes are elements around the canvas: their words are text.
    axes: [{ show: false }, { show: false }],
    legend: { show: false },
    padding: [MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX],
    scales: {
      x: { time: true, range: [seconds(model.from), seconds(model.to)] },
      y: { range: [model.y.from, model.y.to] },
    },
    series: [{}, bars ? { paths: () => null, points: { show: false } } : lineSeries(model, colours)],
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2.5, stroke: colours.series, fill: colours.surface },
    },
    hooks: {
      drawClear: [(u) => drawGrid(u, model, colours)],
      draw: [
        (u) => {
          if (bars) drawBars(u, model, colours);
          drawComparison(u, model, colours);
        },
      ],
      setCursor: [(u) => onCursor(u.cursor.idx ?? undefined)],
    },
  };
}

/** The drawn part of a chart. It is made anew when its numbers, its size or the theme change: that takes milliseconds. */
export default function Plot(props: PlotProps) {
  const { model, width, height, cursor } = props;
  const theme = useTheme();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme is read through the colours
  useEffect(() => {
    const data: uPlot.AlignedData = [
      model.points.map((point) => seconds(placeOf(model.look, point))),
      model.points.map(({ value }) => value),
    ];
    const options = optionsOf(
      { ...latest.current, model, width, height, onCursor: (index) => latest.current.onCursor(index) },
      readColours(holder.current!),
    );
    const made = new uPlot(options, data, holder.current!);
    plot.current = made;
    return () => made.destroy();
  }, [model, width, height, theme]);

  useEffect(() => {
    const made = plot.current;
    if (!made || made.cursor.idx === cursor || (cursor === undefined && made.cursor.idx === null)) return;
    const at = cursor === undefined ? undefined : model.points[cursor];
    made.setCursor(
      at ? { left: made.valToPos(seconds(placeOf(model.look, at)), "x"), top: 0 } : { left: -10, top: -10 },
      false,
    );
  }, [cursor, model]);

  return <div ref={holder} className={styles.plot} aria-hidden="true" />;
}
