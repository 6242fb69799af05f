/** One line of a panel: its values at the picture's common moments. */
export interface Line {
  readonly name: string;
  readonly values: readonly number[];
}

/** A graph with its own scale, which begins at zero. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const WIDTH = 800;
const PANEL = 150;
const MARGIN = { left: 80, right: 20, top: 30, bottom: 24 };
/** Colours that people who do not see red and green alike can tell apart (after Okabe and Ito). */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

const escapeXml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const figure = (value: number) => value.toLocaleString("en-US", { maximumFractionDigits: 1 });

/** The next of 1, 2, 5 times a power of ten that is not smaller: a scale that people can read. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-9))!;
}

function drawPanel(panel: Panel, seconds: readonly number[], top: number): string {
  const width = WIDTH - MARGIN.left - MARGIN.right;
  const height = PANEL - MARGIN.top - MARGIN.bottom;
  const most = roundUp(Math.max(0, ...panel.lines.flatMap(({ values }) => values)));
  const end = Math.max(1, seconds.at(-1) ?? 1);
  const x = (second: number) => (MARGIN.left + (second / end) * width).toFixed(1);
  const y = (value: number) => (top + MARGIN.top + height - (value / most) * height).toFixed(1);
  const parts = [
    `<text x="${MARGIN.left}" y="${top + 14}" font-weight="bold">${escapeXml(panel.title)}</text>`,
  ];
  for (const share of [0, 0.5, 1]) {
    const at = y(most * share);
    parts.push(
      `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}" stroke="#ccc"/>`,
      `<text x="${MARGIN.left - 6}" y="${at}" dy="4" text-anchor="end">${figure(most * share)}</text>`,
    );
  }
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    parts.push(
      `<text x="${x(end * share)}" y="${top + PANEL - 8}" text-anchor="middle">${figure(end * share)} s</text>`,
    );
  }
  panel.lines.forEach(({ name, values }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const points = values.map((value, i) => `${x(seconds[i]!)},${y(value)}`).join(" ");
    parts.push(
      `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      `<text x="${WIDTH - MARGIN.right - 150 * (panel.lines.length - 1 - index)}" y="${top + 14}" text-anchor="end" fill="${colour}">${escapeXml(name)}</text>`,
    );
  });
  return parts.join("\n");
}

/**
 * Graphs over a common time, one below the other, as an SVG document.
 * @param seconds the moments, rising, that each line has a value for
 */
export function drawPicture(title: string, seconds: readonly number[], panels: readonly Panel[]): string {
  const head = 30;
  const height = head + panels.length * PANEL;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="11" fill="#222">
<title>${escapeXml(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${WIDTH / 2}" y="20" text-anchor="middle" font-size="14">${escapeXml(title)}</text>
${panels.map((panel, index) => drawPanel(panel, seconds, head + index * PANEL)).join("\n")}
</svg>
`;
}
