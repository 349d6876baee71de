// Charts as SVG files. Their background is transparent and every colour is readable on white and on black, since a page
// shows them as images and an image cannot know the page's theme.

const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="13"';
const TEXT = "#7a828e";
const GRID = "#8b949e";
const BAR = "#2f6fe0";
const SERIES = ["#3b82f6", "#e0752d"];

const escapeXml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

const text = (x, y, content, { anchor = "start", fill = TEXT, more = "" } = {}) =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}" ${more}>${escapeXml(content)}</text>`;

const line = (x1, y1, x2, y2, more = "") =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${GRID}" ${more}/>`;

const svg = ({ width, height, title }, parts) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeXml(title)}" ${FONT}>
${[text(0, 16, title, { more: 'font-weight="600"' }), ...parts].join("\n")}
</svg>
`;

/** The next round number, for the end of an axis, and steps up to it. */
const axisSteps = (highest, wanted = 5) => {
  const rough = highest / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= rough) * magnitude;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step);
};

/**
 * Horizontal bars of ratios, with a reference line at 1 and a mark of the best that is possible.
 * @param {{ title: string, barName: string, referenceName: string, markName: string,
 *   rows: { name: string, bar: number, mark?: number }[] }} chart
 */
export const barChart = ({ title, barName, referenceName, markName, rows }) => {
  const left = 200;
  const right = 640;
  const top = 62;
  const rowHeight = 30;
  const bottom = top + rows.length * rowHeight;
  const steps = axisSteps(Math.max(1.5, ...rows.flatMap(({ bar, mark = 0 }) => [bar, mark])), 4);
  const x = (value) => Math.round(left + ((right - left) * value) / steps.at(-1));
  const axis = steps.flatMap((value) => [
    line(x(value), top, x(value), bottom, 'stroke-opacity="0.25"'),
    text(x(value), bottom + 18, `${value}×`, { anchor: "middle" }),
  ]);
  const bars = rows.flatMap(({ name, bar, mark }, at) => {
    const y = top + at * rowHeight + 5;
    const drawn = [
      text(left - 10, y + 15, name, { anchor: "end" }),
      `<rect x="${left}" y="${y}" width="${x(bar) - left}" height="20" rx="2" fill="${BAR}"/>`,
      text(left + 8, y + 15, `${bar.toFixed(2)}×`, { fill: "#ffffff", more: 'font-weight="600"' }),
    ];
    if (mark) drawn.push(line(x(mark), y - 2, x(mark), y + 22, 'stroke-width="3"'));
    return drawn;
  });
  const legend = [
    `<rect x="0" y="30" width="12" height="12" rx="2" fill="${BAR}"/>`,
    text(18, 41, barName),
    line(166, 28, 166, 44, 'stroke-dasharray="4 3" stroke-width="2"'),
    text(176, 41, referenceName),
    line(386, 28, 386, 44, 'stroke-width="3"'),
    text(396, 41, markName),
  ];
  const reference = line(x(1), top - 4, x(1), bottom, 'stroke-dasharray="4 3" stroke-width="2"');
  return svg({ width: right + 40, height: bottom + 30, title }, [...legend, ...axis, ...bars, reference]);
};

/**
 * Lines over a common axis that begins at 0.
 * @param {{ title: string, xName: string, yName: string, series: { name: string, points: [number, number][] }[] }} plot
 */
export const linePlot = ({ title, xName, yName, series }) => {
  const left = 50;
  const right = 560;
  const top = 56;
  const bottom = 276;
  const points = series.flatMap((one) => one.points);
  const xSteps = axisSteps(Math.max(...points.map((point) => point[0])));
  const ySteps = axisSteps(Math.max(...points.map((point) => point[1])));
  const x = (value) => Math.round((left + ((right - left) * value) / xSteps.at(-1)) * 10) / 10;
  const y = (value) => Math.round((bottom - ((bottom - top) * value) / ySteps.at(-1)) * 10) / 10;
  const axis = [
    ...ySteps.flatMap((value) => [
      line(left, y(value), right, y(value), 'stroke-opacity="0.25"'),
      text(left - 8, y(value) + 4, String(value), { anchor: "end" }),
    ]),
    ...xSteps.map((value) => text(x(value), bottom + 20, value.toLocaleString("en"), { anchor: "middle" })),
    text((left + right) / 2, bottom + 40, xName, { anchor: "middle" }),
    text(left - 8, top - 14, yName, { anchor: "end" }),
  ];
  const ends = labelHeights(series.map((one) => y(one.points.at(-1)[1])));
  const drawn = series.flatMap(({ name, points: own }, at) => {
    const path = own.map(([valueX, valueY]) => `${x(valueX)},${y(valueY)}`).join(" ");
    return [
      `<polyline points="${path}" fill="none" stroke="${SERIES[at]}" stroke-width="2"/>`,
      text(right + 8, ends[at] + 4, name, { fill: SERIES[at], more: 'font-weight="600"' }),
    ];
  });
  return svg({ width: right + 110, height: bottom + 50, title }, [...axis, ...drawn]);
};

/** Heights of the labels at the ends of lines, moved apart so that they do not overlap. */
const labelHeights = (heights) => {
  const order = heights.map((_, at) => at).sort((a, b) => heights[a] - heights[b]);
  const moved = [...heights];
  for (const [place, at] of order.entries()) {
    if (place > 0) moved[at] = Math.max(moved[at], moved[order[place - 1]] + 16);
  }
  return moved;
};
